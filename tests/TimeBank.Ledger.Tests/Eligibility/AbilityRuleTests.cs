using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>The grade of an assessment, by GB/T 42195-2022.</summary>
public sealed class AbilityRuleTests
{
    private static readonly AbilityPolicy Ability = PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1)).Ability;

    [Fact]
    public void The_items_add_up_to_the_standards_points() => Assert.Equal(
        AbilityPolicy.MaxPoints,
        AbilityRule.MaxSelfCare + AbilityRule.MaxMovement + AbilityRule.MaxMentalState + AbilityRule.MaxParticipation);

    [Theory]
    [InlineData(90, GradeChanges.None, AbilityGrade.Able)]
    [InlineData(90, GradeChanges.Dementia, AbilityGrade.Mild)]
    [InlineData(90, GradeChanges.Coma, AbilityGrade.Complete)]
    [InlineData(66, GradeChanges.None, AbilityGrade.Mild)]
    [InlineData(66, GradeChanges.MentalDisorder, AbilityGrade.Moderate)]
    [InlineData(50, GradeChanges.CareEvents, AbilityGrade.Severe)]
    [InlineData(40, GradeChanges.Dementia, AbilityGrade.Complete)]
    // Several make it one grade worse, and nothing is worse than complete.
    [InlineData(66, GradeChanges.Dementia | GradeChanges.MentalDisorder | GradeChanges.CareEvents, AbilityGrade.Moderate)]
    [InlineData(10, GradeChanges.Dementia | GradeChanges.CareEvents, AbilityGrade.Complete)]
    [InlineData(66, GradeChanges.Coma | GradeChanges.Dementia, AbilityGrade.Complete)]
    public void What_is_beside_the_points_makes_the_grade_worse(int points, GradeChanges changes, AbilityGrade grade) =>
        Assert.Equal(grade, AbilityRule.Grade(points, changes, Ability));

    /// <summary>Until the month is over, a later assessment with more points takes nothing away; what counts is the grade.</summary>
    [Fact]
    public void The_worse_grade_counts_and_not_the_fewer_points()
    {
        var day = new DateOnly(2026, 10, 20);
        RegionCode home = RegionCode.Parse("430211");
        var elder = new ElderFacts(new DateOnly(1940, 1, 1), home, Difficulties.None,
        [
            new Assessment(70, new DateOnly(2026, 9, 1), home) { Changes = GradeChanges.Dementia },
            new Assessment(68, day, home),
        ]);

        Assert.Equal(AbilityGrade.Moderate, elder.GradeOn(day, Ability));
        Assert.Equal(AbilityGrade.Mild, elder.GradeOn(new DateOnly(2026, 11, 1), Ability));
        // Of two of one day too.
        ElderFacts once = elder with
        {
            Assessments = [.. elder.Assessments.Select(one => new Assessment(one.Points, day, home) { Changes = one.Changes })],
        };
        Assert.Equal(70, once.LastAssessment(day, Ability)!.Points);
    }

    [Theory]
    [InlineData("2026-10-01", 0, false)]
    [InlineData("2027-02-14", 29, false)]
    [InlineData("2027-02-14", 30, true)]
    [InlineData("2027-03-15", 0, false)]
    // The last day on which it counts.
    [InlineData("2027-03-16", 0, true)]
    [InlineData("2030-01-01", 0, true)]
    public void An_assessment_is_due_again_before_it_ends(string today, int within, bool isDue)
    {
        RegionCode home = RegionCode.Parse("430211");
        var elder = new ElderFacts(
            new DateOnly(1940, 1, 1), home, Difficulties.None, [new Assessment(50, new DateOnly(2026, 3, 16), home)]);
        DateOnly day = DateOnly.Parse(today, null);

        Assert.Equal(isDue, elder.IsReassessmentDue(day, within, Ability));
        Assert.False((elder with { Assessments = [] }).IsReassessmentDue(day, within, Ability));
        var death = new ElderNotice(ElderNoticeKind.Deceased, new DateOnly(2026, 9, 1), new DateOnly(2026, 9, 1));
        Assert.False((elder with { Notices = [death] }).IsReassessmentDue(day, within, Ability));
    }
}
