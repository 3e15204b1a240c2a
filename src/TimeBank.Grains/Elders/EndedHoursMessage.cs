using Orleans;

namespace TimeBank.Grains;

/// <summary>What of an elder's issued hours ended with their month, in minutes; may be nothing.</summary>
[GenerateSerializer, Immutable, Alias("timebank.ended-hours")]
public sealed record EndedHoursMessage([property: Id(0)] long Minutes);
