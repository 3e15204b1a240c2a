using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// Turns a request's fields into the domain's types and collects every violation, so that a caller hears of all of them at once. For a
/// wrong field it returns a placeholder: call <see cref="Check"/> before you use a value.
/// </summary>
public sealed class RequestReader
{
    /// <summary>The longest name, in Unicode scalar values.</summary>
    public const int MaxNameLength = 60;

    /// <summary>
    /// The first and last day that a request may name. Other days are typing errors (1066 for 1966), and the calendar's own ends have no
    /// day before or after.
    /// </summary>
    public static readonly DateOnly FirstDay = new(1900, 1, 1), LastDay = new(2199, 12, 31);

    private readonly List<FieldViolation> _violations = [];

    /// <summary>The violations of the fields read so far, wrong amounts left out.</summary>
    public IReadOnlyList<FieldViolation> Violations => _violations;

    /// <summary>The refusal of the first wrong amount; null if every amount is right. Amounts have their own reasons.</summary>
    public Refusal? WrongAmount { get; private set; }

    /// <summary>Ends the call if a field read so far is wrong.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_FIELD with every violation; if there is none, the reason of the first wrong
    /// amount.</exception>
    public void Check()
    {
        if (_violations.Count > 0) throw Problem.Invalid(_violations);
        if (WrongAmount is { } wrong) throw Problem.Of(wrong);
    }

    public void Refuse(string field, string violation, params IReadOnlyList<(string Key, string Value)> values) =>
        _violations.Add(new FieldViolation(field, violation, values));

    public Guid RequestId(string text, string field = "request_id")
    {
        if (text.Length == 0) Refuse(field, "REQUIRED");
        else if (!Guid.TryParseExact(text, "D", out Guid id)) Refuse(field, "NOT_A_UUID");
        else return id;
        return Guid.Empty;
    }

    /// <summary>A region's name, such as <c>regions/430211</c>. Does not check that the region exists.</summary>
    public RegionCode Region(string text, string field)
    {
        RegionCode region = default;
        if (text.Length == 0) Refuse(field, "REQUIRED");
        else if (!text.StartsWith("regions/", StringComparison.Ordinal)
            || !RegionCode.TryParse(text["regions/".Length..], out region)) Refuse(field, "NOT_A_NAME", ("pattern", "regions/430211"));
        return region;
    }

    /// <summary>A division by its code, such as 430211; null if the field is empty. It must be known.</summary>
    public RegionCode? AreaOrNull(string text, string field)
    {
        if (text.Length == 0) return null;
        if (RegionCode.TryParse(text, out RegionCode area) && RegionDirectory.BuiltIn.Find(area) is not null) return area;
        Refuse(field, "AREA_UNKNOWN");
        return null;
    }

    /// <summary>The name of a resource with an opaque id, in one of the collections.</summary>
    public ResourceName Resource(string text, string field, params ReadOnlySpan<string> collections)
    {
        if (text.Length == 0)
        {
            Refuse(field, "REQUIRED");
            return default;
        }
        if (ResourceName.TryParse(text, out ResourceName? name) && collections.Contains(name.Value.Collection)
            && OpaqueId.TryParse(name.Value.Id, out _)) return name.Value;
        Refuse(field, "NOT_A_NAME", ("pattern", $"regions/430211/{string.Join('|', collections)}/0123456789AB"));
        return default;
    }

    /// <summary>Like <see cref="Resource"/>, for an optional field.</summary>
    public ResourceName? ResourceOrNull(string text, string field, params ReadOnlySpan<string> collections) => text.Length == 0
        ? null : Resource(text, field, collections);

