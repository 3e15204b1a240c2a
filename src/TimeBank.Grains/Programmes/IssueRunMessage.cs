using Orleans;

namespace TimeBank.Grains;

/// <summary>A run that issues a month's vouchers.</summary>
/// <param name="Month">The month's first day.</param>
/// <param name="CommittedFen">Where the run is only tried: what the pages before this one would bind of the programme's money.</param>
[GenerateSerializer, Immutable, Alias("timebank.issue-run")]
public sealed record IssueRunMessage([property: Id(0)] Command Command, [property: Id(1)] DateOnly Month, [property: Id(2)] long CommittedFen = 0);
