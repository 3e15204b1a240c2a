using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;

namespace TimeBank.Server;

/// <summary>
/// Hours on their way from a region to others; key: the region's code. The journal is the outbox: a transfer brings its own hours there
/// at once where it can, and rounds of
/// deliveries bring the rest, apart from other people's transfers, which don't wait for them.
/// </summary>
[Alias("timebank.clearing")]
public interface IClearingGrain : IGrainWithStringKey
{
    [Alias("transfer"), AlwaysInterleave]
    Task<Reply<TransferredHours>> TransferAsync(Command command, string from, string to, long minutes);

    [Alias("positions"), AlwaysInterleave]
    Task<ImmutableArray<ClearingPosition>> PositionsAsync();

    /// <summary>The hours of a volunteer, by id, that have left and not arrived.</summary>
    [Alias("on-their-way"), AlwaysInterleave]
    Task<long> OnTheirWayAsync(string volunteer);

    /// <summary>A round of deliveries. Who refuses is asked in fewer rounds, up to every fourth.</summary>
    [Alias("deliver")]
    Task DeliverAsync();
}

/// <summary>The entry with which hours left, and the one with which they arrived; null while they are on their way.</summary>
[GenerateSerializer, Immutable, Alias("timebank.transferred-hours")]
public sealed record TransferredHours([property: Id(0)] long Entry, [property: Id(1)] long? Arrival);

/// <summary>What stands between a region and another, in minutes: hours that left for it, and hours that came from it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.position")]
public sealed record ClearingPosition([property: Id(0)] string Counterpart, [property: Id(1)] long DueTo, [property: Id(2)] long DueFrom);

/// <summary>How far a region's outbox has been delivered.</summary>
public sealed class ClearingState
{
    /// <summary>For each other region's code, the index of the last entry that was looked at.</summary>
    [JsonPropertyName("lookedAt")]
    public Dictionary<string, long> LookedAt { get; set; } = [];

    /// <summary>The indexes of entries up to there whose hours have not arrived.</summary>
    [JsonPropertyName("waiting")]
    public List<long> Waiting { get; set; } = [];
}
