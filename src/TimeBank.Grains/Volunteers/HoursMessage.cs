using Orleans;

namespace TimeBank.Grains;

/// <summary>The hours of a person, in minutes, and the stars that the lifetime's hours give.</summary>
[GenerateSerializer, Immutable, Alias("timebank.hours")]
public sealed record HoursMessage(
    [property: Id(0)] long Earned,
    [property: Id(1)] long Gifted,
    [property: Id(2)] long Issued,
    [property: Id(3)] long Held,
    [property: Id(4)] long Available,
    [property: Id(5)] long Lifetime,
    [property: Id(6)] long Cap,
    [property: Id(7)] int Stars);
