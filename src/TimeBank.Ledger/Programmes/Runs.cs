using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>Ids of what runs do, made from what is done and not from who runs: two runs can't do the same thing twice.</summary>
public static class Runs
{
    /// <summary>In place of a caller; no token has this subject.</summary>
    internal const string Actor = "timebank/run";

    /// <summary>The entry that expires a voucher. Every credit (its issue, a refund) makes another one possible, so that money that came back can end too.</summary>
    public static EntryId ExpiryId(RegionCode region, OpaqueId voucher, Counters counters) =>
        EntryId.Of(Actor, Guid.Empty, string.Create(CultureInfo.InvariantCulture, $"expire/{region}/{voucher}/{counters.CreditsPosted}"));
}
