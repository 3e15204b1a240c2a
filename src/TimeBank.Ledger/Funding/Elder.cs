using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The facts about an elder that entitlement rules may use: no name, no number, no address.</summary>
/// <param name="Home">The region in whose register the elder is.</param>
/// <param name="Assessments">All assessments, in any order, made in any region.</param>
public sealed record ElderFacts(
    DateOnly BirthDate, RegionCode Home, ElderStatus Status, Difficulties Difficulties, ImmutableArray<Assessment> Assessments)
{
    public int AgeOn(DateOnly day) => Age.On(BirthDate, day);

    public bool Has(Difficulties all) => (Difficulties & all) == all;

    public bool HasAny(Difficulties some) => (Difficulties & some) != Difficulties.None;

    /// <summary>
    /// The last assessment up to a day, valid or not. Of two on one day it is the one with fewer points, which helps the elder.
    /// </summary>
    public Assessment? AssessmentOn(DateOnly day) =>
        Assessments.Where(assessment => assessment.On <= day).OrderBy(assessment => assessment.On)
            .ThenByDescending(assessment => assessment.Points).LastOrDefault();

    /// <summary>The grade of the last assessment while it is valid; else null.</summary>
    public AbilityGrade? GradeOn(DateOnly day, AbilityPolicy policy) =>
        AssessmentOn(day) is { } last && day <= last.LastDay(policy) ? policy.GradeOf(last.Points) : null;

    /// <summary>The reason that bars an elder from every entitlement; <see cref="EntitlementReason.None"/> where there is none.</summary>
    internal EntitlementReason RefusalUnder(Policy policy) =>
        Status != ElderStatus.Active ? EntitlementReason.NotActive
        : !policy.Covers(Home) ? EntitlementReason.OtherRegion
        : EntitlementReason.None;
}

/// <summary>Whether an elder is in the register of the home region. The numbers are stored.</summary>
public enum ElderStatus
{
    [JsonStringEnumMemberName("Active")]
    Active = 0,

    /// <summary>Moved away, or asked to leave the register.</summary>
    [JsonStringEnumMemberName("Left")]
    Left = 1,

    [JsonStringEnumMemberName("Deceased")]
    Deceased = 2,
}

/// <summary>An ability assessment by GB/T 42195-2022. Every region of the province is accepted.</summary>
public sealed record Assessment
{
    /// <param name="points">0 to 90.</param>
    /// <param name="on">The civil day of the assessment.</param>
    /// <param name="region">The region that made it.</param>
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
