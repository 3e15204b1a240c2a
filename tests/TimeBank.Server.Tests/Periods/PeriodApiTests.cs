using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// Closing months. Each test has a region of its own, since a region's days are closed once, and no other class shares the server.
/// </summary>
public sealed class PeriodApiTests(TestServer server) : IClassFixture<TestServer>
{
    private DateTime Today => ChinaTime.DateOf(server.Now).ToDateTime(default);

    /// <summary>The month before this one, which is over.</summary>
    private string Over => Today.AddDays(1 - Today.Day).AddMonths(-1).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private string Current => Today.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Two_persons_close_a_month_and_its_statement_verifies_and_ties()
    {
        const string region = "430181";
        var desk = new Desk(server, region);
        string fund = await desk.FundAsync("closed", 0, isBankKnown: false);
        DateOnly last = Month.Parse(Over).Last;
        await ReceiptSeed.WriteAsync(server, fund, 500, last);

        BooksPeriod prepared = await Maker(region).PreparePeriodCloseAsync(Prepare(region, Over));
        Assert.Equal((V1.PeriodState.Prepared, "maker"), (prepared.State, prepared.PreparedBy));
        Assert.Contains("CNY fund/closed/available 0 0 500 C500\n", prepared.Statement, StringComparison.Ordinal);
        BooksPeriod closed = await Checker(region).ApprovePeriodCloseAsync(Approve(region, Over));

        Assert.Equal((V1.PeriodState.Closed, "checker"), (closed.State, closed.ApprovedBy));
        Assert.Equal(closed, await Auditor(region).GetPeriodAsync(new GetPeriodRequest { Name = Name(region, Over) }));
        var note = SignedNote.Parse(closed.Statement);
        var keys = server.Services.GetRequiredService<ICheckpointKeys>();
        Assert.Equal(NoteStatus.Signed, keys.Check(RegionCode.Parse(region), note));
        string[] rows = note.Text[(note.Text.IndexOf("columns", StringComparison.Ordinal))..].Split('\n')[1..^1];
        Assert.Equal(0, rows.Select(row => row.Split(' ')).Where(row => row[0] == "CNY").Sum(row => Balance(row[5])));
        Assert.Equal(rows, prepared.Statement[prepared.Statement.IndexOf("columns", StringComparison.Ordinal)..].Split('\n')[1..^1]);

        // What comes late counts on the first open day, and says for which day it came.
        FundReport before = await desk.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = $"regions/{region}/funds/closed" });
        await desk.BankAccountAsync();
        await ReceiveAsync(desk, "closed", 900, last);
        Assert.Equal(before.Received.Value + 900, (await desk.Auditor.GetFundReportAsync(
            new GetFundReportRequest { Fund = $"regions/{region}/funds/closed" })).Received.Value);
        JournalEntry late = await LastEntryAsync(region);
        Assert.Equal((last.AddDays(1), last), (late.Header.EffectiveDate, late.Header.EventDate()));
        Assert.Equal(closed.Statement,
            (await Auditor(region).GetPeriodAsync(new GetPeriodRequest { Name = Name(region, Over) })).Statement);
    }

    [Fact]
    public async Task Maker_does_not_sign_and_nobody_closes_a_month_that_is_not_over()
    {
        const string region = "430121";
        await Maker(region).PreparePeriodCloseAsync(Prepare(region, Current)).IsRefusedAsync(Reason.PeriodNotOver);
        await Checker(region).ApprovePeriodCloseAsync(Approve(region, Over)).IsRefusedAsync(Reason.PeriodWrongState);
        await Maker(region).PreparePeriodCloseAsync(Prepare(region, Over));
        var same = new PeriodService.PeriodServiceClient(server.As(Role.FinanceChecker, subject: "maker", regions: region));
        await same.ApprovePeriodCloseAsync(Approve(region, Over)).IsRefusedAsync(Reason.MakerIsChecker);
        await Maker(region).PreparePeriodCloseAsync(Prepare(region, Over)).IsRefusedAsync(Reason.PeriodWrongState);
    }

    [Fact]
    public async Task Months_are_closed_in_order_and_opened_from_the_last_one_back()
    {
        const string region = "430111";
        string before = Month.Parse(Over).First.AddMonths(-1).ToString("yyyy-MM", CultureInfo.InvariantCulture),
            first = Month.Parse(Over).First.AddMonths(-2).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        await CloseAsync(region, first);
        await Maker(region).PreparePeriodCloseAsync(Prepare(region, Over)).IsRefusedAsync(Reason.PeriodBeforeOpen);
        await CloseAsync(region, before);
        await Auditor(region).ReopenPeriodAsync(Reopen(region, first)).IsRefusedAsync(Reason.PeriodAfterClosed);

        BooksPeriod opened = await Auditor(region).ReopenPeriodAsync(Reopen(region, before));
        Assert.Equal((V1.PeriodState.Open, "", true, "补记"),
            (opened.State, opened.Statement, opened.Reopenings[0].Signed, opened.Reopenings[0].Note));
        BooksPeriod again = await CloseAsync(region, before);
        Assert.Contains(" auditor signed 补记\n", again.Statement, StringComparison.Ordinal);
        ListPeriodsResponse list = await Auditor(region).ListPeriodsAsync(new ListPeriodsRequest { Parent = $"regions/{region}" });
        Assert.Equal([Name(region, first), Name(region, before)], list.Periods.Select(period => period.Name));
    }

    [Fact]
    public async Task Withdrawn_close_opens_the_days_again_and_a_retry_is_one_effect()
    {
        const string region = "430102";
        PreparePeriodCloseRequest prepare = Prepare(region, Over);
        BooksPeriod first = await Maker(region).PreparePeriodCloseAsync(prepare);
        Assert.Equal(first, await Maker(region).PreparePeriodCloseAsync(prepare));
        var withdraw = new WithdrawPeriodCloseRequest { RequestId = Desk.Id(), Name = Name(region, Over), Note = "重做" };
        BooksPeriod open = await Checker(region).WithdrawPeriodCloseAsync(withdraw);
        Assert.Equal((V1.PeriodState.Open, false), (open.State, open.Reopenings[0].Signed));
        Assert.Null(ClosedPeriods.LastDay(await ClosedAsync(region)));
        await Maker(region).PreparePeriodCloseAsync(Prepare(region, Over));
        Assert.Equal(Month.Parse(Over).Last, ClosedPeriods.LastDay(await ClosedAsync(region)));
    }

    [Fact]
    public async Task Two_makers_at_once_close_a_month_once()
    {
        const string region = "430103";
        Task<BooksPeriod>[] both =
        [
            .. Enumerable.Range(0, 2).Select(at => server.As(Role.FinanceMaker, subject: $"maker{at}", regions: region)).Select(maker =>
                new PeriodService.PeriodServiceClient(maker).PreparePeriodCloseAsync(Prepare(region, Over)).ResponseAsync),
        ];
        foreach (Task<BooksPeriod> call in both) await call.ContinueWith(static _ => { }, TaskScheduler.Default);
        Assert.Equal(1, both.Count(call => call.IsCompletedSuccessfully));
        Assert.Equal(Month.Parse(Over).Last, ClosedPeriods.LastDay(await ClosedAsync(region)));
    }

    [Fact]
    public async Task Dry_run_closes_nothing()
    {
        const string region = "430112";
        PreparePeriodCloseRequest prepare = Prepare(region, Over);
        prepare.ValidateOnly = true;
        Assert.Equal(V1.PeriodState.Prepared, (await Maker(region).PreparePeriodCloseAsync(prepare)).State);
        Assert.Equal(V1.PeriodState.Open,
            (await Auditor(region).GetPeriodAsync(new GetPeriodRequest { Name = Name(region, Over) })).State);
        Assert.Null(await ClosedAsync(region));
    }

    [Theory]
    [InlineData("regions/430211/periods/2026-13")]
    [InlineData("regions/430211/periods/1999-12")]
    [InlineData("regions/430211/periods/26-1")]
    [InlineData("regions/430211/months/2026-10")]
    [InlineData("")]
    public async Task Other_names_are_refused(string name) => await Auditor("430211")
        .GetPeriodAsync(new GetPeriodRequest { Name = name }).IsRefusedAsync(Reason.InvalidField, "name");

    private async Task<BooksPeriod> CloseAsync(string region, string month)
    {
        await Maker(region).PreparePeriodCloseAsync(Prepare(region, month));
        return await Checker(region).ApprovePeriodCloseAsync(Approve(region, month));
    }

    private async Task<Ledger.Account?> ClosedAsync(string region) => await server.Services.GetRequiredService<ILedgerReader>()
        .AccountAsync(RegionCode.Parse(region), ClosedPeriods.Account, default);

    private async Task<JournalEntry> LastEntryAsync(string region)
    {
        ILedgerReader ledger = server.Services.GetRequiredService<ILedgerReader>();
        long size = (await ledger.ReadHeadAsync(RegionCode.Parse(region), default)).Size;
        return (await ledger.EntryAsync(RegionCode.Parse(region), size - 1, default))!.Entry;
    }

    private static async Task ReceiveAsync(Desk desk, string fund, long fen, DateOnly day) =>
        await desk.Maker.RecordReceiptAsync(new RecordReceiptRequest
        {
            RequestId = Desk.Id(), Fund = $"{desk.Region}/funds/{fund}", Amount = Desk.Fen(fen), BankAccount = "main",
            ReceivedDate = new Date { Year = day.Year, Month = day.Month, Day = day.Day },
        });

    private static long Balance(string text) => text == "0" ? 0
        : (text[0] == 'D' ? 1 : -1) * long.Parse(text[1..], CultureInfo.InvariantCulture);

    private static string Name(string region, string month) => $"regions/{region}/periods/{month}";

    private static PreparePeriodCloseRequest Prepare(string region, string month) =>
        new() { RequestId = Desk.Id(), Name = Name(region, month) };

    private static ApprovePeriodCloseRequest Approve(string region, string month) =>
        new() { RequestId = Desk.Id(), Name = Name(region, month) };

    private static ReopenPeriodRequest Reopen(string region, string month) =>
        new() { RequestId = Desk.Id(), Name = Name(region, month), Note = "补记" };

    private PeriodService.PeriodServiceClient Maker(string region) => new(server.As(Role.FinanceMaker, subject: "maker", regions: region));

    private PeriodService.PeriodServiceClient Checker(string region) =>
        new(server.As(Role.FinanceChecker, subject: "checker", regions: region));

    private PeriodService.PeriodServiceClient Auditor(string region) => new(server.As(Role.Auditor, subject: "auditor", regions: region));
}
