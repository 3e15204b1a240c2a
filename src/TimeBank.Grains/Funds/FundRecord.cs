using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A fund as it was opened. Its money stands in the ledger.</summary>
/// <param name="Id">The source: a slug that staff chose.</param>
/// <param name="Purpose">What donors gave it for; empty if not restricted.</param>
[GenerateSerializer, Immutable, Alias("timebank.fund-record")]
public sealed record FundRecord([property: Id(0)] string Id, [property: Id(1)] FundKind Kind, [property: Id(2)] string DisplayName, [property: Id(3)] string Purpose);
