using System.Text;

namespace TimeBank.Ledger;

/// <summary>The unit of a transfer: minutes, fen, or a service unit such as MEAL. Only equal units meet in a transfer.</summary>
/// <remarks>
/// Two to eight capital letters, packed into one word: comparing units is comparing numbers. The default is no unit; the ledger refuses it
/// everywhere.
/// </remarks>
public readonly record struct Unit
{
    private const int MaxLetters = 8;

    private readonly ulong _packed;

    private Unit(ulong packed) => _packed = packed;

    /// <summary>Minutes of volunteer service. 60 minutes are one time coin.</summary>
    public static Unit Minutes { get; } = Parse("MIN");

    /// <summary>Fen, hundredths of a yuan.</summary>
    public static Unit Fen { get; } = Parse("CNY");

    public static Unit Meal { get; } = Parse("MEAL");

    public static Unit Bath { get; } = Parse("BATH");

    public static Unit Clean { get; } = Parse("CLEAN");

    /// <summary>Days of the calendar that are signed for: see <see cref="ClosedPeriods"/>.</summary>
    public static Unit Day { get; } = Parse("DAY");

    /// <summary>The code in files and messages, for example <c>MIN</c>.</summary>
    public string Code => this == Fen ? "CNY" : this == Minutes ? "MIN" : Spell();

    public static Unit Parse(string code) => TryParse(code, out Unit unit)
        ? unit : throw new FormatException($"'{code}' is not a unit: two to eight capital letters.");

    public static bool TryParse(string? code, out Unit unit)
    {
        unit = default;
        if (code is null || code.Length is < 2 or > MaxLetters) return false;
        ulong packed = 0;
        for (int at = code.Length - 1; at >= 0; at--)
        {
            if (!char.IsAsciiLetterUpper(code[at])) return false;
            packed = (packed << 8) | code[at];
        }
        unit = new Unit(packed);
        return true;
    }

    public override string ToString() => Code;

    private string Spell()
    {
        Span<byte> letters = stackalloc byte[MaxLetters];
        int length = 0;
        for (ulong rest = _packed; rest != 0; rest >>= 8) letters[length++] = (byte)(rest & 0xFF);
        return Encoding.ASCII.GetString(letters[..length]);
    }
}

/// <summary>Money in fen, hundredths of a yuan. Never negative; sums are checked for overflow.</summary>
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

/// <summary>Volunteer time in minutes; 60 are one time coin. Never negative; sums are checked for overflow.</summary>
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
