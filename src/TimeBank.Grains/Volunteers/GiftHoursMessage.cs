using Orleans;

namespace TimeBank.Grains;

/// <summary>To give hours to a relative, <c>elders/{id}</c> or <c>volunteers/{id}</c> of the same region.</summary>
[GenerateSerializer, Immutable, Alias("timebank.gift-hours")]
public sealed record GiftHoursMessage([property: Id(0)] Command Command, [property: Id(1)] string Receiver, [property: Id(2)] long Minutes);
