using Orleans;

namespace TimeBank.Grains;

/// <summary>A run that issues a month's vouchers.</summary>
/// <param name="Month">The month's first day.</param>
[GenerateSerializer, Immutable, Alias("timebank.issue-run")]
public sealed record IssueRunMessage([property: Id(0)] Command Command, [property: Id(1)] DateOnly Month);
