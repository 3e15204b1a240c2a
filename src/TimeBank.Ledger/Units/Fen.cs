namespace TimeBank.Ledger;

/// <summary>Money in fen, hundredths of a yuan. Never negative; sums are checked.</summary>
public readonly record struct Fen : IComparable<Fen>
{
    public Fen(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    public static Fen Zero => default;

    public long Value { get; }

    public static Fen operator +(Fen left, Fen right) => new(left.Value + right.Value);

    /// <exception cref="ArgumentOutOfRangeException">The result would be negative.</exception>
    public static Fen operator -(Fen left, Fen right) => new(left.Value - right.Value);

    public static bool operator <(Fen left, Fen right) => left.Value < right.Value;

    public static bool operator >(Fen left, Fen right) => left.Value > right.Value;

    public static bool operator <=(Fen left, Fen right) => left.Value <= right.Value;

    public static bool operator >=(Fen left, Fen right) => left.Value >= right.Value;

    public static Fen Min(Fen left, Fen right) => left < right ? left : right;

    public static Fen Max(Fen left, Fen right) => left > right ? left : right;

    public int CompareTo(Fen other) => Value.CompareTo(other.Value);

    public override string ToString() => $"{Value} fen";
}
