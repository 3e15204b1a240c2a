using System.Collections.Immutable;
using Orleans;

namespace TimeBank.Grains;

/// <summary>What stands in the way of a reservation: orders at that time, or a day that is full because of them. Nothing: it is made.</summary>
[GenerateSerializer, Immutable, Alias("timebank.reservation-reply")]
public sealed record ReservationReply([property: Id(0)] ImmutableArray<string> Orders, [property: Id(1)] bool DayFull);
