using Orleans;

namespace TimeBank.Grains;

/// <summary>The entry with which hours left, and the one with which they arrived; null while they are on their way.</summary>
[GenerateSerializer, Immutable, Alias("timebank.transferred-hours")]
public sealed record TransferredHoursMessage([property: Id(0)] long Entry, [property: Id(1)] long? Arrival);

/// <summary>Minutes that have left a volunteer for another region and not arrived there.</summary>
[GenerateSerializer, Immutable, Alias("timebank.hours-on-their-way")]
public sealed record HoursOnTheirWayMessage([property: Id(0)] long Minutes);
