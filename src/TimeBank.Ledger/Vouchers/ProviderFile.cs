using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// How accreditations begin, go on and end. Periods of one type don't overlap, so that of each day one decision answers. What is over stays
/// as it was: a new period begins instead.
/// </summary>
public static class AccreditationRule
{
    public static Refusal? Grant(ImmutableArray<AccreditationSpan> known, AccreditationSpan granted) => Overlap(known, granted);

    /// <param name="at">The period's place among those that are known; any number.</param>
    /// <param name="last">Its new last day, today at the earliest.</param>
    public static Refusal? Change(ImmutableArray<AccreditationSpan> known, int at, DateOnly last, DateOnly today) =>
        at < 0 || at >= known.Length ? new Refusal(Reason.AccreditationNotFound)
        : known[at].Last < today ? Refusal.Of(Reason.AccreditationOver, ("date", Text(known[at].Last)))
        : Overlap(known.RemoveAt(at), known[at] with { Last = last });

    private static Refusal? Overlap(ImmutableArray<AccreditationSpan> others, AccreditationSpan span)
    {
        AccreditationSpan? other = others.FirstOrDefault(
            one => one.Type == span.Type && one.First <= one.Last && one.First <= span.Last && span.First <= one.Last);
        return other is null ? null : Refusal.Of(Reason.AccreditationOverlaps,
            ("first", Text(other.First)), ("last", Text(other.Last)), ("service", AccreditationSpan.WordOf(span.Type)));
    }

    private static string Text(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);
}

/// <summary>
/// What a full file may forget, so that a provider can go on for decades: what no payment can ask for any more. A service is claimed at
/// most a month and <see cref="VouchersPolicy.MaxClaimGraceDays"/> after its day, also by a terminal's receipt that had to wait; a refund,
/// however late, and a settlement ask for no price and no right. Kept are three years, for who looks into a complaint.
/// </summary>
public static class ProviderFileRule
{
    private const int YearsKept = 3;

    /// <summary>The first day of which everything is kept.</summary>
    public static DateOnly KeptFrom(DateOnly today) => today.AddYears(-YearsKept);

    /// <summary>Whether a price counts for no day since one: another took its place, or it takes back what is forgotten as well.</summary>
    /// <param name="at">Its place.</param>
    public static bool IsPast(ImmutableArray<PublishedPrice> prices, int at, DateOnly since)
    {
        PublishedPrice one = prices[at];
        if (one.First > since) return false;
        for (int other = 0; other < prices.Length; other++)
        {
            if (prices[other].Item == one.Item && prices[other].First <= since
                && (prices[other].First > one.First || (prices[other].First == one.First && other > at))) return true;
        }
        return one.Price is null;
    }

    /// <summary>
    /// Whether a naming counted on no day since one. All of a person go together where the last one has ended, else an earlier one would
    /// count again.
    /// </summary>
    /// <param name="at">Its place.</param>
    /// <param name="namedOn">The day of each naming, by its place.</param>
    public static bool IsPast(ImmutableArray<StaffSpan> staff, int at, Func<int, DateOnly> namedOn, DateOnly since)
    {
        string person = staff[at].Person;
        if (StaffRule.Find(staff, person)!.Last < since) return true;
        for (int next = at + 1; next < staff.Length; next++)
        {
            if (staff[next].Person == person) return namedOn(next) < since;
        }
        return false;
    }
}

/// <summary>What a provider may publish.</summary>
public static class PriceRule
{
    /// <summary>No price is above the item's ceiling on the day on which it takes effect.</summary>
    /// <param name="catalogue">The service list of that day.</param>
    public static Refusal? Publish(IEnumerable<PublishedPrice> prices, Catalogue catalogue)
    {
        foreach (PublishedPrice price in prices)
        {
            if (catalogue.Find(price.Item) is not { } item) return Refusal.Of(Reason.ItemNotFound, ("item", price.Item.Text));
            if (price.Price is { } asked && asked > item.CeilingPrice)
            {
                return Refusal.Of(Reason.PriceAboveCeiling, ("ceiling", Number(item.CeilingPrice)), ("item", item.Id.Text),
                    ("price", Number(asked)), ("unit", Unit.Fen.Code));
            }
        }
        return null;
    }

    private static string Number(Fen fen) => fen.Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A time in which a provider is open, on every week's same day. Its text is stored: <c>1 08:00-12:00</c>.</summary>
/// <param name="Weekday">1 is Monday, 7 Sunday (ISO 8601).</param>
/// <param name="Opens">Minutes since midnight.</param>
/// <param name="Closes">Minutes since midnight, after <paramref name="Opens"/>; 1,440 is the day's end.</param>
public readonly record struct OpeningSpan(int Weekday, int Opens, int Closes)
{
    private const int MinutesOfHour = 60, EndOfDay = 24 * MinutesOfHour;

    /// <summary>Reads a time of the day, <c>HH:MM</c> from 00:00 to 24:00, as minutes since midnight.</summary>
    public static bool TryTime(string text, out int minutes)
    {
        minutes = 0;
        if (text is not [>= '0' and <= '2', >= '0' and <= '9', ':', >= '0' and <= '5', >= '0' and <= '9']) return false;
        minutes = (int.Parse(text.AsSpan(0, 2), CultureInfo.InvariantCulture) * MinutesOfHour)
            + int.Parse(text.AsSpan(3), CultureInfo.InvariantCulture);
        return minutes <= EndOfDay;
    }

    public static string TimeText(int minutes) =>
        string.Create(CultureInfo.InvariantCulture, $"{minutes / MinutesOfHour:00}:{minutes % MinutesOfHour:00}");

    /// <exception cref="FormatException">The text is none of <see cref="ToString"/>.</exception>
    public static OpeningSpan Parse(string text) =>
        text.Split(' ', '-') is [[>= '1' and <= '7'] weekday, var from, var to] && TryTime(from, out int opens)
            && TryTime(to, out int closes)
            ? new OpeningSpan(weekday[0] - '0', opens, closes) : throw new FormatException($"'{text}' is no span of opening hours.");

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Weekday} {TimeText(Opens)}-{TimeText(Closes)}");

    public bool Overlaps(OpeningSpan other) => Weekday == other.Weekday && Opens < other.Closes && other.Opens < Closes;
}

/// <summary>
/// When and where a provider says it serves. It informs elders who choose one and bounds no payment: a bath at the bedside at night is
/// real, and the day and the place on a receipt are the clerk's word in any case.
/// </summary>
/// <param name="Areas">The divisions that it serves; empty: its own region.</param>
public sealed record ProviderOffer(
    ImmutableArray<OpeningSpan> Hours, ImmutableArray<DateOnly> ClosedDays, ImmutableArray<RegionCode> Areas)
{
    /// <summary>Whether it said that it is open on the day. Who published no hours has not said so.</summary>
    public bool IsOpenOn(DateOnly day)
    {
        int weekday = day.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)day.DayOfWeek;
        return !ClosedDays.Contains(day) && Hours.Any(span => span.Weekday == weekday);
    }

    /// <summary>Whether it serves all of a division.</summary>
    /// <param name="own">The provider's own region.</param>
    public bool Serves(RegionCode division, RegionCode own) =>
        Areas.IsEmpty ? division.IsWithin(own) : Areas.Any(area => division.IsWithin(area));

    /// <summary>Its own region, what lies in it, and those beside it: a city's other divisions, a province's other cities.</summary>
    public static bool MayServe(RegionCode area, RegionCode own) =>
        area.IsWithin(own) || (own.Parent() is { } wider && area.IsWithin(wider) && area != wider);
}
