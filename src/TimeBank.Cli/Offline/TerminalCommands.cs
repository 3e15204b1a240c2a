using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf;
using TimeBank.Proofs;
using TimeBank.V1;
using Client = TimeBank.V1.ProviderService.ProviderServiceClient;

namespace TimeBank.Cli;

/// <summary>A terminal that accepts vouchers without a network, and what staff do with terminals.</summary>
internal static class TerminalCommands
{
    private const int BatchReceipts = 100;

    public static IEnumerable<Command> Of(CommandFactory make) =>
    [
        make.Group("terminal", "离线终端：登记、受理、上传", "a terminal without a network: enrol, accept, sync",
            Enrol(make), Accept(make), List(make), Sync(make), Status(make), TerminalDesk.Invite(make), TerminalDesk.Approve(make),
            TerminalDesk.Revoke(make), TerminalDesk.Devices(make), TerminalDesk.Exceptions(make), TerminalDesk.Resolve(make)),
    ];

    private static Option<string> File(CommandFactory make) => make.Option("--file", "终端文件（只许本人读写）",
        "the terminal's file, for its owner alone", required: true);

    private static Command Enrol(CommandFactory make)
    {
        Option<string> file = File(make), device = make.Option("--device", "终端编号", "the terminal's id", required: true),
            code = make.Option("--code", "存有一次性登记码的文件，或 -；不写则随后输入。登记码在 /terminals 页面领取",
                "a file with the one-time code, or -; else it is asked for. The page /terminals gives one"),
            provider = make.Option("--provider", "服务机构", "whose terminal it is", required: true),
            name = make.Option("--name", "终端名称", "what people call it", required: true),
            key = make.Option("--key", "地区名单的公钥；不写则采用服务器给的", "the key of the region's lists; else the server's is trusted");
        return make.Command("enrol", "登记终端（需联网）", "enrol a terminal (with a network)", [file, device, code, provider, name, key],
            async (session, parsed) =>
        {
            string resource = session.Name("devices", parsed.GetValue(device)!),
                owner = session.Name("providers", parsed.GetValue(provider)!);
            var client = new Client(await session.AsAsync(Role.ProviderClerk, resource, owner));
            Device invited = await client.GetDeviceAsync(new GetDeviceRequest { Name = resource });
            RevocationList list = await client.GetRevocationListAsync(new GetRevocationListRequest { Parent = session.Region });
            using TerminalFile terminal = TerminalFile.Open(parsed.GetValue(file)!, create: true);
            string id = resource.Split("/")[^1];
            if (terminal.Device is { } known && known.Id != id) throw new UsageException("这个文件是另一台终端的。",
                "This file is another terminal's.");
            if (terminal.Device is null && invited.State != DeviceState.Invited) throw OtherKey();
            // The key is on the disk before anybody hears of it: an answer that got lost is fetched with the same key.
            if (terminal.Device is null) terminal.Enrol(new TerminalDevice(session.Settings.Region, id, invited.Provider.Split("/")[^1],
                SigningKey.Create(), parsed.GetValue(key) ?? list.VerifierKey));
            using SigningKey own = SigningKey.Read(terminal.Device!.Key)[0];
            Device enrolled = invited.State == DeviceState.Invited ? await client.EnrolDeviceAsync(new EnrolDeviceRequest
            {
                RequestId = session.RequestId(), Device = resource,
                Code = make.SecretOf(parsed.GetValue(code) ?? "-", "一次性登记码", "The one-time code"),
                PublicKey = ByteString.CopyFrom(own.PublicKey), DisplayName = parsed.GetValue(name)!,
            }) : invited;
            if (!enrolled.PublicKey.Span.SequenceEqual(own.PublicKey)) throw OtherKey();
            terminal.Take(list.Note);
            terminal.Take(enrolled.State);
            session.Screen.Show(enrolled, () => TerminalDesk.Show(session, enrolled));
        });
    }

    private static UsageException OtherKey() => new("这个编号登记的是另一把公钥：它是别的终端，或已换过文件。",
        "This id was enrolled with another key: it is another terminal, or another file of it.");

