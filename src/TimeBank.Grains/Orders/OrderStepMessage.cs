using Orleans;

namespace TimeBank.Grains;

/// <summary>A step of an order by a party of it, <c>elders/{id}</c> or <c>volunteers/{id}</c>, with what they say.</summary>
[GenerateSerializer, Immutable, Alias("timebank.order-step")]
public sealed record OrderStepMessage([property: Id(0)] Command Command, [property: Id(1)] string Party, [property: Id(2)] string Note);
