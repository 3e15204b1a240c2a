using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using PaymentState = TimeBank.V1.PaymentState;
using SettlementState = TimeBank.V1.SettlementState;

namespace TimeBank.Server.Tests;

/// <summary>Prepaid fees from the agreement to the closed month, with the bank's own statements, on PostgreSQL.</summary>
public sealed class PrepaymentMonthTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>
{
    private const string Region = TestServer.Tianyuan;

    private static readonly DateOnly First = new(2026, 10, 1), December = new(2026, 12, 1);

    [Fact]
    public async Task Months_of_prepaid_fees_end_with_the_bank_and_the_books_equal()
    {
        await using TestServer server = await TestServer.OnPostgreSqlAsync(postgres.NewDatabase(), migrate: true);
        PrepaymentDesk desk = new(server) { BankAccount = "custody" };
        await desk.OpenAsync();
        await PayeeSeed.WriteAsync(server.Services, desk.Provider);
        Bank bank = await new Bank(server, Region, "custody").OpenAsync(forCustody: true);
        Prepayment agreed = await desk.AgreedAsync();
        string came = (await desk.Maker.RecordPrepaymentReceiptAsync(desk.Receipt(agreed, 110_000, 20_000))).Entry;

        await desk.MoveToAsync(new DateOnly(2026, 12, 2));
        Assert.Equal(60_000, (await desk.DrawAsync(December.AddMonths(-1))).Amounts.Single().Value);
        SettlementBatch batch = await SentAsync(desk);
        await desk.OfElder.EndPrepaymentAsync(desk.End(agreed));
        await desk.Checker.ApprovePrepaymentRefundAsync(desk.Approve(agreed));
        // Two of December's 31 days are earned: 30,000 x 2 / 31 = 1,935.
        PrepaymentMovement back = await desk.Maker.RecordPrepaymentRefundAsync(desk.Refund(agreed));
        Assert.Equal((long[])[110_000, 60_000, 1_935, 0, 0, 48_065], PrepaymentDesk.Sums(back.Prepayment));
        await bank.TakenAsync(bank.File("1", 0, new DateOnly(2026, 12, 31), (First, 110_000, "PREPAID", "CUST-1"),
            (new DateOnly(2026, 12, 2), -60_000, $"PAY {batch.Payments.Single().EndToEndId}", "OUT-1"),
            (new DateOnly(2026, 12, 2), -48_065, "REFUND", "OUT-2")));
        Assert.Empty((await bank.RunAsync()).NotBooked);
        await MatchAsync(1, came);
        await MatchAsync(3, back.Entry);

        // The bank has paid the batch, and nothing is left to explain; the month is closed by two persons.
        SettlementBatch paid = await BatchAsync(batch);
        Assert.Equal((SettlementState.Closed, PaymentState.Paid), (paid.State, paid.Payments.Single().State));
        Assert.Equal((1_935, 1_935), (await desk.BookAsync("bank/custody"), await AtBankAsync()));
        await desk.MoveToAsync(new DateOnly(2027, 1, 2));
        DailyReport report = await new PeriodService.PeriodServiceClient(server.As(Role.Auditor)).GetDailyReportAsync(
            new GetDailyReportRequest
            {
                Parent = desk.Desk.Region, FirstDate = First.ToContract(), LastDate = new DateOnly(2026, 12, 31).ToContract(),
            });
        Assert.Equal([], report.Lines.Where(line => !line.Ties));
        Assert.Contains(report.Lines, line => line.Account == "bank/custody" && line.Left == 1_935);
        string december = $"{desk.Desk.Region}/periods/2026-12";
        await Periods(Role.FinanceMaker, "maker").PreparePeriodCloseAsync(
            new PreparePeriodCloseRequest { RequestId = Desk.Id(), Name = december });
        BooksPeriod closed = await Periods(Role.FinanceChecker, "checker").ApprovePeriodCloseAsync(
            new ApprovePeriodCloseRequest { RequestId = Desk.Id(), Name = december });
        Assert.Contains("CNY custody/*/fees ", closed.Statement, StringComparison.Ordinal);

        // What the provider had earned of December is drawn and paid in January.
        Assert.Equal(1_935, (await desk.DrawAsync(December)).Amounts.Single().Value);
        SettlementBatch rest = await SentAsync(desk);
        await bank.TakenAsync(bank.File("2", 1_935, new DateOnly(2027, 1, 2),
            (new DateOnly(2027, 1, 2), -1_935, $"PAY {rest.Payments.Single().EndToEndId}", "OUT-3")));
        Assert.Empty((await bank.RunAsync()).NotBooked);

        Assert.Equal((0, 0, 0), (await desk.BookAsync("bank/custody"), await AtBankAsync(), await desk.BookAsync(desk.Prepaid)));
        Assert.Equal((long[])[110_000, 61_935, 0, 0, 0, 48_065], PrepaymentDesk.Sums(await desk.ReadAsync(agreed)));
        Assert.Empty((await bank.Maker.ListExceptionsAsync(new ListExceptionsRequest { Parent = bank.Name })).Exceptions);
        await server.TrialBalanceAsync();
        LedgerHead head = await server.Services.GetRequiredService<ILedgerReader>().ReadHeadAsync(RegionCode.Parse(Region), default);
        await server.SignedAsync(head.Size);
        PublicStatistics published = await new StatisticsService.StatisticsServiceClient(server.Anonymous()).GetPublicStatisticsAsync(
            new GetPublicStatisticsRequest { Parent = desk.Desk.Region, Period = new Date { Year = 2026, Month = 12 } });
        Assert.Equal((0, 60_000), (published.PaidToProviders.Value, published.PrepaidToProviders.Value));

        async Task MatchAsync(int line, string entry) => await bank.Maker.ConfirmMatchAsync(new ConfirmMatchRequest
        {
            RequestId = Desk.Id(), Parent = bank.Name, Lines = { line }, Items = { $"{entry}/0" },
        });

        async Task<long> AtBankAsync() => (await bank.Maker.ListStatementsAsync(new ListStatementsRequest { Parent = bank.Name }))
            .Statements[0].Closing.Amount.Value;

        async Task<SettlementBatch> BatchAsync(SettlementBatch one) =>
            await desk.Settlements(Role.FinanceMaker).GetBatchAsync(new GetBatchRequest { Name = one.Name });

        PeriodService.PeriodServiceClient Periods(Role role, string subject) => new(server.As(role, subject: subject));
    }

    /// <summary>An approved batch of what was drawn, of which the bank has the file.</summary>
    private static async Task<SettlementBatch> SentAsync(PrepaymentDesk desk)
    {
        SettlementBatch batch = await desk.ApprovedAsync();
        return (await desk.Settlements(Role.FinanceMaker).ExportPaymentsAsync(new ExportPaymentsRequest
        {
            RequestId = Desk.Id(), Name = batch.Name, BankAccount = "custody", Format = V1.PaymentFileFormat.Pain001,
        })).Batch;
    }
}
