namespace TimeBank.Ledger;

/// <summary>A standing from a day on; after its last day, if it has one, the standing is good again.</summary>
public sealed record StandingSpan(Standing Standing, DateOnly First, DateOnly? Last);
