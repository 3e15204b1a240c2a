using Orleans;

namespace TimeBank.Grains;

/// <summary>To issue the hours of a month, given as its first day, in the run of a command.</summary>
[GenerateSerializer, Immutable, Alias("timebank.issue-hours")]
public sealed record IssueHoursMessage([property: Id(0)] Command Run, [property: Id(1)] DateOnly Month);
