using Orleans;

namespace TimeBank.Grains;

/// <summary>To issue the hours of a month, given as its first day, in the run of a command.</summary>
/// <param name="Day">The day by which the run is judged; null for today.</param>
[GenerateSerializer, Immutable, Alias("timebank.issue-hours")]
public sealed record IssueHoursMessage(
    [property: Id(0)] Command Run,
    [property: Id(1)] DateOnly Month,
    [property: Id(2)] DateOnly? Day = null);
