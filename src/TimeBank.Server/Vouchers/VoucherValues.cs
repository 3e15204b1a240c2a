using System.Collections.Frozen;
using TimeBank.Grains;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Vouchers and redemptions in the contract's types.</summary>
internal static class VoucherValues
{
    public const string Vouchers = "vouchers", Redemptions = "redemptions", Entries = "entries", Elders = "elders", Providers = "providers";

    private static readonly FrozenDictionary<string, ServicePlace> s_places = Enum.GetValues<ServicePlace>().ToFrozenDictionary(ToStored);

    /// <summary>Where the policy's ratios tell two settings apart; null where the caller said nothing.</summary>
    public static ServiceSetting? ToSetting(this ServicePlace place) => place switch
    {
        ServicePlace.Unspecified => null,
        ServicePlace.Home => ServiceSetting.Home,
        ServicePlace.DayCare or ServicePlace.Institution => ServiceSetting.Institution,
    };

    /// <summary>The word that a redemption's entry keeps for its place. The contract's own names are made by a generator, and may become others.</summary>
    public static string ToStored(this ServicePlace place) => place switch
    {
        ServicePlace.Unspecified => "Unspecified",
        ServicePlace.Home => "Home",
        ServicePlace.DayCare => "DayCare",
        ServicePlace.Institution => "Institution",
    };

    public static string RedemptionName(RegionCode region, string voucher, long index) => $"{ResourceName.Of(region, Vouchers, voucher)}/{Redemptions}/{index}";

    /// <summary>A redemption as its entry tells it.</summary>
    /// <param name="refundedBy">The index of the entry that took it back; null while it counts.</param>
    public static Redemption ToContract(this JournalEntry entry, long? refundedBy) => entry.ToContract(RedemptionDetails.Of(entry), refundedBy);

    /// <summary>The same, where the entry's details have been read.</summary>
    public static Redemption ToContract(this JournalEntry entry, RedemptionDetails details, long? refundedBy) => new()
    {
        Name = RedemptionName(entry.Region, details.Voucher, entry.Index),
        Voucher = ResourceName.Of(entry.Region, Vouchers, details.Voucher),
        Elder = ResourceName.Of(entry.Region, Elders, details.Elder),
        Provider = ResourceName.Of(entry.Region, Providers, details.Provider),
        Item = details.Item,
        Quantity = details.Quantity,
        Price = details.Price.ToContract(),
        Insurance = details.Insurance.ToContract(),
        PaidByVoucher = details.Unit.Of(details.FromVoucher),
        Credited = details.Credited.ToContract(),
        OwnPart = details.OwnPart.ToContract(),
        Place = s_places[details.Place],
        ServiceDate = details.ServiceDate.ToContract(),
        RedeemTime = entry.Time.ToContract(),
        State = refundedBy is null ? RedemptionState.Redeemed : RedemptionState.Refunded,
        Entry = ResourceName.Of(entry.Region, Entries, entry.Index),
        RefundEntry = refundedBy is { } refund ? ResourceName.Of(entry.Region, Entries, refund) : "",
    };
}
