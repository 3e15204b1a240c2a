using TimeBank.Ledger;
using TimeBank.V1;
using Assessment = TimeBank.V1.Assessment;

namespace TimeBank.Server;

/// <summary>Elders in the contract's types.</summary>
internal static class ElderContract
{
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
        contract.Difficulties.Add(elder.Difficulties.ToContract());
        return contract;
    }

    private static Assessment ToContract(Ledger.Assessment assessment, AbilityPolicy policy) => new()
    {
        AssessedDate = assessment.On.ToContract(),
        Score = assessment.Points,
        Grade = policy.GradeOf(assessment.Points).ToContract(),
        ValidUntil = assessment.LastDay(policy).ToContract(),
        Region = ResourceName.OfRegion(assessment.Region),
    };
}
