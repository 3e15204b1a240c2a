using TimeBank.Ledger;
using TimeBank.V1;
using Bill = TimeBank.Ledger.Bill;
using BillShare = TimeBank.Ledger.BillShare;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server;

/// <summary>
/// Lists redemptions, newest first: those of single vouchers, and those of bills. A bill's redemptions stay on one page, so that a page
/// ends with an entry.
/// </summary>
/// <param name="Voucher">Only of this voucher's id; empty: all.</param>
/// <param name="Programme">Only of this programme's id; empty: all.</param>
internal sealed record RedemptionList(
    ILedgerReader Ledger, DayRules Rules, RegionCode Region, EntryFilter Entries, RedemptionState? State, string Voucher, string Programme)
{
    /// <param name="before">The index of the last entry of the page before.</param>
    /// <returns>At least <paramref name="size"/> redemptions where there are so many; the page's last index where more follow.</returns>
    public async Task<(IReadOnlyList<Redemption> Page, long? Next)> PageAsync(long before, int size, CancellationToken cancellation)
    {
        EntryFilter single =
            Entries with { Code = EntryCode.RedeemVoucher, Reversed = State is null ? null : State == RedemptionState.Refunded };
        var found = new List<(long Index, IReadOnlyList<Redemption> Redemptions)>();
        foreach (LinkedEntry linked in await Ledger.EntriesAsync(Region, single, before, size + 1, cancellation))
            found.Add((linked.Entry.Index, [linked.Entry.ToContract(linked.ReversedBy, await Rules.UndoUntilAsync(linked.Entry))]));
        await AddBillsAsync(found, before, size + 1, cancellation);
        found.Sort((left, right) => right.Index.CompareTo(left.Index));
        var page = new List<Redemption>();
        for (int at = 0; at < found.Count; at++)
        {
            if (page.Count >= size) return (page, found[at - 1].Index);
            page.AddRange(found[at].Redemptions);
        }
        return (page, null);
    }

    private async Task AddBillsAsync(
        List<(long Index, IReadOnlyList<Redemption> Redemptions)> found, long before, int most, CancellationToken cancellation)
    {
        IReadOnlyList<LinkedEntry> some;
        int bills = 0;
        do
        {
            some = await Ledger.EntriesAsync(Region, Entries with { Code = EntryCode.PayBill }, before, most, cancellation);
            foreach (JournalEntry bill in some.Select(linked => linked.Entry))
            {
                IReadOnlyList<JournalEntry> refunds = await Ledger.RefundsOfAsync(bill, cancellation);
                Redemption[] asked = [.. bill.ToRedemptions(refunds, await Rules.UndoUntilAsync(bill)).Zip(Bill.Of(bill).Redemptions())
                    .Where(one => IsAsked(one.First, one.Second.Share)).Select(one => one.First)];
                if (asked.Length == 0) continue;
                found.Add((bill.Index, asked));
                bills++;
            }
            if (some.Count > 0) before = some[^1].Entry.Index;
        }
        while (some.Count == most && bills < most);
    }

    private bool IsAsked(Redemption redemption, BillShare share) => (State is null || State == redemption.State)
        && (Voucher.Length == 0 || Voucher == share.Voucher.Text) && (Programme.Length == 0 || Programme == share.Programme.Text);
}
