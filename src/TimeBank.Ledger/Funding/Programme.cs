using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>A purpose on which funds spend money by vouchers.</summary>
/// <param name="Unit">The vouchers' unit: fen, or a service.</param>
/// <param name="ServiceTypes">The service types that its vouchers pay for.</param>
/// <param name="MonthlyQuota">What an elder gets a month, in the unit; zero where the policy says it.</param>
/// <param name="ContractPrice">Of a unit programme: the highest price of one unit, and the money committed for it.</param>
public sealed record Programme(
    Slug Id,
    ProgrammeScheme Scheme,
    Unit Unit,
    ImmutableArray<ServiceType> ServiceTypes,
    long MonthlyQuota,
    Fen ContractPrice,
    ProgrammeEligibility Eligibility)
{
    /// <summary>The money that a voucher of this amount binds.</summary>
    public Fen Commitment(long amount) => Scheme switch
    {
        ProgrammeScheme.NationalEVoucher or ProgrammeScheme.PersistentSubsidy => new Fen(amount),
        ProgrammeScheme.UnitVoucher => new Fen(amount * ContractPrice.Value),
        ProgrammeScheme.None => throw new InvalidOperationException($"Programme {Id} has no scheme."),
    };

    /// <summary>
    /// The terms of a month's voucher: usable from its issue to the month's end, claimable some days longer. A persistent subsidy has
    /// neither last day.
    /// </summary>
    public VoucherTerms TermsOf(OpaqueId elder, DateOnly issued, VouchersPolicy policy)
    {
        bool expires = Scheme != ProgrammeScheme.PersistentSubsidy;
        DateOnly useBy = expires ? new DateOnly(issued.Year, issued.Month, 1).AddMonths(1).AddDays(-1) : VoucherTerms.Never;
        return new VoucherTerms(
            elder, Id, Scheme == ProgrammeScheme.UnitVoucher ? VoucherKind.Units : VoucherKind.Money, Unit,
            ServiceTypes, ContractPrice, issued, useBy, expires ? useBy.AddDays(policy.ClaimGraceDays) : VoucherTerms.Never);
    }

    /// <summary>
    /// The id of the entry that issues an elder's voucher of a month. Every run derives the same id, so nothing is issued twice.
    /// </summary>
    /// <param name="again">How many earlier issues of it were reversed.</param>
    public EntryId IssueId(RegionCode region, DateOnly month, OpaqueId elder, int again = 0)
    {
        string step = string.Create(CultureInfo.InvariantCulture, $"issue/{region}/{Id}/{month:yyyy-MM}/{elder}");
        EntryId first = EntryId.Of(Runs.Actor, Guid.Empty, step);
        return again == 0 ? first : first.Step(string.Create(CultureInfo.InvariantCulture, $"again/{again}"));
    }
}

/// <summary>How a programme decides who gets how much. The names are stored.</summary>
public enum ProgrammeScheme
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>The national e-voucher, in fen. The policy says who gets it, how much, and which part it pays.</summary>
    [JsonStringEnumMemberName("NationalEVoucher")]
    NationalEVoucher = 1,

    /// <summary>Vouchers for whole services at a contract price. The programme says who gets them and how many.</summary>
    [JsonStringEnumMemberName("UnitVoucher")]
    UnitVoucher = 2,

    /// <summary>
    /// A persistent subsidy, in fen: no expiry, and what is left after a death goes to the estate. The programme says who gets it and how
    /// much; the policy, which part of a price it pays. Source: the Beijing card.
    /// </summary>
    [JsonStringEnumMemberName("PersistentSubsidy")]
    PersistentSubsidy = 3,
}

/// <summary>Ids of entries that runs write. They are derived from the work and not from the caller: two runs can't do it twice.</summary>
public static class Runs
{
    /// <summary>Stands in for a caller. No token has this subject.</summary>
    internal const string Actor = "timebank/run";

    /// <summary>
    /// The id of the entry that expires a voucher. Each credit (the issue, a refund) changes the id, so that refunded money can expire too.
    /// </summary>
    public static EntryId ExpiryId(RegionCode region, OpaqueId voucher, Counters counters) =>
        EntryId.Of(Actor, Guid.Empty, string.Create(CultureInfo.InvariantCulture, $"expire/{region}/{voucher}/{counters.CreditsPosted}"));
}
