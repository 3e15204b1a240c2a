namespace TimeBank.Ledger;

/// <summary>How much of the time served is credited. Source: Beijing and Shanghai (coin), Nanjing (steps), Hailin (session), own (day).</summary>
public static class CreditedMinutes
{
    /// <summary>
    /// The time served, at most one session and at most what is left of the day, rounded down to the quantum. Time past a limit is not credited: a forgotten
    /// check-out earns nothing.
    /// </summary>
    /// <param name="served">Whole minutes between check-in and check-out.</param>
    /// <param name="creditedThatDay">What the volunteer was credited already for that civil day, in all regions.</param>
    public static Minutes Of(Minutes served, Minutes creditedThatDay, HoursPolicy policy)
    {
        Minutes leftOfDay = policy.DayMax > creditedThatDay ? policy.DayMax - creditedThatDay : Minutes.Zero;
        long minutes = Minutes.Min(served, Minutes.Min(policy.SessionMax, leftOfDay)).Value;
        return new Minutes(minutes - (minutes % policy.Quantum.Value));
    }
}
