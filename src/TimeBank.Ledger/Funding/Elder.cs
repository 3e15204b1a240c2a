using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What the entitlement rules may know of an elder: no name, no number, no address.</summary>
/// <param name="Home">The region whose register the elder is on.</param>
/// <param name="Assessments">All of them, in any order, of any region.</param>
public sealed record ElderFacts(
    DateOnly BirthDate, RegionCode Home, ElderStatus Status, Difficulties Difficulties, ImmutableArray<Assessment> Assessments)
{
    public int AgeOn(DateOnly day) => Age.On(BirthDate, day);

    public bool Has(Difficulties all) => (Difficulties & all) == all;

    public bool HasAny(Difficulties some) => (Difficulties & some) != Difficulties.None;

    /// <summary>
    /// The last assessment made up to a day, valid or not; of two of one day the one with fewer points, which helps the elder.
    /// </summary>
    public Assessment? AssessmentOn(DateOnly day) =>
        Assessments.Where(assessment => assessment.On <= day).OrderBy(assessment => assessment.On)
            .ThenByDescending(assessment => assessment.Points).LastOrDefault();

    /// <summary>The grade of that assessment while it is valid; null where there is none.</summary>
    public AbilityGrade? GradeOn(DateOnly day, AbilityPolicy policy) =>
        AssessmentOn(day) is { } last && day <= last.LastDay(policy) ? policy.GradeOf(last.Points) : null;

    /// <summary>What stops an elder from every entitlement; none where nothing does.</summary>
    internal EntitlementReason RefusalUnder(Policy policy) =>
        Status != ElderStatus.Active ? EntitlementReason.NotActive
        : !policy.Covers(Home) ? EntitlementReason.OtherRegion
        : EntitlementReason.None;
}

/// <summary>Whether an elder is on the register of the home region. Numbers are stored.</summary>
public enum ElderStatus
{
    [JsonStringEnumMemberName("Active")]
    Active = 0,

    /// <summary>Moved out of the region, or asked to leave.</summary>
    [JsonStringEnumMemberName("Left")]
    Left = 1,

    [JsonStringEnumMemberName("Deceased")]
    Deceased = 2,
}

/// <summary>An ability assessment by GB/T 42195-2022; one of any region of the province is accepted.</summary>
public sealed record Assessment
{
    /// <param name="points">0 to 90.</param>
    /// <param name="on">The civil day of the assessment.</param>
    /// <param name="region">Where it was made.</param>
    public Assessment(int points, DateOnly on, RegionCode region)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(points);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(points, AbilityPolicy.MaxPoints);
        Points = points;
        On = on;
        Region = region;
    }

    public int Points { get; }

    public DateOnly On { get; }

    public RegionCode Region { get; }

    /// <summary>The last day on which it is valid.</summary>
    public DateOnly LastDay(AbilityPolicy policy) => CivilPeriod.LastDay(On, policy.ValidMonths);
}
