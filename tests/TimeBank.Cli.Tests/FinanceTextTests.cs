using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using Google.Protobuf.Reflection;
using TimeBank.Banking;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;
using PaymentState = TimeBank.V1.PaymentState;
using WithheldReason = TimeBank.V1.WithheldReason;

namespace TimeBank.Cli.Tests;

/// <summary>What finance reads is words and yuan, and never a code.</summary>
public sealed class FinanceTextTests : IDisposable
{
    private const string Payment = "regions/430211/settlements/AB/payments/1";

    private readonly string _data = Directory.CreateTempSubdirectory("timebank-text-tests-").FullName;

    /// <summary>The names that the contract has as text: its own tests can't know which the server says.</summary>
    public static TheoryData<string> Names =>
    [
        .. Enum.GetNames<EntryCode>().Where(code => code != nameof(EntryCode.Note)).Select(EnumText.UpperSnake),
        .. Enum.GetNames<MatchPass>().Append("OwnTransfer").Append("Person").Append("Resolution")
            .Select(pass => $"MATCH_PASS_{EnumText.UpperSnake(pass)}"),
        .. Enum.GetNames<WarningReason>().Select(reason => $"STATEMENT_WARNING_{EnumText.UpperSnake(reason)}"),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_code_that_a_person_may_see_has_words(string name)
    {
        Assert.Matches("[a-z]{3}", Labels.Of(name, Language.English));
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", Labels.Of(name, Language.Chinese));
    }

    /// <summary>The contract's own tests know that no choice lacks a word; these know that no word is left over.</summary>
    [Fact]
    public void Every_word_is_said_somewhere()
    {
        IEnumerable<string> choices = typeof(V1.Amount).Assembly.GetTypes()
            .Where(type => type.IsEnum && type.Namespace == typeof(V1.Amount).Namespace)
            .SelectMany(type => type.GetFields().Select(field => field.GetCustomAttribute<OriginalNameAttribute>()?.Name ?? ""));
        string[] units = ["MIN", "CNY", "MEAL", "BATH", "CLEAN", "DAY", "VOUCHER"];
        using JsonDocument words = JsonDocument.Parse(typeof(V1.Amount).Assembly.GetManifestResourceStream("words.json")!);
        IEnumerable<string> all = words.RootElement.EnumerateArray().Select(word => word.GetProperty("word").GetString()!);
        Assert.Equal(["QUOTE_PART_RULES", "QUOTE_PART_VOUCHERS", "QUOTE_PART_BILL", "PAYMENT_WITHHELD", "NOTE"],
            all.Except([.. choices, .. units, .. Names.Select(row => row.Data)]));
    }

    [Fact]
    public void A_payment_that_we_withheld_is_not_rejected_by_a_bank()
    {
        var payment = new SettlementPayment { Name = Payment, State = PaymentState.Rejected };
        var batch = new SettlementBatch { Payments = { payment } };
        Assert.Equal(("rejected", "银行拒付"), (batch.StateOf(payment, Language.English), batch.StateOf(payment, Language.Chinese)));

        batch.Export = new PaymentExport { Withheld = { new WithheldPayment { Payment = Payment, Reason = WithheldReason.PayeeChanged } } };
        Assert.Equal(("withheld", "未付款（扣下）"), (batch.StateOf(payment, Language.English), batch.StateOf(payment, Language.Chinese)));
        (batch.Export, payment.State) = (null, PaymentState.Paid);
        Assert.Equal("paid", batch.StateOf(payment, Language.English));
    }

    [Fact]
    public void What_is_carried_set_aside_and_held_back_has_its_sign()
    {
        static V1.CarriedAmount Of(string source, long fen) => new() { Source = $"regions/430211/{source}", Amount = Fen(fen) };
        var payment = new SettlementPayment
        {
            Carried = { Of("settlements/CD", 120_000) }, SetAside = { Of("entries/7", 5) }, HeldBackAmount = Fen(30),
        };
        Assert.Equal(
            [("CD", "carried over", "CNY 1,200.00"), ("7", "disputed, not paid", "CNY -0.05"), ("", "held back", "CNY -0.30")],
            payment.Extra(Language.English).Select(extra => (extra.Source, extra.What, extra.Text)));
        payment.Carried[0].Payment = "regions/430211/settlements/CD/payments/2";
        Assert.Equal("settlements/CD/payments/2", payment.Extra(Language.English).First().Source);
        payment.HeldBackAmount = Fen(0);
        Assert.Equal(2, payment.Extra(Language.Chinese).Count());
    }

    [Fact]
    public void A_run_counts_what_it_suggests_apart_from_what_it_matched()
    {
        var run = new ReconciliationProgress { Lines = 9, Expected = 8, Matches = 7, Booked = 4 };
        Assert.DoesNotContain("matched", ReconciliationCommands.Far(run, Language.English), StringComparison.Ordinal);
        run.Summary = new ReconciliationSummary
        {
            Passes = { new PassCount { Confirmed = 3, Suggested = 1 }, new PassCount { Confirmed = 1, Suggested = 2, Tied = 5 } },
        };
        Assert.Equal("9 lines, 8 expected, 4 matched, 3 suggested, 4 booked", ReconciliationCommands.Far(run, Language.English));
        Assert.Equal("明细 9，待对 8，已对 4，建议 3，入账 4", ReconciliationCommands.Far(run, Language.Chinese));
    }

    [Theory]
    [InlineData("1234567.89", "1,234,567.89")]
    [InlineData("-1000.00", "-1,000.00")]
    [InlineData("Dr 12345.60", "Dr 12,345.60")]
    [InlineData("贷 12345.60", "贷 12,345.60")]
    [InlineData("999.99", "999.99")]
    [InlineData("170141183460469231731687303715884105727", "170,141,183,460,469,231,731,687,303,715,884,105,727")]
    public void Amounts_have_thousands_separators_for_people(string plain, string shown) => Assert.Equal(shown, AmountText.Grouped(plain));

    [Fact]
    public async Task A_report_is_grouped_on_paper_plain_in_csv_and_numbers_in_a_spreadsheet()
    {
        var report = new ReportTable(
            "t", [], [new Column("id"), new Column("CNY", IsAmount: true), new Column("MIN", IsAmount: true)],
            [["0012345", "1234.50", "5000"]]);

        Assert.Contains(">1,234.50<", ReportPage.Of(report, Language.English), StringComparison.Ordinal);
        Assert.Contains(">0012345<", ReportPage.Of(report, Language.English), StringComparison.Ordinal);
        Assert.Contains("0012345,1234.50,5000", Text(await ReportFile.BytesAsync(report, "a.csv", Language.English)),
            StringComparison.Ordinal);
        using var book = new ZipArchive(new MemoryStream(await ReportFile.BytesAsync(report, "a.xlsx", Language.English)));
        string Part(string name)
        {
            using var reader = new StreamReader(book.GetEntry(name)!.Open());
            return reader.ReadToEnd();
        }
        Assert.Contains("#,##0.00", Part("xl/styles.xml"), StringComparison.Ordinal);
        Assert.Matches("<v>1234\\.50?</v>.*<v>5000</v>", Part("xl/worksheets/sheet1.xml"));
        Assert.Contains("0012345", Part("xl/worksheets/sheet1.xml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_file_stays_unless_the_person_says_otherwise()
    {
        string path = Path.Combine(_data, "a.csv");
        await new OutFile(path, Overwrite: false).SaveAsync([1]);
        await new OutFile(path, Overwrite: false).SaveAsync([1]);
        await Assert.ThrowsAsync<UsageException>(() => new OutFile(path, Overwrite: false).SaveAsync([2]));
        Assert.Equal([1], File.ReadAllBytes(path));
        await new OutFile(path, Overwrite: true).SaveAsync([2]);
        Assert.Equal([2], File.ReadAllBytes(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFiles(_data));
    }

    [Fact]
    public async Task A_long_file_is_whole_or_not_there()
    {
        string path = Path.Combine(_data, "b.csv");
        var file = new OutFile(path, Overwrite: false);
        await Assert.ThrowsAsync<InvalidOperationException>(() => file.SaveAsync(_ => throw new InvalidOperationException()));
        Assert.Empty(Directory.GetFiles(_data));
        await file.SaveAsync(async stream => await stream.WriteAsync(new byte[] { 1 }));
        await Assert.ThrowsAsync<UsageException>(() => file.SaveAsync(_ => Task.CompletedTask));
        Assert.Equal([1], File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("report", "month", "2026-10")]
    [InlineData("export", "--format", "csv")]
    [InlineData("settlement", "export", "AB", "--bank", "main", "--format", "sheets")]
    [InlineData("receipt", "--entry", "1")]
    [InlineData("fund", "budget", "--month", "2026-10")]
    public async Task Words_that_write_a_file_take_the_same_options(params string[] words)
    {
        var tool = new TestEnvironment();
        await tool.RunAsync([.. words, "--out", Path.Combine(_data, "x.csv"), "--force", "--server", "http://127.0.0.1:1",
            "--token", "a.b.c", "--lang", "en"]);
        // Understood: what fails is the server or the format, and not an option.
        Assert.DoesNotContain("--out", tool.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("--force", tool.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unrecognized", tool.Error, StringComparison.Ordinal);
        if (words[^1] == "sheets") Assert.Contains("pain001, csv, csv-gb18030, xlsx", tool.Error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static Amount Fen(long value) => new() { Value = value, Unit = "CNY" };
}
