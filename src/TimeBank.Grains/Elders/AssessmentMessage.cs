using Orleans;

namespace TimeBank.Grains;

/// <summary>An ability assessment: 0 to 90 points, the day, and the code of the region that made it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.assessment")]
public sealed record AssessmentMessage([property: Id(0)] int Points, [property: Id(1)] DateOnly Day, [property: Id(2)] string Region);
