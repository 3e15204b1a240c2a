namespace TimeBank.Ledger;

/// <summary>An ability assessment by GB/T 42195-2022; one of any region of the province is accepted.</summary>
public sealed record Assessment
{
    /// <summary>The most points that the standard gives.</summary>
    public const int MaxPoints = 90;

    /// <param name="points">0 to 90.</param>
    /// <param name="on">The civil day of the assessment.</param>
    /// <param name="region">Where it was made.</param>
    public Assessment(int points, DateOnly on, RegionCode region)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(points);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(points, MaxPoints);
        Points = points;
        On = on;
        Region = region;
    }

    public int Points { get; }

    public DateOnly On { get; }

    public RegionCode Region { get; }

    /// <summary>The last day on which it is valid.</summary>
    public DateOnly LastDay(AbilityPolicy policy) => CivilPeriod.LastDay(On, policy.ValidMonths);
}
