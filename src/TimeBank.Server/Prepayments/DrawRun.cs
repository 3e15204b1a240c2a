using System.Runtime.CompilerServices;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The run by which providers draw the prepaid fees of months that are over, agreement by agreement. Each agreement's grain draws a month
/// once, whatever the run, so a run that is called again goes on where it was broken off.
/// </summary>
/// <param name="month">The first day of the last month to draw.</param>
public sealed class DrawRun(Command run, RegionCode region, DateOnly month, IGrainFactory grains, IRegistry registry, BusinessClock clock)
{
    private const int AtOnce = 100;

    /// <exception cref="Grpc.Core.RpcException">PREPAYMENT_MONTH_NOT_OVER; or the writer can't write.</exception>
    public async IAsyncEnumerable<RunPage> PagesAsync(RunReport report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        DateOnly through = month.AddMonths(1).AddDays(-1);
        Refusal? refusal = through < clock.Today ? null : Refusal.Of(Reason.PrepaymentMonthNotOver, ("month", $"{month:yyyy-MM}"));
        (await grains.Writer(region).DecideAsync(run, clock.Today, refusal, () => Entries.Note(run.Header(clock.Today, "")))).OrThrow();
        var all = new RegistryQuery(region, PrepaymentGrainState.Kind) { Limit = AtOnce };
        report.Expect(await registry.CountAsync(all, cancellation));
        IReadOnlyList<RegistryRow<PrepaymentGrainState>> page;
        do
        {
            page = await registry.ListAsync<PrepaymentGrainState>(all, cancellation);
            var tally = new RunTally();
            IEnumerable<Task<Reply<long>>> calls = page.Select(row => row.IsReadable
                ? grains.GetGrain<IPrepaymentGrain>(region, row.Key).DrawAsync(run, through)
                : Task.FromResult<Reply<long>>(Reason.StateUnreadable));
            foreach (Reply<long> reply in await Task.WhenAll(calls))
            {
                // If the writer can't write now, stop: the next call of this run goes on.
                if (reply.Refusal is { } outage && outage.IsTransient()) throw Problem.Of(outage);
                if (reply.Refusal is { } left) tally.Skip(left.Reason);
                else if (reply.Value > 0) tally.Change(Unit.Fen, reply.Value);
                else tally.Look();
            }
            yield return tally.ToPage(null);
            if (page.Count > 0) all = all with { After = page[^1].Cursor };
        }
        while (page.Count == AtOnce);
    }
}
