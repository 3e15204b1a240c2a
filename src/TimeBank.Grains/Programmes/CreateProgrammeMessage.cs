using Orleans;

namespace TimeBank.Grains;

/// <summary>To open a programme.</summary>
[GenerateSerializer, Immutable, Alias("timebank.create-programme")]
public sealed record CreateProgrammeMessage([property: Id(0)] Command Command, [property: Id(1)] ProgrammeRecord Programme);
