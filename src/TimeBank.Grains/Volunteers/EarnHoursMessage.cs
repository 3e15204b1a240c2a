using Orleans;

namespace TimeBank.Grains;

/// <summary>A service that was given: what its hold holds, and how much of it to post.</summary>
[GenerateSerializer, Immutable, Alias("timebank.earn-hours")]
public sealed record EarnHoursMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string EntryId,
    [property: Id(2)] string HoldId,
    [property: Id(3)] long HeldIssued,
    [property: Id(4)] long HeldGifted,
    [property: Id(5)] long HeldEarned,
    [property: Id(6)] long Minutes,
    [property: Id(7)] DateOnly Day,
    [property: Id(8)] string Order,
    [property: Id(9)] OrderEnd End);
