using Orleans;

namespace TimeBank.Grains;

/// <summary>A volunteer, by id, will serve.</summary>
[GenerateSerializer, Immutable, Alias("timebank.accept-order")]
public sealed record AcceptOrderMessage([property: Id(0)] Command Command, [property: Id(1)] string Volunteer);
