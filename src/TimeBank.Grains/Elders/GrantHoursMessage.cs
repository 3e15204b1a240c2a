using Orleans;

namespace TimeBank.Grains;

/// <summary>To give an elder hours from the pool.</summary>
[GenerateSerializer, Immutable, Alias("timebank.grant-hours")]
public sealed record GrantHoursMessage([property: Id(0)] Command Command, [property: Id(1)] long Minutes);
