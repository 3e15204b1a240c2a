using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>
/// The day on which a month's run began. The run is judged by it, also where it goes on later: who was entitled on that day, and which
/// month was the current one. The writer remembers a run by its id alone, so the day stands in the id of a second note.
/// </summary>
public static class RunDays
{
    /// <summary>Remembers the day of a run that is about to begin, before the run's own note: no run begins without a day.</summary>
    /// <returns>Why the run can't begin; null where it can.</returns>
    public static async Task<Refusal?> NoteDayAsync(this ILedgerGrain ledger, Command run, DateOnly today) =>
        run.ValidateOnly ? null : (await ledger.SubmitAsync(Entries.Note(run.Header(IdOf(run, today), today, "")))).Refusal;

    /// <summary>
    /// The day by which a run is judged. One that is only tried has noted none, and neither has one that an earlier build began: theirs is
    /// today, or the month's last day.
    /// </summary>
    /// <param name="month">The run's month, which isn't later than today's.</param>
    public static async Task<DateOnly> DayOfAsync(this ILedgerGrain ledger, Command run, DateOnly month, DateOnly today)
    {
        int length = DateTime.DaysInMonth(month.Year, month.Month);
        DateOnly[] days = [.. Enumerable.Range(0, length).Select(month.AddDays).Where(day => day <= today)];
        Outcome?[] noted = await Task.WhenAll(days.Select(day => ledger.FindAsync(IdOf(run, day))));
        // A call that broke off before the run had begun may have left an earlier one.
        int last = Array.FindLastIndex(noted, outcome => outcome is not null);
        return days[last >= 0 ? last : ^1];
    }

    private static EntryId IdOf(Command run, DateOnly day) =>
        run.Id.Step(string.Create(CultureInfo.InvariantCulture, $"begun {day:yyyy-MM-dd}"));
}
