using System.Text.Json.Serialization;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A fund as it was opened. Its money stands in the ledger.</summary>
/// <param name="Id">The source: a slug that staff chose.</param>
/// <param name="Purpose">What donors gave it for; empty if not restricted.</param>
[GenerateSerializer, Immutable, Alias("timebank.fund-record")]
public sealed record FundRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("kind")] FundKind Kind,
    [property: Id(2), JsonPropertyName("displayName")] string DisplayName,
    [property: Id(3), JsonPropertyName("purpose")] string Purpose);
