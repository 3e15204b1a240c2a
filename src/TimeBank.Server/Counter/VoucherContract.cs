using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server;

/// <summary>Vouchers and redemptions in the contract's types.</summary>
internal static class VoucherContract
{
    public const string Vouchers = "vouchers", Redemptions = "redemptions", Entries = "entries", Elders = "elders", Providers = "providers";

    public static string RedemptionName(RegionCode region, string voucher, long index) =>
        $"{ResourceName.Of(region, Vouchers, voucher)}/{Redemptions}/{index}";

    /// <summary>The redemption that an entry records.</summary>
    /// <param name="refundedBy">The index of the entry that refunded it; null if none did.</param>
    /// <param name="undoUntil">Until when a page offers to take it back at once; null where no page does.</param>
    public static Redemption ToContract(this JournalEntry entry, long? refundedBy, DateTimeOffset? undoUntil = null) =>
        entry.ToContract(Ledger.Redemption.Of(entry), refundedBy, undoUntil);

    /// <summary>The same, for a caller that has already read the entry's details.</summary>
    public static Redemption ToContract(
        this JournalEntry entry, Ledger.Redemption details, long? refundedBy, DateTimeOffset? undoUntil = null) => new()
        {
            Name = RedemptionName(entry.Region, details.Voucher.Text, entry.Index),
            Voucher = ResourceName.Of(entry.Region, Vouchers, details.Voucher),
            Elder = ResourceName.Of(entry.Region, Elders, details.Elder),
            Provider = ResourceName.Of(entry.Region, Providers, details.Provider),
            Item = details.Item.Text,
            Quantity = details.Quantity,
            Price = details.Price.ToContract(),
            Insurance = details.Insurance.ToContract(),
            PaidByVoucher = details.Unit.Of(details.FromVoucher),
            Credited = details.Credited.ToContract(),
            OwnPart = details.OwnPart.ToContract(),
            Place = details.Place.ToContract(),
            ServiceDate = details.ServiceDate.ToContract(),
            RedeemTime = entry.Time.ToContract(),
            State = refundedBy is null ? RedemptionState.Redeemed : RedemptionState.Refunded,
            Entry = ResourceName.Of(entry.Region, Entries, entry.Index),
            RefundEntry = refundedBy is { } refund ? ResourceName.Of(entry.Region, Entries, refund) : "",
            Memo = entry.Header.Memo,
            NeededCheck = HolderCheckRule.NeededOf(entry).ToContract(),
            ShownCheck = HolderCheckRule.ShownOf(entry).ToContract(),
            UndoUntil = refundedBy is null && undoUntil is { } until ? Timestamp.FromDateTimeOffset(until) : null,
        };
}
