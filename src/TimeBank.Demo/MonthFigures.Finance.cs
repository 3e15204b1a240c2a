using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <content>What November made of October: providers paid, the bank and the books the same, the month closed.</content>
internal sealed partial class MonthFigures
{
    private const string Suspense = $"suspense/{DemoAccounts.Slug}", Fees = "expense/fees";

    /// <returns>What each provider was paid and has kept, in fen.</returns>
    private static async Task<Dictionary<string, long>> ReadPaidAsync(Stage stage)
    {
        var client = new SettlementService.SettlementServiceClient(await stage.StaffAsync(Role.Auditor));
        ListBatchesResponse list = await new Paging(int.MaxValue).AllAsync(
            new ListBatchesRequest { Parent = Roles.Parent(Roles.Tianyuan) }, page => client.ListBatchesAsync(page).ResponseAsync);
        Dictionary<string, long> paid = [];
        foreach (SettlementBatch batch in list.Batches)
        {
            foreach (SettlementPayment payment in (await client.GetBatchAsync(new GetBatchRequest { Name = batch.Name })).Payments
                .Where(payment => payment.State == PaymentState.Paid && batch.Pays == PayableKind.Services))
            {
                paid[payment.Provider] = paid.GetValueOrDefault(payment.Provider) + payment.NetAmount.Value + payment.OffsetAmount.Value;
            }
        }
        return paid;
    }

    private async Task ReadBankAsync(Stage stage)
    {
        var client = new ReconciliationService.ReconciliationServiceClient(await stage.StaffAsync(Role.Auditor));
        async Task<long> OfAsync(string path) => Signed((await AccountAsync(stage, path)).Balance);
        foreach (string slug in (string[])[DemoAccounts.Slug, DemoAccounts.Custody])
        {
            string account = DemoAccounts.NameOf(slug), path = $"bank/{slug}";
            BankStatement last = (await client.ListStatementsAsync(new ListStatementsRequest { Parent = account, PageSize = 1 }))
                .Statements.First();
            ListExceptionsResponse open = await client.ListExceptionsAsync(new ListExceptionsRequest { Parent = account });
            Expect($"{path}：账面 = 最后一张对账单的期末", $"{path}: in the books = closing balance of the last statement",
                -await OfAsync(path), Signed(last.Closing));
            Expect($"{path}：对账单 = 银行的记录", $"{path}: on the statement = what the bank holds", Signed(last.Closing),
                stage.Tally.Of(DemoBank.BalanceOf(slug)));
            Expect($"{path}：未对上的明细 = 0", $"{path}: open lines = 0", open.Totals.Sum(total => total.Lines), 0);
        }
        Expect($"{Suspense}：待查 = 不明来款", $"{Suspense}: in suspense = the unknown receipt", await OfAsync(Suspense), FinancePlan.UnknownFen);
        Expect($"{Fees}：手续费 = 银行和支付机构收取", $"{Fees}: fees = what the bank and the payment service took", -await OfAsync(Fees),
            FinancePlan.FeeFen + CardPlan.FeesFen);
    }

    private static async Task<Account> AccountAsync(Stage stage, string path) =>
        await new LedgerService.LedgerServiceClient(await stage.StaffAsync(Role.Auditor)).GetAccountAsync(
            new GetAccountRequest { Name = $"{Roles.Parent(Roles.Tianyuan)}/accounts/{path}" });

    /// <summary>The five legs of the whole play, and the closed month. A month that is not closed yet has no report.</summary>
    private async Task ReadPeriodAsync(Stage stage, Month? month)
    {
        var client = new PeriodService.PeriodServiceClient(await stage.StaffAsync(Role.Auditor));
        BooksPeriod period = await client.GetPeriodAsync(new GetPeriodRequest { Name = PrepareCloseStep.NameOf(FinancePlan.ClosedMonth) });
        bool isClosed = period.State == PeriodState.Closed;
        if (month is not null) Expect($"{FinancePlan.ClosedMonth}：已结账的月份 = 1", $"{FinancePlan.ClosedMonth}: months closed = 1",
            isClosed ? 1 : 0, 1);
        if (!isClosed) return;
        DailyReport report = await client.GetDailyReportAsync(new GetDailyReportRequest
        {
            Parent = Roles.Parent(Roles.Tianyuan),
            FirstDate = TimeText.ToContract(Calendar.Date(1)),
            LastDate = TimeText.ToContract(Calendar.Date(VoucherPlan.ExpiryDay)),
        });
        _checks.AddRange(FiveLegs(report));
    }

    /// <summary>
    /// The bank's statements end before the play does. Once the days after them are over they want one more, which is no difference of the
    /// books: the figures are the same on the play's last day and on any later one. Where statements end before the plan's last one, a
    /// file of the play was not taken, and that is one. A leg of which nothing was compared doesn't tie, but for what is paid: its lines
    /// are of payments that still wait for the bank, and in the end none does.
    /// </summary>
    internal static IEnumerable<Check> FiveLegs(DailyReport report) =>
        Enum.GetValues<ReportLeg>().Where(leg => leg != ReportLeg.Unspecified).Select(leg =>
        {
            ReportLine[] lines = [.. report.Lines.Where(line => line.Leg == leg && !IsAfterThePlan(line))];
            return new Check(
                $"五方对账·{EnumText.Of(leg, Language.Chinese)}：相符 = 全部",
                $"five legs, {EnumText.Of(leg, Language.English)}: lines that tie = lines", lines.Count(line => line.Ties),
                leg == ReportLeg.Paid ? lines.Length : Math.Max(1, lines.Length));
        });

    private static bool IsAfterThePlan(ReportLine line) => line.Gap == ReportGap.StatementMissing
        && DateOnly.TryParseExact(line.Subject, "yyyy-MM-dd", out DateOnly through) && through >= FinancePlan.LastStatementDay;
}
