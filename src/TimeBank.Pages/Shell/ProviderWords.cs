using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>A provider's standing, days, hours and areas as people read them.</summary>
public static class ProviderWords
{
    private const int DaysOfWeek = 7;

    private static readonly (string Chinese, string English)[] Weekdays =
    [
        ("周一", "Monday"), ("周二", "Tuesday"), ("周三", "Wednesday"), ("周四", "Thursday"), ("周五", "Friday"), ("周六", "Saturday"),
        ("周日", "Sunday"),
    ];

    /// <param name="number">1 is Monday, 7 Sunday.</param>
    public static string Weekday(int number, Language language) => language[Weekdays[number - 1].Chinese, Weekdays[number - 1].English];

    /// <summary>How a standing is marked: "" says nothing special.</summary>
    public static string Tone(Standing standing) => standing switch
    {
        Standing.WhiteListed => "good",
        Standing.Suspended => "warn",
        Standing.BlackListed => "bad",
        _ => "",
    };

    /// <summary>2026年10月1日至2027年9月30日; without a last day until further notice.</summary>
    public static string Days(Period? period, Language language) =>
        period is null ? ""
        : period.LastDay is { } last
            ? language[$"{Written.Day(period.FirstDay, language)}至{Written.Day(last, language)}",
                $"{Written.Day(period.FirstDay, language)} to {Written.Day(last, language)}"]
            : language[$"{Written.Day(period.FirstDay, language)}起，至另行通知",
                $"from {Written.Day(period.FirstDay, language)} until further notice"];

    /// <summary>The hours of the week, days with the same hours together: 周一至周五 08:00–12:00.</summary>
    public static IEnumerable<string> Week(Opening opening, Language language)
    {
        string[] days = [.. Enumerable.Range(1, DaysOfWeek).Select(day => Spans(opening, day, language))];
        for (int first = 0; first < DaysOfWeek;)
        {
            int last = first;
            while (last + 1 < DaysOfWeek && days[last + 1] == days[first]) last++;
            string from = Weekday(first + 1, language), to = Weekday(last + 1, language);
            yield return (first == last ? from : language[$"{from}至{to}", $"{from} to {to}"])
                + (days[first].Length > 0 ? $" {days[first]}" : language[" 休息", " closed"]);
            first = last + 1;
        }
    }

    /// <summary>08:00–12:00、14:00–18:00; empty on a day without hours.</summary>
    private static string Spans(Opening opening, int weekday, Language language) => string.Join(
        language["、", ", "], opening.Hours.Where(one => one.Weekday == weekday).Select(one => $"{one.Opens}–{one.Closes}"));

    /// <summary>A division's name; its code where it is none that providers of the region may serve.</summary>
    public static string Of(this IEnumerable<Division> divisions, string code, Language language) =>
        divisions.FirstOrDefault(one => one.Code == code) is { } known ? language[known.NameZh, known.NameEn] : code;

    /// <summary>The divisions that providers of the visitor's region may serve.</summary>
    public static async Task<IReadOnlyList<Division>> DivisionsAsync(Visitor visitor) =>
        (await visitor.Client.Providers.ListPublishedProvidersAsync(
            new ListPublishedProvidersRequest { Parent = visitor.Parent, PageSize = 1 }, visitor.Client.Reading)).Divisions;
}
