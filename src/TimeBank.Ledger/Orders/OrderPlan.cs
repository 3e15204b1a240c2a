namespace TimeBank.Ledger;

/// <summary>When a service is to begin and how long it is to last.</summary>
public readonly record struct OrderPlan(DateTimeOffset Start, Minutes Length)
{
    /// <summary>A volunteer may come so much early. Own.</summary>
    public static TimeSpan CheckInOpensBefore { get; } = TimeSpan.FromMinutes(30);

    /// <summary>How long the recipient's hours stay held after the planned end, for the recipient to confirm and for staff to end a dispute. Own.</summary>
    public static TimeSpan HoldLastsAfter { get; } = TimeSpan.FromDays(14);

    public DateTimeOffset End => Start + TimeSpan.FromMinutes(Length.Value);

    /// <summary>The civil day that it counts for.</summary>
    public DateOnly Day => ChinaTime.DateOf(Start);

    public DateTimeOffset CheckInOpens => Start - CheckInOpensBefore;

    public DateTimeOffset HoldExpires => End + HoldLastsAfter;
}
