using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>An administrative division by its six-digit GB/T 2260 code, such as 430211 (Tianyuan). Each region owns one journal.</summary>
public readonly record struct RegionCode : IComparable<RegionCode>, ISpanFormattable
{
    private RegionCode(int value) => Value = value;

    public int Value { get; }

    /// <summary>The province of the division: 430211 gives 430000.</summary>
    public RegionCode Province => new(Value / 10_000 * 10_000);

    /// <summary>The city of the division: 430211 gives 430200.</summary>
    public RegionCode City => new(Value / 100 * 100);

    public static RegionCode Parse(string text) => TryParse(text, out RegionCode code)
        ? code : throw new FormatException($"'{text}' is not a region: six digits by GB/T 2260.");

    public static bool TryParse(string? text, out RegionCode code) => TryParse(text.AsSpan(), out code);

    public static bool TryParse(ReadOnlySpan<char> text, out RegionCode code)
    {
        code = default;
        if (text.Length != 6 || text.ContainsAnyExceptInRange('0', '9')) return false;
        int value = int.Parse(text, CultureInfo.InvariantCulture);
        if (value is < 110_000 or > 829_999) return false;
        code = new RegionCode(value);
        return true;
    }

    public int CompareTo(RegionCode other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("D6", CultureInfo.InvariantCulture);

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Value.TryFormat(destination, out charsWritten, "D6", CultureInfo.InvariantCulture);
}

/// <summary>Which regions lie inside which.</summary>
public static class RegionScope
{
    /// <summary>True for the same region and for one inside it: Tianyuan (430211) lies in Zhuzhou (430200) and in Hunan (430000).</summary>
    public static bool IsWithin(this RegionCode region, RegionCode wider) => region == wider || region.City == wider
        || region.Province == wider;

    /// <summary>The next wider region: Zhuzhou for Tianyuan, Hunan for Zhuzhou, null for Hunan.</summary>
    public static RegionCode? Parent(this RegionCode region) =>
        region != region.City ? region.City : region != region.Province ? region.Province : null;
}
