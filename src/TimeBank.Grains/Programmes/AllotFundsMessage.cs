using System.Collections.Immutable;
using Orleans;

namespace TimeBank.Grains;

/// <summary>To give a programme money.</summary>
/// <param name="TotalFen">The total that the lines share; null where each line is an amount.</param>
[GenerateSerializer, Immutable, Alias("timebank.allot-funds")]
public sealed record AllotFundsMessage([property: Id(0)] Command Command, [property: Id(1)] ImmutableArray<AllotmentLine> Lines, [property: Id(2)] long? TotalFen);