    private static Command Accept(CommandFactory make)
    {
        Option<string> file = File(make), item = make.Option("--item", "服务清单编号", "the catalogue item's id", required: true),
            price = make.Option("--price", "总价（元）", "the whole price, in yuan", required: true),
            insurance = make.Option("--insurance", "长护险支付（元）", "what insurance pays of it, in yuan"),
            place = make.Option("--place", "home、day-care 或 institution", "home, day-care or institution"),
            image = make.Option("--image", "券码照片（PNG、JPEG）", "a picture of the code (PNG, JPEG)"),
            now = make.Option("--now", "终端时钟所示的时间，如 \"2026-10-20 09:00\"；不写则为本机时钟（演示的月份另有时钟）",
                "what the terminal's clock shows, such as \"2026-10-20 09:00\"; else this machine's clock (a demonstration has another)");
        Option<long> quantity = new("--quantity") { Description = make.Language["数量", "how many"], DefaultValueFactory = _ => 1 };
        Argument<string?> code = new("code")
        {
            Description = make.Language["券码 TBV1:…；不写则从标准输入读", "the code TBV1:…; else it is read from the input"],
            Arity = ArgumentArity.ZeroOrOne,
        };
        return make.Command("accept", "离线受理一张券", "accept a voucher without a network",
            [code, file, item, price, insurance, place, image, quantity, now], (session, parsed) =>
        {
            string text = parsed.GetValue(image) is { } picture ? CodeImage.Read(picture)
                : (parsed.GetValue(code) ?? Console.In.ReadLine() ?? "").Trim('\r', '\n', ' ');
            using TerminalFile terminal = TerminalFile.Open(parsed.GetValue(file)!);
            (OfflineReceipt receipt, VoucherClaims voucher, long elder) = Acceptance.Of(
                terminal, text, parsed.GetValue(item)!, parsed.GetValue(quantity), AmountText.ParseYuan(parsed.GetValue(price)!).Value,
                parsed.GetValue(insurance) is { } insured ? AmountText.ParseYuan(insured).Value : 0,
                (int)EnumText.ParseOrDefault<ServicePlace>(parsed.GetValue(place)),
                parsed.GetValue(now) is { } shown ? TimeText.ParseTime(shown).ToDateTimeOffset() : TimeProvider.System.GetUtcNow());
            byte[] signed = terminal.Accept(receipt);
            Language language = session.Language;
            if (session.Screen.IsJson)
            {
                session.Screen.Raw(new JsonObject
                {
                    ["counter"] = receipt.Counter, ["voucher"] = voucher.Voucher, ["fromVoucher"] = receipt.FromVoucher,
                    ["unit"] = voucher.Unit, ["elderPaysFen"] = elder, ["digest"] = OfflineReceipt.DigestOf(signed).ToString(),
                });
                return Task.CompletedTask;
            }
            session.Screen.Facts(
                language[$"已受理第 {receipt.Counter} 号（未联网）", $"Accepted as number {receipt.Counter} (without a network)"],
                (language["券", "voucher"], VoucherNumber.Write(voucher.Voucher)),
                (language["券支付", "the voucher pays"], AmountText.Of(receipt.FromVoucher, voucher.Unit, language)),
                (language["老人支付", "the elder pays"], AmountText.Of(elder, "CNY", language)));
            return Task.CompletedTask;
        });
    }

    private static Command List(CommandFactory make)
    {
        Option<string> file = File(make);
        return make.Command("list", "已受理的凭据", "what the terminal accepted", [file], (session, parsed) =>
        {
            using TerminalFile terminal = TerminalFile.Open(parsed.GetValue(file)!);
            Table(session, terminal);
            return Task.CompletedTask;
        });
    }

    private static Command Sync(CommandFactory make)
    {
        Option<string> file = File(make);
        return make.Command("sync", "上传凭据，更新名单（需联网）", "send receipts and fetch the list (with a network)", [file],
            async (session, parsed) =>
        {
            using TerminalFile terminal = TerminalFile.Open(parsed.GetValue(file)!);
            if (terminal.Device is not { } device) throw new UsageException("终端还没有登记。", "The terminal is not enrolled.");
            string provider = $"regions/{device.Region}/providers/{device.Provider}";
            var client = new Client(await session.AsAsync(Role.ProviderClerk, NameOf(device), provider));
            HashSet<long> sent =
                [.. terminal.Receipts.Where(one => one.Answer is not { IsFinal: true }).Select(one => one.Receipt.Counter)];
            LocalizedText? liability = await SyncAsync(terminal, client, session.RequestId);
            Table(session, terminal, sent);
            if (liability is not null && !session.Screen.IsJson) session.Screen.Line(session.Language[liability.Zh, liability.En]);
            return terminal.Receipts.Where(one => sent.Contains(one.Receipt.Counter)).All(
                one => one.Answer?.Outcome == TerminalAnswer.Accepted) ? ExitCode.Ok : ExitCode.Refused;
        });
    }