    /// <summary>The name of a resource whose id staff chose: a fund or a programme.</summary>
    public ResourceName Named(string text, string field, string collection)
    {
        if (text.Length == 0)
        {
            Refuse(field, "REQUIRED");
            return default;
        }
        if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == collection
            && Ledger.Slug.TryParse(name.Value.Id, out _)) return name.Value;
        Refuse(field, "NOT_A_NAME", ("pattern", $"regions/430211/{collection}/a-name"));
        return default;
    }

    public ResourceName? NamedOrNull(string text, string field, string collection) => text.Length == 0
        ? null : Named(text, field, collection);

    /// <summary>Refuses a resource of another region. Ignores fields that were refused already.</summary>
    public void SameRegion(RegionCode region, ResourceName name, string field)
    {
        if (name != default && region != default && name.Region != region) Refuse(field, "OTHER_REGION", ("region", region.ToString()));
    }

    public Slug Slug(string text, string field)
    {
        Slug slug = default;
        if (text.Length == 0) Refuse(field, "REQUIRED");
        else if (!Ledger.Slug.TryParse(text, out slug)) Refuse(field, "NOT_A_SLUG");
        return slug;
    }

    /// <summary>
    /// A text for people. Refuses control characters, direction controls and letters that people can't see or read. Replaces look-alike
    /// ideographs by the plain ones.
    /// </summary>
    /// <param name="max">The most Unicode scalar values.</param>
    public string Text(string text, string field, int max, bool required = false) =>
        Plain(PlainLetters.Fold(Written(text, field, max, required)), field, joinersAllowed: true);

    /// <summary>The name of a person or thing. Stricter than a text (no joiners), because people compare names by eye.</summary>
    public string Name(string text, string field, int max = MaxNameLength) =>
        Plain(PlainLetters.Fold(Written(text, field, max, required: true)), field, joinersAllowed: false);

    /// <summary>
    /// A sender's key for one of its records. The server compares keys letter by letter, so it replaces nothing. It refuses blanks around a
    /// key: nobody sees them, and they would make two keys of one.
    /// </summary>
    public string Key(string text, string field, int max)
    {
        if (text.Length <= 2 * max && text != text.Trim()) Refuse(field, "BLANK_AROUND");
        else return Plain(Written(text, field, max, required: true), field, joinersAllowed: false);
        return "";
    }

    /// <summary>
    /// Replaces each letter that is refused today by a question mark. For the retry of a request that an older build accepted.
    /// </summary>
    /// <returns>The same object if no letter of the text is refused.</returns>
    internal static string Readable(string text)
    {
        // Nearly all fields are plain ASCII.
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0) return text;
        string folded = PlainLetters.Fold(text);
        if (!text.Any(IsControl) && PlainLetters.FindStrange(folded, joinersAllowed: false) is null) return text;
        var readable = new StringBuilder(folded.Length);
        foreach (Rune letter in folded.EnumerateRunes())
        {
            bool refused = PlainLetters.IsStrange(letter) || (letter.IsBmp && IsControl((char)letter.Value));
            readable.Append(refused ? "?" : letter.ToString());
        }
        return readable.ToString();
    }

    private string Plain(string text, string field, bool joinersAllowed)
    {
        if (PlainLetters.FindStrange(text, joinersAllowed) is { } strange)
        {
            Refuse(field, "STRANGE_LETTER", ("letter", strange.CodePoint), ("place", $"{strange.Place}"));
        }
        return text;
    }

    private string Written(string text, string field, int max, bool required)
    {
        if (text.Length == 0)
        {
            if (required) Refuse(field, "REQUIRED");
            return "";
        }
        // A scalar value has at most two UTF-16 units, so a huge text need not be counted.
        if (text.Length > 2 * max || text.EnumerateRunes().Count() > max) Refuse(field, "TOO_LONG", ("max", $"{max}"));
        else if (text.Any(IsControl)) Refuse(field, "CONTROL_CHARACTER");
        else if (text.Trim().Length == 0) Refuse(field, required ? "REQUIRED" : "TEXT_INVALID");
        else return text;
        return "";
    }

    /// <summary>
    /// True for line breaks, control characters and direction controls (Unicode's Bidi_Control), which can make one text look like another.
    /// </summary>
    private static bool IsControl(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    /// <summary>
    /// An amount in minor units of one unit: fen, minutes, services. It must be above zero; with <paramref name="zeroAllowed"/> it may be
    /// zero or absent.
    /// </summary>
    public long Amount(Amount? amount, string field, Unit unit, bool zeroAllowed = false)
    {
        if (amount is null)
        {
            if (!zeroAllowed) Refuse(field, "REQUIRED");
            return 0;
        }
        Refusal? wrong =
            !Unit.TryParse(amount.Unit, out Unit given)
                ? Refusal.Of(Reason.UnitUnknown, ("unit", Problem.Short(amount.Unit, 8)), ("field", $"{field}.unit"))
            : given != unit
                ? Refusal.Of(Reason.UnitMismatch, ("expected", unit.Code), ("unit", given.Code), ("field", $"{field}.unit"))
            : amount.Value < 0 || (amount.Value == 0 && !zeroAllowed)
                ? Refusal.Of(Reason.AmountNotPositive, ("field", $"{field}.value"))
            : amount.Value > Shape.MaxAmount
                ? Refusal.Of(Reason.AmountTooLarge, ("field", $"{field}.value"))
            : null;
        WrongAmount ??= wrong;
        if (wrong is not null) return 0;
        return amount.Value;
    }

    public long Whole(long value, string field, long min, long max)
    {
        if (value < min || value > max) Refuse(field, "OUT_OF_RANGE", ("min", $"{min}"), ("max", $"{max}"));
        return value;
    }

    /// <summary>A choice; where it is refused, open, so that it can be mapped all the same.</summary>
    public T Choice<T>(T value, string field)
        where T : struct, System.Enum
    {
        if (EqualityComparer<T>.Default.Equals(value, default)) Refuse(field, "REQUIRED");
        else if (!System.Enum.IsDefined(value))
        {
            Refuse(field, "UNKNOWN_VALUE");
            return default;
        }
        return value;
    }

    /// <summary>An optional choice, as in filters; null if unset.</summary>
    public T? ChoiceOrNull<T>(T value, string field)
        where T : struct, System.Enum
    {
        if (EqualityComparer<T>.Default.Equals(value, default)) return null;
        T choice = Choice(value, field);
        return EqualityComparer<T>.Default.Equals(choice, default) ? null : choice;
    }

    public IReadOnlyList<T> Choices<T>(IReadOnlyList<T> values, string field, bool required = false)
        where T : struct, System.Enum
    {
        if (required && values.Count == 0) Refuse(field, "REQUIRED");
        if (values.Distinct().Count() != values.Count) Refuse(field, "REPEATED");
        return [.. values.Select((value, at) => Choice(value, $"{field}[{at}]"))];
    }

    /// <summary>A day from <see cref="FirstDay"/> to <see cref="LastDay"/>.</summary>
    public DateOnly Day(Date? date, string field) => CivilDay(date, field) is { } day ? Within(day, field, LastDay) : default;

    /// <summary>The day of something that happened, such as a birth: from <see cref="FirstDay"/> to today.</summary>
    /// <param name="first">The first day that it can be; null for <see cref="FirstDay"/>.</param>
    public DateOnly PastDay(Date? date, string field, DateOnly today, DateOnly? first = null)
    {
        if (CivilDay(date, field) is not { } day) return default;
        if (day <= today) return Within(day, field, today, first);
        Refuse(field, "IN_FUTURE");
        return default;
    }

    /// <summary>Any calendar day, or none. For days with a rule of their own: a voucher's terms bound the day of a service.</summary>
    public DateOnly? CivilDayOrNull(Date? date, string field) => date is null ? null : CivilDay(date, field) ?? default;

    private DateOnly? CivilDay(Date? date, string field)
    {
        if (date is null) Refuse(field, "REQUIRED");
        else if (date.Year is < 1 or > 9999 || date.Month is < 1 or > 12 || date.Day < 1
            || date.Day > DateTime.DaysInMonth(date.Year, date.Month)) Refuse(field, "NOT_A_DATE");
        else return new DateOnly(date.Year, date.Month, date.Day);
        return null;
    }

    private DateOnly Within(DateOnly day, string field, DateOnly last, DateOnly? from = null)
    {
        DateOnly first = from ?? FirstDay;
        if (day >= first && day <= last) return day;
        Refuse(field, "OUT_OF_RANGE", ("min", $"{first:O}"), ("max", $"{last:O}"));
        return default;
    }

    public DateOnly? DayOrNull(Date? date, string field) => date is null ? null : Day(date, field);

    /// <summary>A month (a date without a day). Returns its first day.</summary>
    public DateOnly Month(Date? date, string field)
    {
        if (date is null) Refuse(field, "REQUIRED");
        else if (date.Year is < 1 or > 9999 || date.Month is < 1 or > 12 || date.Day != 0) Refuse(field, "NOT_A_MONTH");
        else return new DateOnly(date.Year, date.Month, 1);
        return default;
    }

    public DateTimeOffset Time(Timestamp? time, string field)
    {
        const long first = -62_135_596_800, last = 253_402_300_799;
        if (time is null) Refuse(field, "REQUIRED");
        else if (time.Seconds is < first or > last || time.Nanos is < 0 or > 999_999_999) Refuse(field, "NOT_A_TIME");
        else return time.ToDateTimeOffset();
        return default;
    }

    /// <summary>
    /// A span of days. An absent end is open. The calendar's first or last day (9999-12-31) also means an open end, as in many records.
    /// </summary>
    public (DateOnly First, DateOnly Last) Period(Period? period, string field)
    {
        DateOnly first = End(period?.FirstDay, DateOnly.MinValue, $"{field}.first_day"),
            last = End(period?.LastDay, DateOnly.MaxValue, $"{field}.last_day");
        if (last < first) Refuse($"{field}.last_day", "PERIOD_BACKWARDS");
        return (first, last);
    }

    private DateOnly End(Date? date, DateOnly open, string field) =>
        date is null || date.Equals(open.ToContract()) ? open : Day(date, field);

    public int PageSize(int size)
    {
        const int usual = 50, most = 1_000;
        if (size < 0) Refuse("page_size", "NEGATIVE");
        return size == 0 ? usual : Math.Min(size, most);
    }
}
