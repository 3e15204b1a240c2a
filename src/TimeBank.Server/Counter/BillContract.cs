using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;
using Bill = TimeBank.Ledger.Bill;
using BilledLine = TimeBank.Ledger.BilledLine;
using BillShare = TimeBank.Ledger.BillShare;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server;

/// <summary>Bills in the contract's types.</summary>
internal static class BillContract
{
    public const string Bills = "bills", Shares = "shares";

    public static string BillName(RegionCode region, long index) => ResourceName.Of(region, Bills, index);

    /// <summary>A bill's name: <c>regions/430211/bills/17</c>; the number is its entry's index.</summary>
    public static (RegionCode Region, long Index) BillNamed(this RequestReader read, string text, string field)
    {
        if (text.Length == 0) read.Refuse(field, "REQUIRED");
        else if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == Bills
            && ResourceName.TryIndex(name.Value.Id, out long index)) return (name.Value.Region, index);
        else read.Refuse(field, "NOT_A_NAME", ("pattern", "regions/430211/bills/17"));
        return default;
    }

    /// <summary>The bill that an entry records.</summary>
    /// <param name="refunds">The entries that took lines of it back.</param>
    /// <param name="undoUntil">Until when a page offers to take it back at once; null where no page does.</param>
    public static V1.Bill ToContract(this JournalEntry entry, IReadOnlyList<JournalEntry> refunds, DateTimeOffset? undoUntil)
    {
        var bill = Bill.Of(entry);
        IReadOnlyDictionary<int, long> refundOf = RefundOf(refunds);
        bool isWhole = bill.Shares.All(share => refundOf.ContainsKey(share.Line));
        return new V1.Bill
        {
            Name = BillName(entry.Region, entry.Index),
            Elder = ResourceName.Of(entry.Region, VoucherContract.Elders, bill.Elder),
            Provider = ResourceName.Of(entry.Region, VoucherContract.Providers, bill.Provider),
            Place = bill.Place.ToContract(),
            ServiceDate = bill.ServiceDate.ToContract(),
            Lines = { bill.Lines.Select(line => ToContract(entry.Region, bill, line, refundOf)) },
            Price = Sum(bill.Lines.Select(line => line.Price)),
            Insurance = Sum(bill.Lines.Select(line => line.Insurance)),
            Credited = bill.Credited.ToContract(),
            OwnPart = bill.OwnPart.ToContract(),
            Vouchers = { bill.LastShares.Select(share => share.ToRest(entry.Region)) },
            PayTime = entry.Time.ToContract(),
            State = refundOf.Count == 0 ? BillState.Paid : isWhole ? BillState.Refunded : BillState.PartlyRefunded,
            Entry = ResourceName.Of(entry.Region, VoucherContract.Entries, entry.Index),
            RefundEntries = { refunds.Select(refund => ResourceName.Of(entry.Region, VoucherContract.Entries, refund.Index)) },
            UndoUntil = refundOf.Count == 0 && undoUntil is { } until ? Timestamp.FromDateTimeOffset(until) : null,
            Memo = entry.Header.Memo,
            NeededCheck = HolderCheckRule.NeededOf(entry).ToContract(),
            ShownCheck = HolderCheckRule.ShownOf(entry).ToContract(),
        };
    }

    /// <summary>Takes out of a quote what only a recorded bill has: nothing was paid, and nothing can be taken back.</summary>
    public static void MakeUnrecorded(this V1.Bill quote)
    {
        (quote.Name, quote.Entry, quote.State, quote.UndoUntil) = ("", "", BillState.Unspecified, null);
        foreach (V1.BilledLine line in quote.Lines) line.State = RedemptionState.Unspecified;
    }

    public static VoucherRest ToRest(this BillShare share, RegionCode region) => new()
    {
        Voucher = ResourceName.Of(region, VoucherContract.Vouchers, share.Voucher), Remaining = share.Unit.Of(share.Remaining),
    };

    /// <summary>A bill as the redemptions of its vouchers: see <see cref="Bill.Redemptions"/>.</summary>
    /// <param name="entry">The bill's entry, or a refund's: then its lines are those that it took back.</param>
    public static IEnumerable<Redemption> ToRedemptions(
        this JournalEntry entry, IReadOnlyList<JournalEntry> refunds, DateTimeOffset? undoUntil = null)
    {
        var bill = Bill.Of(entry);
        IReadOnlyDictionary<int, long> refundOf = RefundOf(entry.Code == EntryCode.RefundBill ? [entry] : refunds);
        long index = entry.Code == EntryCode.RefundBill ? Bill.RefundedBy(entry) : entry.Index;
        foreach ((int at, (BillShare share, Ledger.Redemption details)) in bill.Redemptions().Index())
        {
            long? refund = refundOf.TryGetValue(share.Line, out long by) ? by : null;
            Redemption redemption = entry.ToContract(details, refund, undoUntil);
            redemption.Bill = BillName(entry.Region, index);
            redemption.Name = $"{redemption.Bill}/{Shares}/{at + 1}";
            redemption.Line = share.Line;
            yield return redemption;
        }
    }

    private static V1.BilledLine ToContract(
        RegionCode region, Bill bill, BilledLine line, IReadOnlyDictionary<int, long> refundOf)
    {
        bool isRefunded = refundOf.TryGetValue(line.Number, out long refund);
        return new V1.BilledLine
        {
            Number = line.Number,
            Item = line.Item.Text,
            Quantity = line.Quantity,
            Price = line.Price.ToContract(),
            Insurance = line.Insurance.ToContract(),
            Shares =
            {
                bill.SharesOf(line.Number).Select(share => new V1.BillShare
                {
                    Voucher = ResourceName.Of(region, VoucherContract.Vouchers, share.Voucher),
                    Programme = ResourceName.Of(region, FundContract.Programmes, share.Programme),
                    PaidByVoucher = share.Unit.Of(share.FromVoucher),
                    Credited = share.Credited.ToContract(),
                }),
            },
            Credited = Sum(bill.SharesOf(line.Number).Select(share => share.Credited)),
            OwnPart = line.OwnPart.ToContract(),
            State = isRefunded ? RedemptionState.Refunded : RedemptionState.Redeemed,
            RefundEntry = isRefunded ? ResourceName.Of(region, VoucherContract.Entries, refund) : "",
        };
    }

    private static Dictionary<int, long> RefundOf(IEnumerable<JournalEntry> refunds) => refunds
        .SelectMany(refund => Bill.Of(refund).Lines.Select(line => (line.Number, refund.Index)))
        .ToDictionary(line => line.Number, line => line.Index);

    private static Amount Sum(IEnumerable<Fen> amounts) => amounts.Aggregate(Fen.Zero, (sum, fen) => sum + fen).ToContract();
}
