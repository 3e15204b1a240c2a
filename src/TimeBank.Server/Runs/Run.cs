using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Adds up what a run's pages did.</summary>
internal sealed class RunReport(DateTimeOffset start)
{
    private readonly SortedDictionary<string, long> _amounts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Reason, long> _skipped = [];
    private long _expected;
    private long _looked;
    private long _changed;

    /// <summary>So many more are to be looked at.</summary>
    public void Expect(long count) => _expected += count;

    public void Add(RunPage page)
    {
        _looked += page.Looked;
        _changed += page.Changed;
        foreach ((string unit, long amount) in page.Amounts) _amounts[unit] = _amounts.GetValueOrDefault(unit) + amount;
        foreach ((Reason reason, long count) in page.Skipped) _skipped[reason] = _skipped.GetValueOrDefault(reason) + count;
    }

    /// <summary>The progress; with the summary once the run has ended.</summary>
    public RunProgress ToContract(DateTimeOffset? end = null)
    {
        // Who registered while the run was under way was looked at without having been expected.
        var progress = new RunProgress { Done = _looked, Total = Math.Max(_expected, _looked), Changed = _changed,
            Skipped = _skipped.Values.Sum() };
        progress.Amounts.Add(Amounts());
        if (end is null) return progress;
        progress.Total = _looked;
        progress.Summary = new RunSummary
        {
            Total = _looked,
            Changed = _changed,
            Skipped = progress.Skipped,
            StartTime = Timestamp.FromDateTimeOffset(start),
            EndTime = Timestamp.FromDateTimeOffset(end.Value),
        };
        progress.Summary.Amounts.Add(Amounts());
        progress.Summary.SkippedByReason.Add(_skipped.OrderByDescending(skip => skip.Value)
            .Select(skip => new SkippedCount { Reason = ReasonCatalogue.Name(skip.Key), Count = skip.Value }));
        return progress;
    }

    private IEnumerable<Amount> Amounts() => _amounts.Select(amount => Unit.Parse(amount.Key).Of(amount.Value));
}

/// <summary>
/// The day on which a month's run began. The run is judged by it, also where it goes on later: who was entitled on that day, and which
/// month was the current one. The writer remembers a run by its id alone, so the day stands in the id of a second note.
/// </summary>
public static class RunDays
{
    /// <summary>Remembers the day of a run that is about to begin, before the run's own note: no run begins without a day.</summary>
    /// <returns>Why the run can't begin; null where it can.</returns>
    public static async Task<Refusal?> NoteDayAsync(this ILedgerGrain writer, Command run, DateOnly today) =>
        run.IsDryRun ? null : (await writer.SubmitAsync(Entries.Note(run.Header(IdOf(run, today), today, "")))).Refusal;

    /// <summary>
    /// The day by which a run is judged. One that is only tried has noted none, and neither has one that an earlier build began: theirs is
    /// today, or the month's last day.
    /// </summary>
    /// <param name="month">The run's month, which isn't later than today's.</param>
    public static async Task<DateOnly> DayOfAsync(this ILedgerGrain writer, Command run, DateOnly month, DateOnly today)
    {
        int length = DateTime.DaysInMonth(month.Year, month.Month);
        DateOnly[] days = [.. Enumerable.Range(0, length).Select(month.AddDays).Where(day => day <= today)];
        Outcome?[] noted = await Task.WhenAll(days.Select(day => writer.FindAsync(IdOf(run, day))));
        // A call that broke off before the run had begun may have left an earlier one.
        int last = Array.FindLastIndex(noted, outcome => outcome is not null);
        return days[last >= 0 ? last : ^1];
    }

    private static EntryId IdOf(Command run, DateOnly day) =>
        run.Id.Step(string.Create(CultureInfo.InvariantCulture, $"begun {day:yyyy-MM-dd}"));
}
