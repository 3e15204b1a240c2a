using Orleans;

namespace TimeBank.Grains;

/// <summary>What a run issued to an elder, in minutes.</summary>
[GenerateSerializer, Immutable, Alias("timebank.issued-hours")]
public sealed record IssuedHoursMessage([property: Id(0)] long Minutes);
