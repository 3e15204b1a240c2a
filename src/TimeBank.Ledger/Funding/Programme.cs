using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>A purpose on which funds spend money by vouchers.</summary>
/// <param name="Unit">The vouchers' unit: fen, or a service.</param>
/// <param name="ServiceTypes">The service types that its vouchers pay for.</param>
/// <param name="MonthlyQuota">Of a unit programme: the units that an elder gets a month.</param>
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
        ProgrammeScheme.NationalEVoucher => new Fen(amount),
        ProgrammeScheme.UnitVoucher => new Fen(amount * ContractPrice.Value),
        ProgrammeScheme.None => throw new InvalidOperationException($"Programme {Id} has no scheme."),
    };

    /// <summary>The terms of a month's voucher: usable from its issue to the month's end, claimable some days longer.</summary>
    public VoucherTerms TermsOf(OpaqueId elder, DateOnly issued, VouchersPolicy policy)
    {
        DateOnly useBy = new DateOnly(issued.Year, issued.Month, 1).AddMonths(1).AddDays(-1);
        return new VoucherTerms(
            elder, Id, Scheme == ProgrammeScheme.UnitVoucher ? VoucherKind.Units : VoucherKind.Money, Unit,
            [.. ServiceTypes.Select(type => DataChoices.Of(DataChoices.ServiceTypes, type))],
            ContractPrice, issued, useBy, useBy.AddDays(policy.ClaimGraceDays));
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
}

/// <summary>Who is entitled to a unit programme's vouchers. Every condition that is set must hold.</summary>
/// <param name="MinAge">Full years; zero sets no minimum.</param>
/// <param name="MinGrade">The mildest grade that a valid assessment must show; null requires no assessment.</param>
/// <param name="AnyDifficulty">The elder needs one of these; none requires none.</param>
public sealed record ProgrammeEligibility(int MinAge, AbilityGrade? MinGrade, Difficulties AnyDifficulty);

/// <summary>The amount that a programme gives an elder for a month, or why it gives nothing.</summary>
/// <param name="Amount">In the programme's unit; zero where refused.</param>
/// <param name="Refusal">Null where the elder gets something.</param>
public sealed record ProgrammeGrant(long Amount, Refusal? Refusal);

/// <summary>
/// Whether a programme gives an elder something on a day, and how much. The facts of that day decide for the whole month: a change of
/// status takes effect in the next month. Source: the national e-voucher's own rule; a unit programme's conditions.
/// </summary>
public static class ProgrammeRule
{
    public static ProgrammeGrant Judge(Programme programme, ElderFacts elder, DateOnly day, Policy policy) => programme.Scheme switch
    {
        ProgrammeScheme.NationalEVoucher => National(elder, day, policy),
        ProgrammeScheme.UnitVoucher => Units(programme, elder, day, policy),
        ProgrammeScheme.None => throw new ArgumentException($"Programme {programme.Id} has no scheme.", nameof(programme)),
    };

    private static ProgrammeGrant National(ElderFacts elder, DateOnly day, Policy policy)
    {
        Entitlement entitlement = NationalVoucherRule.Judge(elder, day, policy);
        if (entitlement.IsGranted) return new ProgrammeGrant(entitlement.Amount, null);
        return entitlement.Reason == EntitlementReason.AssessmentExpired ? Expired(elder, day, policy) : NotEntitled;
    }

    private static ProgrammeGrant Units(Programme programme, ElderFacts elder, DateOnly day, Policy policy)
    {
        ProgrammeEligibility conditions = programme.Eligibility;
        if (elder.RefusalUnder(policy) != EntitlementReason.None) return NotEntitled;
        if (elder.AgeOn(day) < conditions.MinAge) return NotEntitled;
        if (conditions.AnyDifficulty != Difficulties.None && !elder.HasAny(conditions.AnyDifficulty)) return NotEntitled;
        if (conditions.MinGrade is { } min)
        {
            if (elder.AssessmentOn(day) is null) return NotEntitled;
            if (elder.GradeOn(day, policy.Ability) is not { } grade) return Expired(elder, day, policy);
            if (grade < min) return NotEntitled;
        }
        return new ProgrammeGrant(programme.MonthlyQuota, null);
    }

    private static ProgrammeGrant NotEntitled { get; } = new(0, new Refusal(Reason.ElderNotEntitled));

    private static ProgrammeGrant Expired(ElderFacts elder, DateOnly day, Policy policy) =>
        new(0, Refusal.Of(Reason.AssessmentExpired,
            ("date", elder.AssessmentOn(day)!.LastDay(policy.Ability).ToString("O", CultureInfo.InvariantCulture))));
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
