using System.CommandLine;
using System.Text.Json.Nodes;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Vouchers on paper: <c>voucher print</c> makes them, <c>voucher check</c> reads their codes by the public key alone.</summary>
internal static class PaperCommands
{
    private const int MaxLines = 10_000, MaxLine = 4_096;

    public static Command Print(CommandFactory make)
    {
        var vouchers = new Argument<string[]>("voucher")
        {
            Description = make.Language["券号，可写多个", "the vouchers, by id or number"], Arity = ArgumentArity.OneOrMore,
        };
        Option<string> paper = make.Option("--paper", "a6（一页一张）或 a4（一页四张）", "a6, one on a sheet, or a4, four on a sheet");
        paper.DefaultValueFactory = _ => "a6";
        paper.AcceptOnlyFromAmong("a6", "a4");
        Option<string> font = make.Option("--font", "中文字体文件；默认用系统的 Noto Sans CJK",
            "a file of a Chinese font; this machine's Noto Sans CJK if left out");
        var output = new FileOption(make, "写到哪个文件（.pdf）", "the file to write (.pdf)", required: true);
        return make.Command("print", "把券排成 PDF，含签名二维码，供打印", "vouchers as PDF, with their signed codes, to be printed",
            [vouchers, paper, font, .. output.All], async (session, parsed) =>
        {
            OutFile file = output.Read(parsed)!;
            PrintFont letters = PrintFont.Open(parsed.GetValue(font));
            string[] names = [.. parsed.GetValue(vouchers)!.Select(text => session.Name("vouchers", text))];
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.Counter, names[0]));
            var printed = new List<PrintableVoucher>();
            foreach (string name in names)
            {
                Voucher voucher = await client.GetVoucherAsync(
                    new GetVoucherRequest { Name = name }, cancellationToken: session.Cancellation);
                printed.Add(await client.GetPrintableVoucherAsync(
                    new GetPrintableVoucherRequest { Name = name, OnBehalfOf = session.BehalfOf(voucher.Elder) },
                    cancellationToken: session.Cancellation));
            }
            foreach (PrintableVoucher one in printed.Where(one => !VoucherPaper.CanWriteName(one, letters)))
            {
                session.Screen.Warn(make.Language[$"{one.Number}：字体里没有老人姓名的字，券面只印“**”。",
                    $"{one.Number}: the font lacks the letter of the elder's name, so the paper has ** alone."]);
            }
            byte[] pdf = VoucherPaper.Pdf(printed, parsed.GetValue(paper) == "a4", letters);
            await file.SaveAsync(pdf);
            if (session.Screen.IsJson)
            {
                session.Screen.Raw(new JsonObject
                {
                    ["file"] = file.Path,
                    ["vouchers"] = new JsonArray([.. printed.Select(one => new JsonObject
                    {
                        ["name"] = one.Voucher.Name, ["number"] = one.Number, ["code"] = one.Code,
                    })]),
                });
                return;
            }
            session.Screen.Line(make.Language[$"{printed.Count} 张券已写入 {file.Path}。", $"{printed.Count} vouchers are in {file.Path}."]);
        });
    }

    public static Command Check(CommandFactory make)
    {
        Argument<string> code = make.Argument("code", "券码（TBV1:…）；- 表示从标准输入读，一行一个",
            "the code (TBV1:…); - reads codes from the input, one a line");
        var keys = new Option<string[]>("--key")
        {
            Description = make.Language["签券公钥，或存公钥的文件；可写多次", "a voucher key, or a file of them; may be given several times"],
            Required = true,
        };
        return make.Command("check", "离线验证券码", "check a voucher's code offline", [code, keys], (session, parsed) =>
        {
            IReadOnlyList<VerifierKey> known = VerifierKeys.Read(parsed.GetValue(keys)!, SignatureType.Ed25519);
            if (known.FirstOrDefault(key => VoucherSigner.RegionOf(key) is null) is { } other) throw new UsageException(
                $"{other.Name} 不是签券公钥；签券公钥的名称以 /vouchers 结尾。", $"{other.Name} is no voucher key: its name would end in /vouchers.");
            bool all = true;
            foreach (string text in parsed.GetValue(code) is "-" ? Lines(Console.In) : [parsed.GetValue(code)!])
            {
                VoucherReading reading = VoucherCode.Read(text, known);
                Show(session.Screen, reading);
                all &= reading.Status == VoucherCodeStatus.Genuine;
            }
            return Task.FromResult(all ? ExitCode.Ok : ExitCode.Refused);
        });
    }

    /// <summary>The codes of an input, for one that may have no end.</summary>
    private static IEnumerable<string> Lines(TextReader input)
    {
        for (int line = 0; line < MaxLines; line++)
        {
            var text = new System.Text.StringBuilder();
            int letter;
            while ((letter = input.Read()) >= 0 && letter != '\n')
            {
                if (text.Length < MaxLine) text.Append((char)letter);
            }
            string code = text.ToString().TrimEnd('\r');
            if (code.Length > 0) yield return code;
            if (letter < 0) yield break;
        }
    }

    private static void Show(Screen screen, VoucherReading reading)
    {
        Language language = screen.Language;
        (string chinese, string english) = VoucherWords.Of(reading.Status);
        string message = language[chinese, english];
        VoucherClaims? claims = reading.Claims;
        if (screen.IsJson)
        {
            screen.Raw(new JsonObject
            {
                ["genuine"] = reading.Status == VoucherCodeStatus.Genuine, ["status"] = EnumText.UpperSnake(reading.Status.ToString()),
                ["message"] = message, ["keyId"] = reading.KeyId, ["key"] = reading.Signer?.ToString(),
                ["voucher"] = claims is null ? null : NameOf(claims),
                ["number"] = claims is null ? null : VoucherNumber.Write(claims.Voucher), ["elderPseudonym"] = claims?.ElderPseudonym,
                ["offlineAmount"] = claims is null ? null : new JsonObject { ["value"] = claims.OfflineAmount, ["unit"] = claims.Unit },
                ["serviceTypes"] = claims is null
                    ? null : new JsonArray([.. claims.ServiceTypes.Select(type => JsonValue.Create(EnumText.ShortOf((ServiceType)type)))]),
                ["useBy"] = claims is null ? null : TimeText.Of(TimeText.ToContract(claims.UseBy)), ["serial"] = claims?.Serial,
            });
            return;
        }
        screen.Line(message);
        // Nothing is repeated of a code that nobody signed.
        if (claims is null) return;
        screen.Facts(
            "",
            (language["券", "voucher"], NameOf(claims)),
            (language["券号", "number"], VoucherNumber.Write(claims.Voucher)),
            (language["用于", "for"], string.Join(language["、", ", "],
                claims.ServiceTypes.Select(type => EnumText.Of((ServiceType)type, language)))),
            (language["离线最多可用", "offline at most"],
                VoucherPaper.OfflineOf(new Amount { Value = claims.OfflineAmount, Unit = claims.Unit }, language)),
            (language["使用截止", "use by"], TimeText.Of(TimeText.ToContract(claims.UseBy))),
            (language["持券人代号", "owner's pseudonym"], claims.ElderPseudonym),
            (language["版次", "serial"], $"{claims.Serial}"),
            (language["签发密钥", "signed by"], reading.Signer!.Name));
    }

    private static string NameOf(VoucherClaims claims) => $"regions/{claims.Region}/vouchers/{claims.Voucher}";
}
