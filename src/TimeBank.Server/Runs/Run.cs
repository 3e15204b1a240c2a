using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// What the caller of a run hears: the progress after each page, and the summary at the end. Every run goes through its loop.
/// </summary>
public sealed class RunReport(IServerStreamWriter<RunProgress> stream, BusinessClock clock)
{
    private readonly DateTimeOffset _start = clock.Now;
    private readonly SortedDictionary<string, long> _amounts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Reason, long> _skipped = [];
    private long _expected;
    private long _looked;
    private long _changed;

    /// <summary>So many more are to be looked at.</summary>
    public void Expect(long count) => _expected += count;

    /// <summary>Carries a run out, page by page. A caller who hangs up ends it before its next page; another call goes on from
    /// there.</summary>
    public async Task FollowAsync(IAsyncEnumerable<RunPage> pages, CancellationToken cancellation)
    {
        await foreach (RunPage page in pages.WithCancellation(cancellation))
        {
            Add(page);
            await stream.WriteAsync(ToContract(), cancellation);
            cancellation.ThrowIfCancellationRequested();
        }
        await stream.WriteAsync(ToContract(clock.Now), cancellation);
    }

    private void Add(RunPage page)
    {
        _looked += page.Looked;
        _changed += page.Changed;
        foreach ((string unit, long amount) in page.Amounts) _amounts[unit] = _amounts.GetValueOrDefault(unit) + amount;
        foreach ((Reason reason, long count) in page.Skipped) _skipped[reason] = _skipped.GetValueOrDefault(reason) + count;
    }

/// <summary>The progress; with the summary once the run has ended.</summary>
    private RunProgress ToContract(DateTimeOffset? end = null)
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
            StartTime = Timestamp.FromDateTimeOffset(_start),
            EndTime = Timestamp.FromDateTimeOffset(end.Value),
        };
        progress.Summary.Amounts.Add(Amounts());
        progress.Summary.SkippedByReason.Add(_skipped.OrderByDescending(skip => skip.Value)
            .Select(skip => new SkippedCount { Reason = ReasonCatalogue.Name(skip.Key), Count = skip.Value }));
        return progress;
    }

    private IEnumerable<Amount> Amounts() => _amounts.Select(amount => Unit.Parse(amount.Key).Of(amount.Value));
}

/// <summary>A run's result for one page of elders or vouchers.</summary>
/// <param name="Looked">The number looked at.</param>
/// <param name="Changed">The number that this run has issued or expired, now or in an earlier call.</param>
/// <param name="Amounts">The total of the changed ones, by unit.</param>
/// <param name="Skipped">The number left out, by reason.</param>
/// <param name="Next">The argument for the next page; null after the last.</param>
/// <param name="CommittedFen">Dry run only: the programme's money that this page and those before it would bind.</param>
[GenerateSerializer, Immutable, Alias("timebank.run-page")]
public sealed record RunPage(
    [property: Id(0)] long Looked,
    [property: Id(1)] long Changed,
    [property: Id(2)] ImmutableDictionary<string, long> Amounts,
    [property: Id(3)] ImmutableDictionary<Reason, long> Skipped,
    [property: Id(4)] string? Next,
    [property: Id(5)] long CommittedFen = 0);

/// <summary>Counts a run's results for one page.</summary>
public sealed class RunTally
{
    private readonly Dictionary<string, long> _amounts = [];
    private readonly Dictionary<Reason, long> _skipped = [];
    private long _looked;
    private long _changed;

    public static RunPage Nothing { get; } = new RunTally().ToPage(null);

    public void Change(Unit unit, long amount)
    {
        _looked++;
        _changed++;
        _amounts[unit.Code] = _amounts.GetValueOrDefault(unit.Code) + amount;
    }

    /// <summary>Counts one that needed nothing done; not skipped, so there is no reason.</summary>
    public void Look() => _looked++;

    public void Skip(Reason reason)
    {
        _looked++;
        _skipped[reason] = _skipped.GetValueOrDefault(reason) + 1;
    }

    public RunPage ToPage(string? next, long committedFen = 0) =>
        new(_looked, _changed, _amounts.ToImmutableDictionary(), _skipped.ToImmutableDictionary(), next, committedFen);
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
