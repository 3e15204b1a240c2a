using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>One rule's answer for one elder and one day: the amount that a month's issue gives, or why it gives nothing.</summary>
/// <param name="Rule">The rule that was asked. Its words cite its source.</param>
/// <param name="Amount">The amount a month, in <paramref name="Unit"/>; zero where not entitled.</param>
/// <param name="Reason">The ground, or the refusal.</param>
/// <param name="Policy">The policy version whose numbers decided.</param>
public sealed record Entitlement(EntitlementRule Rule, Unit Unit, long Amount, EntitlementReason Reason, PolicyVersion Policy)
{
    public bool IsGranted => Amount > 0;

    /// <summary>Where entitled: the benefits that pay first. Where another benefit bars the elder: those that do.</summary>
    public Benefits Benefits { get; init; }

    /// <summary>Where another programme comes first, or may come first: that programme.</summary>
    public Slug? Instead { get; init; }

    /// <summary>Where the assessment is over: its last day.</summary>
    public DateOnly? AssessedUntil { get; init; }

    /// <summary>The refusal that an issue answers; null where entitled.</summary>
    public Refusal? Refusal => IsGranted ? null
        : Reason == EntitlementReason.OtherUnreadable ? new Refusal(Ledger.Reason.StateUnreadable)
        : AssessedUntil is { } last ? TimeBank.Ledger.Refusal.Of(Ledger.Reason.AssessmentExpired, ("date", $"{last:yyyy-MM-dd}"))
        : new Refusal(Ledger.Reason.ElderNotEntitled);
}

/// <summary>The rules that give something to elders. The names are stored.</summary>
public enum EntitlementRule
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Whoever has a moderate disability or worse. Source: Ministry of Civil Affairs, 2025/37.</summary>
    [JsonStringEnumMemberName("NationalVoucher")]
    NationalVoucher = 1,

    /// <summary>Hours for elders in hardship. Source: Nanjing; own.</summary>
    [JsonStringEnumMemberName("IssuedHours")]
    IssuedHours = 2,

    /// <summary>The conditions of a region's own programme: unit vouchers, or a persistent subsidy.</summary>
    [JsonStringEnumMemberName("ProgrammeConditions")]
    ProgrammeConditions = 3,
}

/// <summary>Why an elder is or is not entitled: grounds are below 100, refusals from 100 on. The names are stored.</summary>
public enum EntitlementReason
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>A valid assessment shows the disability that the rule requires.</summary>
    [JsonStringEnumMemberName("Disability")]
    Disability = 1,

    /// <summary>Very old, empty nest, living alone.</summary>
    [JsonStringEnumMemberName("EmptyNestAlone")]
    EmptyNestAlone = 4,

    /// <summary>Low income, disabled, living alone.</summary>
    [JsonStringEnumMemberName("LowIncomeDisabledAlone")]
    LowIncomeDisabledAlone = 5,

    /// <summary>Every condition of the programme holds.</summary>
    [JsonStringEnumMemberName("ConditionsMet")]
    ConditionsMet = 6,

    /// <summary>The elder left the region or died.</summary>
    [JsonStringEnumMemberName("NotActive")]
    NotActive = 100,

    /// <summary>The elder's home is outside the policy's region.</summary>
    [JsonStringEnumMemberName("OtherRegion")]
    OtherRegion = 101,

    [JsonStringEnumMemberName("TooYoung")]
    TooYoung = 102,

    /// <summary>No assessment up to this day.</summary>
    [JsonStringEnumMemberName("NotAssessed")]
    NotAssessed = 103,

    /// <summary>The last assessment is no longer valid.</summary>
    [JsonStringEnumMemberName("AssessmentExpired")]
    AssessmentExpired = 104,

    /// <summary>The valid assessment shows less disability than the rule requires.</summary>
    [JsonStringEnumMemberName("AbilityTooGood")]
    AbilityTooGood = 105,

    /// <summary>Old enough, but without the hardship that the rule requires.</summary>
    [JsonStringEnumMemberName("NoHardship")]
    NoHardship = 106,

    /// <summary>The elder lives outside the region that the rule requires.</summary>
    [JsonStringEnumMemberName("NotResident")]
    NotResident = 107,

    /// <summary>The rule requires a low income.</summary>
    [JsonStringEnumMemberName("NotLowIncome")]
    NotLowIncome = 108,

    /// <summary>The elder has a benefit that excludes this one.</summary>
    [JsonStringEnumMemberName("OtherBenefit")]
    OtherBenefit = 109,

    /// <summary>Another programme, which comes first, gives the elder something.</summary>
    [JsonStringEnumMemberName("OtherProgramme")]
    OtherProgramme = 110,

    /// <summary>Entitled, unless a programme that comes first gives something; that one can't be read, so nobody knows.</summary>
    [JsonStringEnumMemberName("OtherUnreadable")]
    OtherUnreadable = 111,
}
