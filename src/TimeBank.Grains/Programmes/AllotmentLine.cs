using Orleans;

namespace TimeBank.Grains;

/// <summary>One fund's line of an allotment.</summary>
/// <param name="Number">Fen where the allotment is by amounts, parts where it is by shares.</param>
[GenerateSerializer, Immutable, Alias("timebank.allotment-line")]
public sealed record AllotmentLine([property: Id(0)] string Fund, [property: Id(1)] long Number);
