namespace TimeBank.Ledger;

/// <summary>Volunteer time in minutes; 60 are one time coin. Never negative; sums are checked.</summary>
public readonly record struct Minutes : IComparable<Minutes>
{
    public Minutes(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    public static Minutes Zero => default;

    public long Value { get; }

    public static Minutes operator +(Minutes left, Minutes right) => new(left.Value + right.Value);

    /// <exception cref="ArgumentOutOfRangeException">The result would be negative.</exception>
    public static Minutes operator -(Minutes left, Minutes right) => new(left.Value - right.Value);

    public static bool operator <(Minutes left, Minutes right) => left.Value < right.Value;

    public static bool operator >(Minutes left, Minutes right) => left.Value > right.Value;

    public static bool operator <=(Minutes left, Minutes right) => left.Value <= right.Value;

    public static bool operator >=(Minutes left, Minutes right) => left.Value >= right.Value;

    public static Minutes Min(Minutes left, Minutes right) => left < right ? left : right;

    public static Minutes Max(Minutes left, Minutes right) => left > right ? left : right;

    public int CompareTo(Minutes other) => Value.CompareTo(other.Value);

    public override string ToString() => $"{Value} min";
}
