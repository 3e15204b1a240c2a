using Orleans;

namespace TimeBank.Grains;

/// <summary>The entry that granted hours.</summary>
/// <param name="PoolRemaining">Where no entry was written, what would be left in the pool, in minutes; null where the journal says it.</param>
[GenerateSerializer, Immutable, Alias("timebank.granted-hours")]
public sealed record GrantedHoursMessage([property: Id(0)] long Entry, [property: Id(1)] long? PoolRemaining);
