using System.Collections.Immutable;
using Orleans;

namespace TimeBank.Grains;

/// <summary>Asks whether a time could be reserved.</summary>
/// <param name="Without">Orders, by the key of their grain, that no longer need the time that they have.</param>
[GenerateSerializer, Immutable, Alias("timebank.try-reservation")]
public sealed record TryReservationMessage([property: Id(0)] ReservationMessage Reservation, [property: Id(1)] ImmutableArray<string> Without);
