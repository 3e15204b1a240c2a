using System.Collections.Immutable;
using Orleans;

namespace TimeBank.Grains;

/// <summary>What stands in the way of a reservation: orders at that time, or a day that is full because of them. Nothing: it is made.</summary>
[GenerateSerializer, Immutable, Alias("timebank.reservation-reply")]
public sealed record ReservationReply([property: Id(0)] ImmutableArray<string> Orders, [property: Id(1)] bool DayFull);

/// <summary>Minutes served in an order, by the key of its grain, before the day's limit of the day of service.</summary>
/// <param name="Keep">False only asks how many would count.</param>
[GenerateSerializer, Immutable, Alias("timebank.served")]
public sealed record ServedMessage(
    [property: Id(0)] string Order,
    [property: Id(1)] DateTimeOffset Start,
    [property: Id(2)] DateTimeOffset End,
    [property: Id(3)] long Minutes,
    [property: Id(4)] long DayMaxMinutes,
    [property: Id(5)] bool Keep);
