using Orleans;

namespace TimeBank.Grains;

/// <summary>To reserve a time in an agenda for an order, by the key of its grain.</summary>
[GenerateSerializer, Immutable, Alias("timebank.reservation")]
public sealed record ReservationMessage(
    [property: Id(0)] string Order,
    [property: Id(1)] DateTimeOffset Start,
    [property: Id(2)] DateTimeOffset End,
    [property: Id(3)] bool Serves,
    [property: Id(4)] long DayMaxMinutes);
