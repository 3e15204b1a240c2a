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
    Task<Reply<TransferredHoursMessage>> TransferAsync(TransferHoursMessage transfer);

    [Alias("positions"), AlwaysInterleave]
    Task<PositionsMessage> PositionsAsync();

    /// <summary>The hours of a volunteer, by id, that have left and not arrived.</summary>
    [Alias("on-their-way"), AlwaysInterleave]
    Task<HoursOnTheirWayMessage> OnTheirWayAsync(string volunteer);

    /// <summary>A round of deliveries. Who refuses is asked in fewer rounds, up to every fourth.</summary>
    [Alias("deliver")]
    Task DeliverAsync();
}

/// <summary>To move earned hours between two enrolments of one person; To is the key of the other one.</summary>
[GenerateSerializer, Immutable, Alias("timebank.transfer-hours")]
public sealed record TransferHoursMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string From,
    [property: Id(2)] string To,
    [property: Id(3)] long Minutes);

/// <summary>The entry with which hours left, and the one with which they arrived; null while they are on their way.</summary>
[GenerateSerializer, Immutable, Alias("timebank.transferred-hours")]
public sealed record TransferredHoursMessage([property: Id(0)] long Entry, [property: Id(1)] long? Arrival);

/// <summary>Minutes that have left a volunteer for another region and not arrived there.</summary>
[GenerateSerializer, Immutable, Alias("timebank.hours-on-their-way")]
public sealed record HoursOnTheirWayMessage([property: Id(0)] long Minutes);

/// <summary>What stands between a region and another, in minutes: hours that left for it, and hours that came from it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.position")]
public sealed record PositionMessage([property: Id(0)] string Counterpart, [property: Id(1)] long DueTo, [property: Id(2)] long DueFrom);

/// <summary>The positions of a region, by the other's code.</summary>
[GenerateSerializer, Immutable, Alias("timebank.positions")]
public sealed record PositionsMessage([property: Id(0)] ImmutableArray<PositionMessage> Positions);

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
