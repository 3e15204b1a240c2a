using System.Collections.Immutable;

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

    /// <summary>The last assessment made up to a day, valid or not; of two of one day the one with fewer points, which helps the elder.</summary>
    public Assessment? AssessmentOn(DateOnly day) =>
        Assessments.Where(assessment => assessment.On <= day).OrderBy(assessment => assessment.On).ThenByDescending(assessment => assessment.Points).LastOrDefault();

    /// <summary>The grade of that assessment while it is valid; null where there is none.</summary>
    public AbilityGrade? GradeOn(DateOnly day, AbilityPolicy policy) =>
        AssessmentOn(day) is { } last && day <= last.LastDay(policy) ? policy.GradeOf(last.Points) : null;
}
