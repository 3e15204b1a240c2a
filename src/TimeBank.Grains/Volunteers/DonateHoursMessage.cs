using Orleans;

namespace TimeBank.Grains;

/// <summary>To give hours to the pool.</summary>
[GenerateSerializer, Immutable, Alias("timebank.donate-hours")]
public sealed record DonateHoursMessage([property: Id(0)] Command Command, [property: Id(1)] long Minutes);
