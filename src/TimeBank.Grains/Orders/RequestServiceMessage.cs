using Orleans;

namespace TimeBank.Grains;

/// <summary>To ask for a service to a person, <c>elders/{id}</c> or <c>volunteers/{id}</c>, by an item of the service list.</summary>
[GenerateSerializer, Immutable, Alias("timebank.request-service")]
public sealed record RequestServiceMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string Recipient,
    [property: Id(2)] string Item,
    [property: Id(3)] DateTimeOffset Start,
    [property: Id(4)] long Minutes);
