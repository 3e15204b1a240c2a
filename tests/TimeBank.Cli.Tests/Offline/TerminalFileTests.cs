using System.Collections.Immutable;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Cli.Tests;

/// <summary>A terminal without a server.</summary>
public sealed class TerminalFileTests : IDisposable
{
    private const string Region = "430211", Id = "0123456789AB", Provider = "ABCDEFGHJKMN";
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 2, 0, 0, TimeSpan.Zero);
    private static readonly SigningKey RegionKey = SigningKey.Read(SigningKey.Create())[0];
    private static readonly VoucherSigner Signer = RegionKey.VoucherSigner(VoucherSigner.NameOf("timebank.example", Region));

    private static readonly VoucherClaims Meals = new(Region, "0123456789ZZ", "a1b2c3d4e5f6", VoucherClaims.BitsOf([1]), 4, "MEAL",
        new DateOnly(2026, 12, 31), 17);

    private static readonly VoucherClaims Money = Meals with
    {
        Voucher = "0123456789YY",
        Unit = "CNY",
        OfflineAmount = 5_000,
        ServiceTypeBits = VoucherClaims.BitsOf([2]),
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("timebank-terminal-");

    private string File => Path.Combine(_folder.FullName, "terminal");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_accepted_is_there_after_a_crash_and_no_counter_comes_twice()
    {
        byte[] first = Accept(Meals);
        long length = new FileInfo(File).Length;
        Accept(Meals);

        // A crash in the middle of the second line, at every place.
        byte[] whole = System.IO.File.ReadAllBytes(File);
        for (long cut = length; cut < whole.Length; cut += 37)
        {
            System.IO.File.WriteAllBytes(File, whole[..(int)cut]);
            using TerminalFile opened = TerminalFile.Open(File);
            Assert.Equal(first, Assert.Single(opened.Receipts).Signed);
        }
        byte[] again = Accept(Meals);
        using TerminalFile after = TerminalFile.Open(File);
        Assert.Equal([1, 2], after.Receipts.Select(one => one.Receipt.Counter));
        Assert.Equal(OfflineReceipt.DigestOf(first), after.Receipts[1].Receipt.Previous);
        Assert.Equal(again, after.Receipts[1].Signed);
    }

    [Fact]
    public void Two_processes_and_other_readers_are_refused()
    {
        using (Enrolled()) Assert.Throws<UsageException>(() => TerminalFile.Open(File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Throws<UsageException>(() => TerminalFile.Open(File));
    }

    [Fact]
    public void A_changed_line_is_told()
    {
        Accept(Meals);
        string text = System.IO.File.ReadAllText(File);
        int at = text.IndexOf("\"receipt\"", StringComparison.Ordinal) + 40;
        System.IO.File.WriteAllText(File, $"{text[..at]}{(text[at] == 'A' ? 'B' : 'A')}{text[(at + 1)..]}");
        Assert.Throws<UsageException>(() => TerminalFile.Open(File));
    }

    [Fact]
    public void Meals_are_counted_over_all_acceptances_and_the_elder_pays_what_passes_the_contract()
    {
        using TerminalFile terminal = Enrolled();

        (OfflineReceipt receipt, _, long elder) = Of(terminal, Meals, "lunch", 3, 4_000);
        Assert.Equal((3, 400), (receipt.FromVoucher, elder));
        terminal.Accept(receipt);
        Assert.Throws<TerminalException>(() => Of(terminal, Meals, "lunch", 2, 2_000));
        Assert.Equal(1, Of(terminal, Meals, "lunch", 1, 1_000).Receipt.FromVoucher);
        // The server refused it: the voucher still has them.
        terminal.Answer(1, new TerminalAnswer(TerminalAnswer.Exception, "OFFLINE_SPENT", "", "", ""));
        Assert.Equal(4, Of(terminal, Meals, "lunch", 4, 4_000).Receipt.FromVoucher);
    }

    [Fact]
    public void Money_is_taken_by_ratio_and_a_voucher_that_had_less_gives_all_it_had()
    {
        using TerminalFile terminal = Enrolled();

        Assert.Equal((4_000, 4_000), Amounts(Of(terminal, Money, "bath", 1, 8_000)));
        Assert.Throws<TerminalException>(() => Of(terminal, Money, "bath", 1, 12_000));
        Assert.Equal((3_000, 5_000), Amounts(Of(terminal, Money with { OfflineAmount = 3_000 }, "bath", 1, 8_000)));
        Assert.Throws<UsageException>(() => Acceptance.Of(terminal, Code(Money), "bath", 1, 8_000, 0, 0, Now));
    }

    public static TheoryData<string, string, string> Refused => new()
    {
        { "ended", "此券已作废。", "The voucher was voided." },
        { "expired", "此券须在 2026-11-29 前使用。", "The voucher was to be used by 2026-11-29." },
        { "unknown key", VoucherWords.Of(VoucherCodeStatus.UnknownKey).Chinese, VoucherWords.Of(VoucherCodeStatus.UnknownKey).English },
        { "forged", VoucherWords.Of(VoucherCodeStatus.BadSignature).Chinese, VoucherWords.Of(VoucherCodeStatus.BadSignature).English },
        { "other region", "此券属于别的地区。", "The voucher is another region's." },
        { "other service", "此券不能用于这项服务。", "The voucher doesn't pay for this service." },
        { "not in the list", "这项服务须联网核销", "this service needs the network" },
        { "revoked", "这台终端已停用。", "This terminal was revoked." },
        { "nothing", "没有需要券支付的部分。", "There is nothing for the voucher to pay." },
        { "clock", "被拨回过", "it was set back" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void What_the_rules_forbid_is_refused(string what, string chinese, string english)
    {
        VoucherSigner neighbour = RegionKey.VoucherSigner(VoucherSigner.NameOf("timebank.example", "430212"));
        using TerminalFile terminal = Enrolled(list => what switch
        {
            "ended" => list with { Vouchers = [Meals.Voucher] },
            "revoked" => list with { Devices = [Id] },
            "other region" => list with { Keys = [.. list.Keys, neighbour.Key] },
            _ => list,
        });
        using SigningKey stranger = SigningKey.Read(SigningKey.Create())[0];
        string code = what switch
        {
            "expired" => Code(Meals with { UseBy = new DateOnly(2026, 11, 29) }),
            "unknown key" => VoucherCode.Sign(Meals, stranger.VoucherSigner(Signer.Key.Name)),
            "forged" => Forged(Code(Meals)),
            "other service" => Code(Meals with { ServiceTypeBits = VoucherClaims.BitsOf([3]) }),
            "other region" => VoucherCode.Sign(Meals with { Region = "430212" }, neighbour),
            _ => Code(Meals),
        };
        TerminalException refused = Assert.Throws<TerminalException>(() => Acceptance.Of(
            terminal, code, what == "not in the list" ? "dinner" : "lunch", 1, 1_000, what == "nothing" ? 1_000 : 0, 1,
            what == "clock" ? Now.AddYears(-1) : Now));
        Assert.Contains(chinese, refused.In(Language.Chinese), StringComparison.Ordinal);
        Assert.Contains(english, refused.In(Language.English), StringComparison.Ordinal);
        Assert.Empty(terminal.Receipts);
    }

    /// <summary>Its key is the region's, and its signature is none.</summary>
    private static string Forged(string code)
    {
        byte[] bytes = SimpleBase.Base45.Default.Decode(code.AsSpan(VoucherCode.Prefix.Length));
        bytes[^1] ^= 1;
        return VoucherCode.Prefix + SimpleBase.Base45.Default.Encode(bytes);
    }

    [Fact]
    public void Limits_of_the_terminal_hold_until_it_syncs()
    {
        using TerminalFile terminal = Enrolled();
        terminal.Accept(Of(terminal, Meals, "lunch", 1, 49_500).Receipt);

        Assert.Throws<TerminalException>(() => Of(terminal, Meals, "lunch", 1, 1_000));
        Assert.Throws<TerminalException>(() => Acceptance.Of(terminal, Code(Meals), "lunch", 1, 100, 0, 1, Now.AddHours(25)));
        Assert.Throws<TerminalException>(() => Acceptance.Of(terminal, Code(Meals), "lunch", 1, 100, 0, 1, Now.AddMinutes(-6)));
        terminal.Answer(1, new TerminalAnswer(TerminalAnswer.Accepted, "", "", "", ""));
        OfflineReceipt next = Of(terminal, Meals, "lunch", 1, 1_000).Receipt;
        Assert.Equal((2, 1), (next.Counter, next.Synced));
    }

    [Fact]
    public void A_terminal_that_was_not_approved_or_is_taken_for_a_copy_accepts_nothing()
    {
        using TerminalFile terminal = Enrolled();
        terminal.Take(V1.DeviceState.Enrolled);
        Assert.Throws<TerminalException>(() => Of(terminal, Meals, "lunch", 1, 1_000));
        terminal.Take(V1.DeviceState.Active);
        terminal.Accept(Of(terminal, Meals, "lunch", 1, 1_000).Receipt);
        foreach (string reason in new[] { "OFFLINE_FORK", "OFFLINE_CHAIN_BROKEN", "OFFLINE_DEVICE_REVOKED" })
        {
            terminal.Answer(1, new TerminalAnswer(TerminalAnswer.Exception, reason, "", "", ""));
            Assert.Throws<TerminalException>(() => Of(terminal, Meals, "lunch", 1, 1_000));
        }
        terminal.Answer(1, new TerminalAnswer(TerminalAnswer.Exception, "OFFLINE_SPENT", "", "", ""));
        Assert.Equal(2, Of(terminal, Meals, "lunch", 1, 1_000).Receipt.Counter);
    }

    [Fact]
    public void What_a_terminal_called_itself_is_there_when_its_file_is_opened_again()
    {
        using (Enrolled())
        {
        }
        using TerminalFile again = TerminalFile.Open(File);
        Assert.Equal(TerminalFile.Active, again.State);
    }

    [Fact]
    public void A_list_is_good_for_the_policys_hours()
    {
        using TerminalFile terminal = Enrolled();
        Assert.Equal(1, Acceptance.Of(terminal, Code(Meals), "lunch", 1, 1_000, 0, 1, Now.AddHours(23)).Receipt.Counter);
        Assert.Throws<TerminalException>(() => Acceptance.Of(
            terminal, Code(Meals), "lunch", 1, 1_000, 0, 1, Now.AddHours(23).AddSeconds(1)));
    }

    [Fact]
    public void A_newer_code_counts_what_the_server_has_not_answered()
    {
        using TerminalFile terminal = Enrolled();
        terminal.Accept(Of(terminal, Meals, "lunch", 3, 3_000).Receipt);
        VoucherClaims newer = Meals with { Serial = Meals.Serial + 1 };

        Assert.Throws<TerminalException>(() => Of(terminal, newer, "lunch", 2, 2_000));
        terminal.Answer(1, new TerminalAnswer(TerminalAnswer.Accepted, "", "", "", ""));
        Assert.Equal(4, Of(terminal, newer, "lunch", 4, 4_000).Receipt.FromVoucher);
    }

    [Fact]
    public void A_clock_that_was_ahead_once_ends_no_terminal()
    {
        using TerminalFile terminal = Enrolled();
        terminal.Accept(Acceptance.Of(terminal, Code(Meals), "lunch", 1, 1_000, 0, 1, Now.AddHours(2)).Receipt);

        Assert.Throws<TerminalException>(() => Of(terminal, Meals, "lunch", 1, 1_000));
        terminal.Answer(1, new TerminalAnswer(TerminalAnswer.Exception, "OFFLINE_CLOCK_AHEAD", "", "", ""));
        Assert.Equal(2, Of(terminal, Meals, "lunch", 1, 1_000).Receipt.Counter);
    }

    [Fact]
    public void A_code_is_read_from_a_picture()
    {
        string picture = Path.Combine(_folder.FullName, "code.png"), code = Code(Money);
        using (var maker = new QRCoder.QRCodeGenerator())
        {
            using QRCoder.QRCodeData drawn = maker.CreateQrCode(code, QRCoder.QRCodeGenerator.ECCLevel.Q);
            System.IO.File.WriteAllBytes(picture, new QRCoder.PngByteQRCode(drawn).GetGraphic(5));
        }

        Assert.Equal(code, CodeImage.Read(picture));
        Assert.Throws<UsageException>(() => CodeImage.Read(File));
        System.IO.File.WriteAllText(picture, "no picture");
        Assert.Throws<UsageException>(() => CodeImage.Read(picture));
    }

    [Fact]
    public async Task The_command_shows_what_the_elder_pays_and_keeps_the_receipt()
    {
        using (TerminalFile terminal = TerminalFile.Open(File, create: true))
        {
            terminal.Enrol(new TerminalDevice(Region, Id, Provider, SigningKey.Create(), $"{Signer.TerminalSigner().Key}"));
            long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            terminal.Take(Note(List() with { Made = DateTimeOffset.FromUnixTimeSeconds(now) }));
            terminal.Take(V1.DeviceState.Active);
        }
        string code = Code(Money with { UseBy = new DateOnly(2149, 1, 1) });
        var environment = new TestEnvironment();

        Assert.Equal(0, await environment.RunAsync(
            "terminal", "accept", code, "--file", File, "--item", "bath", "--price", "80", "--place", "home", "--lang", "en"));
        Assert.Contains("CNY 40.00", environment.Out);
        Assert.Equal(1, await environment.RunAsync("terminal", "accept", code, "--file", File, "--item", "bath", "--price", "80",
            "--place", "home", "--lang", "en"));
        Assert.Contains("without a network", environment.Error);
        Assert.Equal(0, await environment.RunAsync("terminal", "status", "--file", File, "--json"));
        Assert.Contains("\"counter\":1", environment.Out);
    }

    /// <summary>In a demonstration the list is of the played month, and this machine's clock of another.</summary>
    [Fact]
    public async Task The_command_takes_the_time_that_the_terminals_clock_shows()
    {
        using (TerminalFile terminal = TerminalFile.Open(File, create: true))
        {
            terminal.Enrol(new TerminalDevice(Region, Id, Provider, SigningKey.Create(), $"{Signer.TerminalSigner().Key}"));
            terminal.Take(Note(List() with { Made = new DateTimeOffset(2020, 10, 20, 0, 0, 0, TimeSpan.Zero) }));
            terminal.Take(V1.DeviceState.Active);
        }
        string code = Code(Money with { UseBy = new DateOnly(2020, 10, 31) });
        var environment = new TestEnvironment();
        Task<int> AcceptAsync(params string[] clock) => environment.RunAsync(
            ["terminal", "accept", code, "--file", File, "--item", "bath", "--price", "80", "--place", "home", "--lang", "en", .. clock]);

        Assert.Equal(1, await AcceptAsync());
        Assert.Contains("the list (2020-10-20 08:00) is older than 24 hours", environment.Error);
        Assert.Contains("--now", environment.Error);
        Assert.Equal(1, await AcceptAsync("--now", "2020-10-19 09:00"));
        Assert.Contains("it was set back", environment.Error);
        Assert.Equal(2, await AcceptAsync("--now", "yesterday"));
        Assert.Equal(0, await AcceptAsync("--now", "2020-10-20 09:00"));
        using TerminalFile after = TerminalFile.Open(File);
        Assert.Equal(new DateTimeOffset(2020, 10, 20, 1, 0, 0, TimeSpan.Zero), Assert.Single(after.Receipts).Receipt.Clock);
    }

    [Fact]
    public void An_older_list_or_one_of_another_key_is_not_taken()
    {
        using TerminalFile terminal = Enrolled();
        Assert.Throws<UsageException>(() => terminal.Take(Note(List() with { Number = 6 })));
        using SigningKey stranger = SigningKey.Read(SigningKey.Create())[0];
        Assert.Throws<UsageException>(() => terminal.Take(Note(List() with { Number = 8 },
            stranger.VoucherSigner(Signer.Key.Name).TerminalSigner())));
        terminal.Take(Note(List() with { Number = 8 }));
        Assert.Equal(8, terminal.List!.Number);
    }

    [Fact]
    public void What_needs_more_than_the_code_is_refused_before_it_is_accepted()
    {
        ImmutableArray<TerminalCheck> checks = [new(1, 3_000, 2), new(0, 2_000, 1), new(2, 0, 3)];
        using TerminalFile terminal = Enrolled(list => list with { Checks = checks });
        // Read from its signed text, in its order.
        Assert.Equal(checks, terminal.List!.Checks);

        // Three meals are worth 36 yuan by their contract price, however little is asked for them.
        string refused = Assert.Throws<TerminalException>(() => Of(terminal, Meals, "lunch", 3, 30)).In(Language.Chinese);
        Assert.Contains("密码", refused, StringComparison.Ordinal);
        Assert.Equal(2, Of(terminal, Meals, "lunch", 2, 2_400).Receipt.FromVoucher);
        // The first row that fits decides: of a bath from 20 yuan on that is the second one.
        Assert.Equal(4_000, Of(terminal, Money, "bath", 1, 8_000).Receipt.FromVoucher);
        Assert.Throws<TerminalException>(() => Of(terminal, Money, "bath", 1, 2_000));
        Assert.Empty(terminal.Receipts);
    }

    [Fact]
    public void Exchanged_keys_are_followed_from_list_to_list()
    {
        using SigningKey key = SigningKey.Read(SigningKey.Create())[0], later = SigningKey.Read(SigningKey.Create())[0];
        VoucherSigner next = key.VoucherSigner(Signer.Key.Name), last = later.VoucherSigner(Signer.Key.Name);
        TerminalList both = List() with { Number = 8, Keys = [next.Key, Signer.Key] };
        using (TerminalFile terminal = Enrolled())
        {
            Assert.Throws<UsageException>(() => terminal.Take(Note(both, next.TerminalSigner())));
            terminal.Take(Note(both, next.TerminalSigner(), Signer.TerminalSigner()));
            terminal.Take(Note(both with { Number = 9, Keys = [next.Key] }, next.TerminalSigner()));
            Assert.Throws<UsageException>(() => terminal.Take(Note(both with { Number = 10 }, last.TerminalSigner())));
        }
        using TerminalFile again = TerminalFile.Open(File);
        Assert.Equal(9, again.List!.Number);
    }

    private static (long, long) Amounts((OfflineReceipt Receipt, VoucherClaims Voucher, long Elder) of) =>
        (of.Receipt.FromVoucher, of.Elder);

    private static (OfflineReceipt Receipt, VoucherClaims Voucher, long Elder) Of(
        TerminalFile terminal, VoucherClaims claims, string item, long quantity, long price) =>
        Acceptance.Of(terminal, Code(claims), item, quantity, price, 0, 1, Now);

    private static string Code(VoucherClaims claims) => VoucherCode.Sign(claims, Signer);

    private static TerminalList List() => new(Signer.TerminalSigner().Key.Name, 7, Now.AddHours(-1), 5_000, 50_000, 24, [Signer.Key],
        [new("lunch", 1, "MEAL", 1_500, 1_200), new("bath", 2, "CNY", 20_000, 0)],
        ImmutableSortedDictionary<int, int>.Empty.Add(1, 50).Add(2, 40), [], []);

    private static string Note(TerminalList list, params NoteSigner[] signers) => new SignedNote(list.ToText(),
        [.. signers.DefaultIfEmpty(Signer.TerminalSigner()).Select(signer => signer.Sign(list.ToText(), default))]).ToString();

    private TerminalFile Enrolled(Func<TerminalList, TerminalList>? change = null)
    {
        TerminalFile terminal = TerminalFile.Open(File, create: true);
        if (terminal.Device is not null) return terminal;
        terminal.Enrol(new TerminalDevice(Region, Id, Provider, SigningKey.Create(), $"{Signer.TerminalSigner().Key}"));
        terminal.Take(Note(change?.Invoke(List()) ?? List()));
        terminal.Take(V1.DeviceState.Active);
        return terminal;
    }

    private byte[] Accept(VoucherClaims claims)
    {
        using TerminalFile terminal = Enrolled();
        return terminal.Accept(Of(terminal, claims, "lunch", 1, 1_000).Receipt);
    }
}
