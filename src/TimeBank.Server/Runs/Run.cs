using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>Streams a run's progress to its caller after each page, and a summary at the end. Every run uses this loop.</summary>
public sealed class RunReport(IServerStreamWriter<RunProgress> stream, BusinessClock clock)
{
    private readonly DateTimeOffset _start = clock.Now;
    private readonly SortedDictionary<string, long> _amounts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Reason, long> _skipped = [];
    private readonly List<ProgrammeReturn> _returns = [];
    private (string Run, ImmutableArray<FoundCount> Found) _outreach = ("", []);
    private long _expected;
    private long _looked;
    private long _changed;

    /// <summary>Adds to the total that the progress shows: elders or vouchers still to look at.</summary>
    public void Expect(long count) => _expected += count;

    /// <summary>Adds what a programme gave back to the summary.</summary>
    public void Return(ProgrammeReturn back) => _returns.Add(back);

    /// <summary>Adds what a run that looks for people found to the summary.</summary>
    /// <param name="run">The run's name; empty for a dry run.</param>
    public void Find(string run, ImmutableArray<FoundCount> found) => _outreach = (run, found);

    /// <summary>Carries out a run, page by page. If the caller hangs up, it stops before its next page; another call goes on.</summary>
    /// <exception cref="OperationCanceledException">The caller hung up.</exception>
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

    private RunProgress ToContract(DateTimeOffset? end = null)
    {
        // An elder who registered during the run is looked at too, so the count may pass the expected total.
        var progress = new RunProgress
        {
            Done = _looked, Total = Math.Max(_expected, _looked), Changed = _changed,
            Skipped = _skipped.Values.Sum()
        };
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
        progress.Summary.Returns.Add(_returns);
        progress.Summary.OutreachRun = _outreach.Run;
        progress.Summary.Findings.Add(_outreach.Found.Select(found => found.ToContract()));
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

    /// <summary>Counts an elder or voucher that needed no change. It was not skipped, so there is no reason.</summary>
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
/// The day on which a month's run began. That day decides the whole run, also when the run goes on later: who was entitled, and which month
/// was current. The writer remembers a run only by its id, so a second note carries the day in its id.
/// </summary>
public static class RunDays
{
    /// <summary>The refusal of another month than the one of a day; it names the month that would be right.</summary>
    public static Refusal NotCurrent(DateOnly day) => Refusal.Of(Reason.MonthNotCurrent, ("month", $"{day:yyyy-MM}"));

    /// <summary>Notes the day of a new run. Call it before the run's own note, so that no run begins without a day.</summary>
    /// <returns>Why the run can't begin; null if it can. A dry run notes nothing.</returns>
    public static async Task<Refusal?> NoteDayAsync(this ILedgerGrain writer, Command run, DateOnly today) =>
        run.IsDryRun ? null : (await writer.SubmitAsync(Entries.Note(run.Header(IdOf(run, today), today, "")))).Refusal;

    /// <summary>
    /// The day that decides a run. A dry run, and a run that an earlier build began, noted no day: for them it is today, or the month's
    /// last day if the month is over.
    /// </summary>
    /// <param name="month">The first day of the run's month; not a future month.</param>
    public static async Task<DateOnly> DayOfAsync(this ILedgerGrain writer, Command run, DateOnly month, DateOnly today)
    {
        int length = DateTime.DaysInMonth(month.Year, month.Month);
        DateOnly[] days = [.. Enumerable.Range(0, length).Select(month.AddDays).Where(day => day <= today)];
        Outcome?[] noted = await Task.WhenAll(days.Select(day => writer.FindAsync(IdOf(run, day))));
        // The last noted day counts: a call that broke off before the run began may have noted an earlier one.
        int last = Array.FindLastIndex(noted, outcome => outcome is not null);
        return days[last >= 0 ? last : ^1];
    }

    private static EntryId IdOf(Command run, DateOnly day) =>
        run.Id.Step(string.Create(CultureInfo.InvariantCulture, $"begun {day:yyyy-MM-dd}"));
}
