using System.Collections.Frozen;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// Working days by the State Council's yearly notices, with the weekend days on which people work instead (调休). It knows the years of its
/// files and no other: the days of a year are decided in the year before and can't be computed.
/// </summary>
public sealed class WorkingCalendar
{
    private readonly FrozenDictionary<int, WorkingYear> _years;

    /// <exception cref="ArgumentException">Two files are of one year.</exception>
    public WorkingCalendar(IEnumerable<WorkingYear> years) => _years = years.ToFrozenDictionary(year => year.Year);

    /// <summary>The years that ship with the product.</summary>
    public static WorkingCalendar BuiltIn { get; } =
        new(ShippedData.Names("workdays-").Select(name => WorkingYear.Parse(ShippedData.Read(name)).Expect(name)));

    /// <summary>The years it knows, oldest first, each with the notice that it comes from.</summary>
    public IEnumerable<WorkingYear> Years => _years.Values.OrderBy(year => year.Year);

    /// <summary>
    /// The last day of a period of working days. The first day does not count (Civil Code, article 201).
    /// </summary>
    /// <param name="last">The last day; without meaning where refused.</param>
    /// <returns>CALENDAR_YEAR_UNKNOWN where the period reaches into a year without a notice; null where the day is known.</returns>
    public Refusal? After(DateOnly from, int workingDays, out DateOnly last)
    {
        last = from;
        for (int left = workingDays; left > 0;)
        {
            last = last.AddDays(1);
            if (!_years.TryGetValue(last.Year, out WorkingYear? year))
                return Refusal.Of(Reason.CalendarYearUnknown, ("year", last.Year.ToString(CultureInfo.InvariantCulture)));
            if (year.IsWorkingDay(last))
                left--;
        }
        return null;
    }
}

/// <summary>The holidays of one year, and the weekend days that are worked for them.</summary>
/// <param name="Source">The notice.</param>
public sealed record WorkingYear(int Year, string Source)
{
    private FrozenSet<DateOnly> Holidays { get; init; } = [];

    private FrozenSet<DateOnly> Workdays { get; init; } = [];

    public bool IsWorkingDay(DateOnly day) =>
        Workdays.Contains(day) || (!IsWeekend(day) && !Holidays.Contains(day));

    /// <summary>Reads a file of one year. Every error names its place.</summary>
    public static DataResult<WorkingYear> Parse(ReadOnlySpan<byte> utf8)
    {
        List<DataError> errors = [];
        DataObject file = DataObject.OfFile(utf8, errors);
        int year = (int)file.Integer("year", 1949, 2199);
        string source = file.Text("source", 200);
        var holidays = new HashSet<DateOnly>();
        foreach (DataObject holiday in file.Objects("holidays"))
        {
            holiday.Text("name", 40);
            DateOnly from = holiday.Date("from"), to = holiday.Date("to");
            holiday.Close();
            if (!holiday.IsSound)
                continue;
            if (from.Year != year || to.Year != year || to < from || to.DayNumber - from.DayNumber > 31)
                holiday.Refuse("to", "lies before the first day, too long after it, or in another year");
            else
                for (DateOnly day = from; day <= to; day = day.AddDays(1)) holidays.Add(day);
        }
        var workdays = new HashSet<DateOnly>();
        foreach (DataObject workday in file.Objects("workdays"))
        {
            workday.Text("name", 40);
            DateOnly on = workday.Date("on");
            workday.Close();
            if (!workday.IsSound)
                continue;
            if (on.Year != year || !IsWeekend(on) || holidays.Contains(on))
                workday.Refuse("on", "is no weekend day of the year outside the holidays");
            else
                workdays.Add(on);
        }
        file.Close();
        var read = new WorkingYear(year, source) { Holidays = holidays.ToFrozenSet(), Workdays = workdays.ToFrozenSet() };
        return errors.Count == 0 ? new(read) : new(errors);
    }

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
