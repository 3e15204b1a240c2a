namespace TimeBank.Ledger;

/// <summary>The grades of the ability assessment, by the points from which each begins; below severe is complete.</summary>
/// <param name="ValidMonths">How long an assessment is valid.</param>
public sealed record AbilityPolicy(int AbleFromPoints, int MildFromPoints, int ModerateFromPoints, int SevereFromPoints, int ValidMonths)
{
    /// <summary>The grade of an assessment's points.</summary>
    public AbilityGrade GradeOf(int points) =>
        points >= AbleFromPoints ? AbilityGrade.Able
        : points >= MildFromPoints ? AbilityGrade.Mild
        : points >= ModerateFromPoints ? AbilityGrade.Moderate
        : points >= SevereFromPoints ? AbilityGrade.Severe
        : AbilityGrade.Complete;
}
