using Grpc.Core;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>What waits for the finance office of prepaid fees in custody, and the lists that its pages show.</summary>
public static class PrepaymentItems
{
    private static readonly TimeSpan PatienceWithCounting = TimeSpan.FromSeconds(5);

    public static async Task<IEnumerable<DeskItem>> ReadAsync(Visitor visitor)
    {
        Language l = visitor.Language;
        CustodyReport report = await visitor.Client.Prepayments.GetCustodyReportAsync(
            new GetCustodyReportRequest { Parent = visitor.Parent }, visitor.Client.Reading);
        List<Prepayment> due = report.RefundsDue.Value > 0 ? await RefundsAsync(visitor, report) : [];
        ILookup<bool, Prepayment> refunds = due.ToLookup(IsApprovable);
        Prepayment[] disputed = report.Held.Value > 0 ? [.. (await AllAsync(visitor)).Where(one => one.Disputed)] : [];
        ProviderCustody[] above = [.. report.Providers.Where(one => one.AboveLimit)];
        return
        [
            new(l["预收费退款待批准", "Refunds of prepaid fees to approve"], refunds[true].Count(), Due(refunds[true]),
                "/finance/prepayments?show=refunds", Role.FinanceChecker),
            new(l["预收费退款待支付", "Refunds of prepaid fees to pay"], refunds[false].Count(), Due(refunds[false]),
                "/finance/prepayments?show=refunds", Role.FinanceMaker),
            new(l["预收费有争议", "Prepaid fees that are disputed"], disputed.Length, "", "/finance/prepayments?show=disputed",
                Role.FinanceChecker, l["解决以前不划付。", "Nothing is drawn until it is settled."]),
            new(l["机构预收费超过预警线", "Providers above the limit of prepaid fees"], above.Length,
                Written.Amount(above.Sum(one => one.Held.Value), "CNY", l), "/finance/prepayments", Role.Unspecified),
            new(l["预收费到期仍有余款", "Prepaid fees left although the months are over"], report.Providers.Sum(one => one.Outlived), "",
                "/finance/prepayments", Role.FinanceMaker, l["划付最后一个月，或终止后退还。", "Draw the last month, or end it and pay back."]),
        ];

        string Due(IEnumerable<Prepayment> some) => Written.Amount(some.Sum(one => one.RefundDue.Value), "CNY", l);
    }

    /// <summary>All agreements of the region, without their history.</summary>
    public static Task<List<Prepayment>> AllAsync(Visitor visitor) => ListAsync(visitor, new ListPrepaymentsRequest());

    /// <summary>The agreements whose money waits to be paid back.</summary>
    public static async Task<List<Prepayment>> RefundsAsync(Visitor visitor, CustodyReport report)
    {
        var due = new List<Prepayment>();
        foreach (ProviderCustody provider in report.Providers.Where(one => one.RefundsDue.Value > 0))
        {
            due.AddRange((await ListAsync(
                visitor, new ListPrepaymentsRequest { Party = provider.Provider, State = PrepaymentState.Ended }))
                .Where(one => one.RefundDue.Value > 0));
        }
        return due;
    }

    /// <summary>Whether a refund waits to be approved, and not for its payment.</summary>
    public static bool IsApprovable(Prepayment one) => one.RefundDue.Value > 0 && one.RefundApprovedBy.Length == 0;

    /// <summary>Only a maker may ask what a draw of the last month would move.</summary>
    public static async Task<IEnumerable<DeskItem>> DrawsAsync(Visitor visitor)
    {
        if (!visitor.Has(Role.FinanceMaker)) return [];
        Language l = visitor.Language;
        DateOnly month = LastMonth(visitor);
        var options = new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + PatienceWithCounting);
        using AsyncServerStreamingCall<RunProgress> call = visitor.Client.Prepayments.DrawPrepayments(
            new DrawPrepaymentsRequest
            {
                RequestId = Page.NewRequestId(), Parent = visitor.Parent, Month = new Date { Year = month.Year, Month = month.Month },
                ValidateOnly = true,
            },
            options);
        var last = new RunProgress();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) last = call.ResponseStream.Current;
        return
        [
            new DeskItem(
                l["预收费待按月划付", "Prepaid fees to be drawn"], last.Changed,
                string.Join(l["，", ", "], last.Amounts.Select(amount => Written.Amount(amount, l))), "/finance/prepayments/draw",
                Role.FinanceMaker),
        ];
    }

    /// <summary>The first day of the last month that is over.</summary>
    public static DateOnly LastMonth(Visitor visitor) => new DateOnly(visitor.Today.Year, visitor.Today.Month, 1).AddMonths(-1);

    private static Task<List<Prepayment>> ListAsync(Visitor visitor, ListPrepaymentsRequest request) =>
        RegionNames.AllAsync<Prepayment>(async token =>
        {
            ListPrepaymentsResponse page = await visitor.Client.Prepayments.ListPrepaymentsAsync(
                new ListPrepaymentsRequest(request) { Parent = visitor.Parent, PageSize = 1_000, PageToken = token },
                visitor.Client.Reading);
            return (page.Prepayments, page.NextPageToken);
        });
}

/// <summary>An entry that moved an agreement's money, as its accounts in custody say.</summary>
/// <param name="Day">The bank's day, or the day it counts for.</param>
/// <param name="Fen">What came into custody; below zero: what left it; zero: it stayed there.</param>
/// <param name="HeldFen">What was in custody afterwards.</param>
public sealed record CustodyMovement(long Entry, Date Day, string Code, string Memo, long Fen, long HeldFen)
{
    /// <summary>What the bank moved can be reversed; draws and ends the agreement counts.</summary>
    public bool IsOfBank => Code is "RECEIVE_PREPAYMENT" or "REFUND_PREPAYMENT";

    /// <summary>All movements of an agreement, oldest first.</summary>
    public static async Task<List<CustodyMovement>> ReadAsync(Visitor visitor, string agreement)
    {
        Contract client = visitor.Client;
        // An account is opened by the first money that it gets.
        ListAccountsResponse accounts = await client.Ledger.ListAccountsAsync(
            new ListAccountsRequest { Parent = visitor.Parent, PathPrefix = $"custody/{agreement}/", PageSize = 10 }, client.Reading);
        List<Posting>[] postings = await Task.WhenAll(accounts.Accounts.Select(account => RegionNames.AllAsync<Posting>(async token =>
        {
            ListPostingsResponse page = await client.Ledger.ListPostingsAsync(
                new ListPostingsRequest { Account = account.Name, PageSize = 1_000, PageToken = token }, client.Reading);
            return (page.Postings, page.NextPageToken);
        })));
        var movements = new List<CustodyMovement>();
        long held = 0;
        foreach (IGrouping<long, Posting> entry in postings.SelectMany(one => one).GroupBy(one => one.EntryIndex).OrderBy(one => one.Key))
        {
            Posting first = entry.First();
            long fen = entry.Sum(one => one.Side == Side.Credit ? one.Amount.Value : -one.Amount.Value);
            held += fen;
            movements.Add(new(entry.Key, first.LateFor ?? first.EffectiveDate, first.Code, first.Memo, fen, held));
        }
        return movements;
    }
}