    /// <summary>Sends what has no final answer, keeps the answers, and fetches the list and the terminal's state.</summary>
    /// <param name="upTo">The last counter to send.</param>
    /// <returns>Who bears what can't be paid, in words; null: all of it was paid or waits.</returns>
    /// <exception cref="TerminalException">The answers to a batch are not those of its receipts. None of the batch is kept.</exception>
    public static async Task<LocalizedText?> SyncAsync(
        TerminalFile terminal, Client client, Func<string> requestId, long upTo = long.MaxValue)
    {
        string name = NameOf(terminal.Device!);
        var open = terminal.Receipts.Where(one => one.Answer is not { IsFinal: true } && one.Receipt.Counter <= upTo).ToArray();
        LocalizedText? liability = null;
        foreach (var batch in open.Chunk(BatchReceipts))
        {
            var request = new SubmitOfflineRedemptionsRequest { RequestId = requestId(), Device = name };
            request.Receipts.Add(batch.Select(one => ByteString.CopyFrom(one.Signed)));
            SubmitOfflineRedemptionsResponse response = await client.SubmitOfflineRedemptionsAsync(request);
            // An answer is filed under a counter for good: of others, or in another order, none is.
            if (!batch.Select(one => $"{OfflineReceipt.DigestOf(one.Signed)}").SequenceEqual(
                response.Answers.Select(answer => answer.Digest))) throw new TerminalException(
                    "服务器的答复对不上凭据，请再同步一次。", "The server's answers don't fit the receipts; sync once more.");
            foreach (((byte[] _, OfflineReceipt receipt, TerminalAnswer? _), OfflineAnswer answer) in batch.Zip(response.Answers))
            {
                terminal.Answer(receipt.Counter, new TerminalAnswer(EnumText.ShortOf(answer.Outcome), answer.Reason,
                    answer.Words?.Zh ?? "", answer.Words?.En ?? "", answer.Redemption));
                if (answer.Outcome == OfflineOutcome.Exception) liability = response.Liability;
            }
        }
        RevocationList list = await client.GetRevocationListAsync(
            new GetRevocationListRequest { Parent = ResourceNames.OfRegion(terminal.Device!.Region) });
        terminal.Take(list.Note);
        terminal.Take((await client.GetDeviceAsync(new GetDeviceRequest { Name = name })).State);
        return liability;
    }

    private static string NameOf(TerminalDevice device) => $"regions/{device.Region}/devices/{device.Id}";

    private static Command Status(CommandFactory make)
    {
        Option<string> file = File(make);
        return make.Command("status", "终端的状态", "how the terminal is", [file], (session, parsed) =>
        {
            using TerminalFile terminal = TerminalFile.Open(parsed.GetValue(file)!);
            Language language = session.Language;
            var unsynced = terminal.Receipts.Skip((int)terminal.Synced).Select(one => one.Receipt).ToArray();
            using SigningKey? key = terminal.Device is { } device ? SigningKey.Read(device.Key)[0] : null;
            long atStake = unsynced.Sum(one => one.PriceFen - one.InsuranceFen);
            if (session.Screen.IsJson)
            {
                session.Screen.Raw(new JsonObject
                {
                    ["device"] = terminal.Device?.Id, ["counter"] = terminal.Receipts.Count, ["synced"] = terminal.Synced,
                    ["unsyncedFen"] = atStake, ["list"] = terminal.List?.Number, ["listTime"] = terminal.List?.Made,
                });
                return Task.CompletedTask;
            }
            session.Screen.Facts(
                terminal.Device?.Id ?? "",
                (language["核对码", "fingerprint"], key is null ? "" : OfflineReceipt.Fingerprint(key.PublicKey)),
                (language["已受理", "accepted"], $"{terminal.Receipts.Count}"),
                (language["未上传", "not synced"], $"{unsynced.Length} ({AmountText.Of(atStake, "CNY", language)})"),
                (language["名单", "list"], terminal.List is { } list ? $"{list.Number} ({list.Made:u})" : ""));
            return Task.CompletedTask;
        });
    }

    /// <param name="only">The counters to show; null: all.</param>
    private static void Table(Session session, TerminalFile terminal, HashSet<long>? only = null)
    {
        Language language = session.Language;
        var shown = terminal.Receipts.Where(one => only?.Contains(one.Receipt.Counter) ?? true).ToArray();
        if (session.Screen.IsJson)
        {
            session.Screen.Raw(new JsonArray([.. shown.Select(one => new JsonObject
            {
                ["counter"] = one.Receipt.Counter, ["item"] = one.Receipt.Item, ["fromVoucher"] = one.Receipt.FromVoucher,
                ["priceFen"] = one.Receipt.PriceFen, ["clock"] = one.Receipt.Clock, ["outcome"] = one.Answer?.Outcome,
                ["reason"] = one.Answer?.Reason, ["redemption"] = one.Answer?.Redemption,
            })]));
            return;
        }
        session.Screen.Table(
            "", [new(language["号", "number"], true), new(language["时间", "time"]), new(language["服务", "item"]),
                new(language["价格", "price"], true), new(language["结果", "result"]), new(language["说明", "words"])],
            shown.Select(one => (IReadOnlyList<string>)[
                $"{one.Receipt.Counter}", $"{one.Receipt.Clock:u}", one.Receipt.Item, AmountText.Of(one.Receipt.PriceFen, "CNY", language),
                ResultOf(one.Answer, language), one.Answer is { } answer ? language[answer.Chinese, answer.English] : ""]));
    }

    private static string ResultOf(TerminalAnswer? answer, Language language) => answer?.Outcome switch
    {
        null => language["未上传", "not sent"],
        TerminalAnswer.Accepted => language["已付", "paid"],
        TerminalAnswer.Exception => language["例外", "exception"],
        var other => other == "waiting" ? language["等待前号", "waits"] : language["无效", "invalid"],
    };
}
