using Orleans;

namespace TimeBank.Grains;

/// <summary>Asks an order about a person, by the key of their agenda: whether it takes their time, or whether it is going on now.</summary>
[GenerateSerializer, Immutable, Alias("timebank.occupancy")]
public sealed record OccupancyMessage([property: Id(0)] string Agenda, [property: Id(1)] bool Now);
