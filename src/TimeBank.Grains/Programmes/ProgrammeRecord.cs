using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A programme as it was opened. Its money and its vouchers stand in the ledger.</summary>
/// <param name="Id">A slug that staff chose.</param>
/// <param name="Unit">The code of the vouchers' unit.</param>
/// <param name="MinGrade">Null where no assessment is asked for.</param>
[GenerateSerializer, Immutable, Alias("timebank.programme-record")]
public sealed record ProgrammeRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("displayName")] string DisplayName,
    [property: Id(2), JsonPropertyName("scheme")] ProgrammeScheme Scheme,
    [property: Id(3), JsonPropertyName("unit")] string Unit,
    [property: Id(4), JsonPropertyName("serviceTypes")] ImmutableArray<ServiceType> ServiceTypes,
    [property: Id(5), JsonPropertyName("monthlyQuota")] long MonthlyQuota,
    [property: Id(6), JsonPropertyName("contractPriceFen")] long ContractPriceFen,
    [property: Id(7), JsonPropertyName("minAge")] int MinAge,
    [property: Id(8), JsonPropertyName("minGrade")] AbilityGrade? MinGrade,
    [property: Id(9), JsonPropertyName("anyDifficulty")] Difficulties AnyDifficulty)
{
    /// <summary>What the rules know of it.</summary>
    public Programme ToProgramme() => new(
        Slug.Parse(Id), Scheme, TimeBank.Ledger.Unit.Parse(Unit), ServiceTypes, MonthlyQuota, new Fen(ContractPriceFen), new ProgrammeEligibility(MinAge, MinGrade, AnyDifficulty));
}
