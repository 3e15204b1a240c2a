using System.Collections.Immutable;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>What a run did with one page of elders or vouchers.</summary>
/// <param name="Looked">How many were looked at.</param>
/// <param name="Changed">How many this run has issued or expired, now or when it was called before.</param>
/// <param name="Amounts">What these come to, by unit.</param>
/// <param name="Skipped">How many were left out, by reason.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
/// <param name="CommittedFen">Where a run is only tried: what this page and those before it would bind of the programme's money.</param>
[GenerateSerializer, Immutable, Alias("timebank.run-page")]
public sealed record RunPageMessage(
    [property: Id(0)] long Looked,
    [property: Id(1)] long Changed,
    [property: Id(2)] ImmutableDictionary<string, long> Amounts,
    [property: Id(3)] ImmutableDictionary<Reason, long> Skipped,
    [property: Id(4)] string? Next,
    [property: Id(5)] long CommittedFen = 0);
