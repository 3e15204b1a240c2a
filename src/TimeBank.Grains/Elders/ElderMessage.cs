using System.Collections.Immutable;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>An elder as registered.</summary>
[GenerateSerializer, Immutable, Alias("timebank.elder-view")]
public sealed record ElderMessage(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] DateOnly Registered,
    [property: Id(4)] Difficulties Difficulties,
    [property: Id(5)] ImmutableArray<AssessmentMessage> Assessments,
    [property: Id(6)] ElderStatus Status)
{
    /// <summary>What the entitlement rules may know.</summary>
    /// <param name="home">The region on whose register the elder is.</param>
    public ElderFacts Facts(RegionCode home) => new(
        BirthDate, home, Status, Difficulties,
        [.. Assessments.Select(assessment => new Assessment(assessment.Points, assessment.Day, RegionCode.Parse(assessment.Region)))]);
}
