using System.Runtime.CompilerServices;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The runs over a region's elders that issue a month's hours and end the rest of earlier months' hours. Amounts are in minutes.
/// </summary>
public sealed class HourRuns(IGrainFactory grains, IRegistry registry, DueHours due, BusinessClock clock)
{
    private const int Page = 100;

    /// <summary>Issues a month's hours to every entitled elder of a region.</summary>
    /// <exception cref="Grpc.Core.RpcException">MONTH_NOT_CURRENT for a new run of another month; or the writer can't write.</exception>
    public async IAsyncEnumerable<RunPage> IssueAsync(
        Command run, RegionCode region, DateOnly month, RunReport report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        DateOnly today = clock.Today;
        ILedgerGrain writer = grains.Writer(region);
        if (!await grains.IsKnownAsync(region, run))
        {
            if (month.Year != today.Year || month.Month != today.Month) throw Problem.Of(RunDays.NotCurrent(today));
            if (await writer.NoteDayAsync(run, today) is { } notNoted) throw Problem.Of(notNoted);
        }
        await BeginAsync(region, run);
        DateOnly judged = await writer.DayOfAsync(run, month, today);
        if (!run.IsDryRun) await due.LookAtDueHoldsAsync(region, _ => true);
        await foreach (RunPage page in PagesAsync(
            region, report, person => person.IssueHoursAsync(run, month, judged),
            (tally, issued) => tally.Change(Unit.Minutes, issued), cancellation)) yield return page;
    }

    /// <summary>
    /// Issues a month's hours to one elder. Staff name the elder, so a rule's refusal is the answer here (a run over many skips and counts
    /// it), and the writer remembers it.
    /// </summary>
    /// <exception cref="Grpc.Core.RpcException">The refusal.</exception>
    public async IAsyncEnumerable<RunPage> IssueToOneAsync(Command run, DateOnly month, ResourceName elder)
    {
        ILedgerGrain writer = grains.Writer(elder.Region);
        Outcome? known = await writer.FindAsync(run.Id);
        if (known is not null && known.RequestDigest != Digest.Parse(run.RequestDigest)) throw Problem.Of(Reason.RequestIdReused);
        if (known?.Refusal is { } stored) throw Problem.Of(stored);

        Reply<long> reply = await grains.Elder(elder).IssueHoursAsync(run, month);
        if (reply.Refusal is { } transient && transient.IsTransient()) throw Problem.Of(transient);
        (await writer.DecideAsync(run, clock.Today, reply.Refusal, () => Entries.Note(run.Header(clock.Today, "")))).OrThrow();
        var tally = new RunTally();
        tally.Change(Unit.Minutes, reply.OrThrow());
        yield return tally.ToPage(null);
    }

    /// <summary>Ends the rest of the hours issued for earlier months.</summary>
    public async IAsyncEnumerable<RunPage> EndAsync(
        Command run, RegionCode region, RunReport report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await BeginAsync(region, run);
        await foreach (RunPage page in PagesAsync(
            region, report, person => person.EndHoursAsync(run),
            (tally, ended) =>
            {
                if (ended > 0) tally.Change(Unit.Minutes, ended);
                else tally.Look();
            },
            cancellation)) yield return page;
        // Do this last: the hours that a due hold gives back end with the hold's order, and the dry run does not count them either.
        if (!run.IsDryRun) await due.LookAtDueHoldsAsync(region, _ => true);
    }

    /// <summary>Has the writer remember the run's id, so that no other run can use the id. The run's entries say whom it served.</summary>
    private async Task BeginAsync(RegionCode region, Command run) =>
        (await grains.Writer(region).DecideAsync(Entries.Note(run.Header(clock.Today, "")), run.IsDryRun)).OrThrow();

    private async IAsyncEnumerable<RunPage> PagesAsync<T>(
        RegionCode region, RunReport report, Func<IElderGrain, Task<Reply<T>>> one, Action<RunTally, T> count,
        [EnumeratorCancellation] CancellationToken cancellation)
        where T : notnull
    {
        var elders = new RegistryQuery(region, ElderState.Kind) { Limit = Page };
        report.Expect(await registry.CountAsync(elders, cancellation));
        IReadOnlyList<RegistryRow<ElderState>> page;
        do
        {
            page = await registry.ListAsync<ElderState>(elders, cancellation);
            var tally = new RunTally();
            IEnumerable<Task<Reply<T>>> calls = page.Select(row => row.IsReadable
                ? one(grains.GetGrain<IElderGrain>(region, row.Key))
                : Task.FromResult<Reply<T>>(Reason.StateUnreadable));
            foreach (Reply<T> reply in await Task.WhenAll(calls))
            {
                // If the writer can't write now, stop: the next call of this run goes on.
                if (reply.Refusal is { } refusal && refusal.IsTransient()) throw Problem.Of(refusal);
                if (reply.Refusal is { } skipped) tally.Skip(skipped.Reason);
                else count(tally, reply.Value!);
            }
            yield return tally.ToPage(null);
            if (page.Count > 0) elders = elders with { After = page[^1].Cursor };
        }
        while (page.Count == Page);
    }
}
