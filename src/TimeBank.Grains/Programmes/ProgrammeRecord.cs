using System.Collections.Immutable;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A programme as it was opened. Its money and its vouchers stand in the ledger.</summary>
/// <param name="Id">A slug that staff chose.</param>
/// <param name="Unit">The code of the vouchers' unit.</param>
/// <param name="MinGrade">Null where no assessment is asked for.</param>
[GenerateSerializer, Immutable, Alias("timebank.programme-record")]
public sealed record ProgrammeRecord(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] ProgrammeScheme Scheme,
    [property: Id(3)] string Unit,
    [property: Id(4)] ImmutableArray<ServiceType> ServiceTypes,
    [property: Id(5)] long MonthlyQuota,
    [property: Id(6)] long ContractPriceFen,
    [property: Id(7)] int MinAge,
    [property: Id(8)] AbilityGrade? MinGrade,
    [property: Id(9)] Difficulties AnyDifficulty)
{
    /// <summary>What the rules know of it.</summary>
    public Programme ToProgramme() => new(
        Slug.Parse(Id), Scheme, TimeBank.Ledger.Unit.Parse(Unit), ServiceTypes, MonthlyQuota, new Fen(ContractPriceFen), new ProgrammeEligibility(MinAge, MinGrade, AnyDifficulty));
}
