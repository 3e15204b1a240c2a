namespace TimeBank.Ledger;

/// <summary>A number of units of one service, such as meals; not money and not minutes.</summary>
public readonly record struct ServiceUnits
{
    /// <exception cref="ArgumentException">The count is negative, or the unit is money, minutes or none.</exception>
    public ServiceUnits(long count, Unit unit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (unit == default || unit == Unit.Fen || unit == Unit.Minutes) throw new ArgumentException($"'{unit}' is not a service unit.", nameof(unit));
        Count = count;
        Unit = unit;
    }

    public long Count { get; }

    public Unit Unit { get; }

    public override string ToString() => $"{Count} {Unit}";
}
