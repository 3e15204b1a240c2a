using TimeBank.Ledger;
using TimeBank.V1;
using Assessment = TimeBank.V1.Assessment;

namespace TimeBank.Server;

/// <summary>Elders in the contract's types.</summary>
internal static class ElderContract
{
    private static readonly Difficulty[] Known =
        [.. Enum.GetValues<Difficulty>().Where(difficulty => difficulty != Difficulty.Unspecified)];

    public static Difficulties ToFlags(this IEnumerable<Difficulty> difficulties) =>
        difficulties.Aggregate(Difficulties.None, (flags, difficulty) => flags | Flag(difficulty));

    /// <param name="policy">Today's policy: it turns points into a grade and says how long an assessment counts.</param>
    public static Elder ToContract(this ElderRecord elder, RegionCode region, DateOnly today, Policy policy)
    {
        var contract = new Elder
        {
            Name = ResourceName.Of(region, PersonContract.Elders, elder.Id),
            DisplayName = elder.DisplayName,
            BirthDate = elder.BirthDate.ToContract(),
            RegisteredDate = elder.Registered.ToContract(),
            Assessment = elder.Facts(region).AssessmentOn(today) is { } latest ? ToContract(latest, policy.Ability) : null,
        };
        contract.Difficulties.Add(Known.Where(difficulty => (elder.Difficulties & Flag(difficulty)) != 0));
        return contract;
    }

    private static Assessment ToContract(Ledger.Assessment assessment, AbilityPolicy policy) => new()
    {
        AssessedDate = assessment.On.ToContract(),
        Score = assessment.Points,
        Grade = ToContract(policy.GradeOf(assessment.Points)),
        ValidUntil = assessment.LastDay(policy).ToContract(),
        Region = ResourceName.OfRegion(assessment.Region),
    };

    private static V1.AbilityGrade ToContract(Ledger.AbilityGrade grade) => grade switch
    {
        Ledger.AbilityGrade.Able => V1.AbilityGrade.Able,
        Ledger.AbilityGrade.Mild => V1.AbilityGrade.Mild,
        Ledger.AbilityGrade.Moderate => V1.AbilityGrade.Moderate,
        Ledger.AbilityGrade.Severe => V1.AbilityGrade.Severe,
        Ledger.AbilityGrade.Complete => V1.AbilityGrade.Complete,
    };

    private static Difficulties Flag(Difficulty difficulty) => difficulty switch
    {
        Difficulty.Unspecified => Difficulties.None,
        Difficulty.LivesAlone => Difficulties.LivingAlone,
        Difficulty.EmptyNest => Difficulties.EmptyNest,
        Difficulty.LowIncome => Difficulties.LowIncome,
        Difficulty.ExtremePoverty => Difficulties.SpecialHardship,
        Difficulty.Bereaved => Difficulties.LostOnlyChild,
        Difficulty.LeftBehind => Difficulties.LeftBehind,
    };
}
