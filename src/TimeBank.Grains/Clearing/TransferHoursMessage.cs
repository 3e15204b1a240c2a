using Orleans;

namespace TimeBank.Grains;

/// <summary>To move earned hours between two enrolments of one person; To is the key of the other one.</summary>
[GenerateSerializer, Immutable, Alias("timebank.transfer-hours")]
public sealed record TransferHoursMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string From,
    [property: Id(2)] string To,
    [property: Id(3)] long Minutes);
