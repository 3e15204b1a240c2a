using Orleans;

namespace TimeBank.Grains;

/// <summary>The entry that moved hours, and the hours of who gave them after it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.moved-hours")]
public sealed record MovedHoursMessage([property: Id(0)] long Entry, [property: Id(1)] HoursMessage Hours);
