using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Clears hours from one region to others; key: the region's code. The journal is the outbox. A transfer tries to deliver its own hours at
/// once; delivery rounds bring the rest. Transfers and reads interleave, so they never wait for a round.
/// </summary>
[Alias("timebank.clearing")]
public interface IClearingGrain : IGrainWithStringKey
{
    [Alias("transfer"), AlwaysInterleave]
    Task<Reply<TransferredHours>> TransferAsync(Command command, OpaqueId from, GrainKey to, long minutes);

    [Alias("positions"), AlwaysInterleave]
    Task<ImmutableArray<ClearingPosition>> PositionsAsync();

    /// <summary>The minutes of a volunteer that have left this region and not arrived.</summary>
    [Alias("on-their-way"), AlwaysInterleave]
    Task<long> OnTheirWayAsync(OpaqueId volunteer);

    /// <summary>
    /// Runs one delivery round. A receiver that keeps refusing is asked less and less often, at least every fourth round.
    /// </summary>
    [Alias("deliver")]
    Task DeliverAsync();
}

/// <summary>The answer to a transfer.</summary>
/// <param name="Entry">The index of the entry with which the hours left.</param>
/// <param name="Arrival">The index of the entry with which they arrived; null while they are on their way.</param>
[GenerateSerializer, Immutable, Alias("timebank.transferred-hours")]
public sealed record TransferredHours([property: Id(0)] long Entry, [property: Id(1)] long? Arrival);

/// <summary>A region's position with another region.</summary>
/// <param name="DueTo">Minutes that left for the counterpart.</param>
/// <param name="DueFrom">Minutes that came from the counterpart.</param>
/// <param name="Settled">Minutes that nettings settled with it. Above zero: this region is to pay; below zero: it is to be paid.</param>
[GenerateSerializer, Immutable, Alias("timebank.position")]
public sealed record ClearingPosition(
    [property: Id(0)] RegionCode Counterpart, [property: Id(1)] long DueTo, [property: Id(2)] long DueFrom,
    [property: Id(3)] long Settled = 0);

/// <summary>How far a region has delivered its outbox.</summary>
public sealed class ClearingState
{
    /// <summary>For each other region's code: the index of the last entry that the grain has read from the journal.</summary>
    [JsonPropertyName("lookedAt")]
    public Dictionary<string, long> LookedAt { get; set; } = [];

    /// <summary>The indexes of read entries whose hours have not arrived.</summary>
    [JsonPropertyName("waiting")]
    public List<long> Waiting { get; set; } = [];
}
