using TimeBank.Ledger;
using TimeBank.V1;
using Bill = TimeBank.Ledger.Bill;
using BillShare = TimeBank.Ledger.BillShare;
using Posting = TimeBank.Ledger.Posting;
using Redemption = TimeBank.Ledger.Redemption;

namespace TimeBank.Server;

/// <summary>Explains what a payment settles: each posting on the provider's payable, and how its amount came about.</summary>
public sealed class PaymentLines(ILedgerReader ledger, IGrainFactory grains, ReportReader reports, DayRules rules)
{
    /// <param name="payable">What the provider is owed, by its kind.</param>
    /// <param name="size">The size of the journal up to which lines are listed.</param>
    /// <param name="after">The last posting before the page.</param>
    /// <param name="withFunders">Whether to say which fund bears what.</param>
    /// <returns>The page, and its last posting where more follow.</returns>
    public async Task<(IReadOnlyList<PaymentLine> Lines, PostingCursor? Next)> PageAsync(
        RegionCode region, AccountSpec payable, long size, PostingCursor after, int pageSize, bool withFunders,
        CancellationToken cancellation)
    {
        IReadOnlyList<Posting> postings = await ledger.SettledAsync(region, payable, size, after, pageSize + 1, cancellation);
        var lines = new List<PaymentLine>();
        foreach (Posting posting in postings.Take(pageSize)) lines.Add(await LineAsync(region, posting, withFunders, cancellation));
        return (lines, postings.Count > pageSize ? postings[pageSize - 1].Cursor : null);
    }

    private async Task<PaymentLine> LineAsync(RegionCode region, Posting posting, bool withFunders, CancellationToken cancellation)
    {
        JournalEntry entry = posting.Entry;
        var line = new PaymentLine
        {
            Posting = StatementReader.ToContract(region, Unit.Fen, posting), PolicyVersion = entry.Header.PolicyVersion,
        };
        if (entry.Code is EntryCode.RejectPayment or EntryCode.ReturnPayment)
        {
            line.Payment = ResourceName.Of(
                region, SettlementContract.Settlements, $"{entry.Detail("batch")}/{SettlementContract.Payments}/{entry.Detail("payment")}");
        }
        bool isFirst = true;
        Redemption redemption;
        switch (entry.Code)
        {
            case EntryCode.RedeemVoucher or EntryCode.RefundRedemption:
                redemption = Redemption.Of(entry);
                line.Redemption = entry.ToContract(redemption, entry.Code == EntryCode.RefundRedemption ? entry.Index : null);
                break;
            case EntryCode.PayBill or EntryCode.RefundBill:
                var bill = Bill.Of(entry);
                BillShare share = bill.ShareOf(entry, posting.Position);
                (int at, (_, redemption)) = bill.Redemptions().Index().First(one => one.Item.Share == share);
                line.Redemption = entry.ToRedemptions([]).ElementAt(at);
                isFirst = bill.Shares.First(other => other.Programme == share.Programme && other.Credited > Fen.Zero) == share;
                break;
            case EntryCode.DrawPrepayment:
                line.Prepayment = ResourceName.Of(region, PrepaymentContract.Prepayments, entry.Detail("agreement"));
                return line;
            default:
                return line;
        }
        line.Programme = ResourceName.Of(region, FundContract.Programmes, redemption.Programme);
        // The day of service chose the list and the policy.
        Catalogue list = await rules.CatalogueAsync(region, redemption.ServiceDate);
        line.CatalogueVersion = $"{list.Region}/{list.Version}";
        if (redemption.Unit == Unit.Fen)
        {
            line.CeilingPrice = list.Find(redemption.Item)?.CeilingPrice.ToContract();
            line.RatioPercent = (await rules.PolicyAsync(region, redemption.ServiceDate)).Vouchers.National.RatioPercent(redemption.Place);
        }
        else if (await grains.GetGrain<IProgrammeGrain>(region, redemption.Programme).GetAsync() is { } programme)
        {
            line.CeilingPrice = new Fen(programme.ContractPriceFen).ToContract();
        }
        // What the funds bear is known of the entry as a whole: of a bill, the first line of a programme says it for all.
        if (withFunders && isFirst) line.Funders.Add(await FundersAsync(region, redemption.Programme, entry, cancellation));
        return line;
    }

    /// <summary>What the funds bear of one entry: their parts after it less their parts before it, so lines add up to totals.</summary>
    private async Task<IEnumerable<LineFunder>> FundersAsync(
        RegionCode region, Slug programme, JournalEntry entry, CancellationToken cancellation)
    {
        Dictionary<string, long> before = await SpentAsync((await Moment.AtAsync(ledger, region, entry.Index, cancellation))!.Value);
        return (await SpentAsync(new Moment(entry.Index + 1, entry.Time)))
            .Select(share => (Fund: share.Key, Fen: share.Value - before.GetValueOrDefault(share.Key)))
            .Where(share => share.Fen != 0)
            .Select(share => new LineFunder
            {
                Fund = share.Fund.Length > 0 ? ResourceName.Of(region, FundContract.Funds, share.Fund) : "",
                Amount = Unit.Fen.Of(share.Fen),
            });

        async Task<Dictionary<string, long>> SpentAsync(Moment moment) =>
            (await reports.SharesAsync(region, programme, moment, cancellation)).ToDictionary(share => share.Fund, share => share.Spent);
    }
}

/// <summary>Reads what a payment settles.</summary>
internal static class SettledPostings
{
    /// <summary>One page of the postings on a provider's payable up to a size of the journal, but for the approvals of batches.</summary>
    /// <param name="after">The last posting before the page.</param>
    public static async Task<IReadOnlyList<Posting>> SettledAsync(
        this ILedgerReader ledger, RegionCode region, AccountSpec payable, long size, PostingCursor after, int limit,
        CancellationToken cancellation)
    {
        if (await ledger.AccountAsync(region, payable.Path, cancellation) is not { } account) return [];
        Moment until = await Moment.AtAsync(ledger, region, size, cancellation)
            ?? throw new InvalidOperationException($"The journal of {region} is shorter than a batch that it holds.");
        var found = new List<Posting>();
        IReadOnlyList<Posting> page;
        do
        {
            page = await ledger.PostingsAsync(region, account.Number, default, until.End, after, limit, cancellation);
            found.AddRange(page.Where(posting => posting.Entry.Code != EntryCode.ApproveSettlement));
            if (page.Count > 0) after = page[^1].Cursor;
        }
        while (page.Count == limit && found.Count < limit);
        return found;
    }
}
