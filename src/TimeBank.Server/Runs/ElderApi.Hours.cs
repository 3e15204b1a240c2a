using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>The runs that issue and end hours: a page of elders at a time, with progress after each.</content>
public sealed partial class ElderApi
{
    private const int RunPage = 100;

    public override async Task IssueHours(IssueHoursRequest request, IServerStreamWriter<RunProgress> stream, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        DateOnly month = read.Month(request.Month, "month");
        ResourceName? elder = read.ResourceOrNull(request.Elder, "elder", PersonContract.Elders);
        if (elder is { } one) read.SameRegion(region, one, "elder");
        read.Check();
        RegionGrains.RequireRegion(region);

        Command run = context.Command(request, id);
        if (elder is { } only)
        {
            await IssueToOneAsync(run, month, only, stream);
            return;
        }
        DateOnly today = clock.Today;
        ILedgerGrain writer = grains.Ledger(region);
        if (!await grains.IsKnownAsync(region, run))
        {
            if (month.Year != today.Year || month.Month != today.Month) throw Problem.Of(Reason.MonthNotCurrent);
            if (await writer.NoteDayAsync(run, today) is { } notNoted) throw Problem.Of(notNoted);
        }
        await BeginAsync(region, run);
        DateOnly judged = await writer.DayOfAsync(run, month, today);
        if (!request.ValidateOnly) await settlement.LookAtDueHoldsAsync(region, _ => true);
        await RunAsync(region, stream, context, person => person.IssueHoursAsync(run, month, judged), (tally, issued) =>
            tally.Change(Unit.Minutes, issued));
    }

    public override async Task ExpireHours(ExpireHoursRequest request, IServerStreamWriter<RunProgress> stream, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        RegionGrains.RequireRegion(region);

        Command run = context.Command(request, id);
        await BeginAsync(region, run);
        await RunAsync(region, stream, context, person => person.EndHoursAsync(run), (tally, ended) =>
        {
            if (ended > 0) tally.Change(Unit.Minutes, ended);
            else tally.Look();
        });
        // Last, so that the run counts what its dry run counted: what a hold gives back ends with its order, and not by this run.
        if (!request.ValidateOnly) await settlement.LookAtDueHoldsAsync(region, _ => true);
    }

    /// <summary>A run remembers its id, so that it can't be used for another one; what it did to whom stands in its entries.</summary>
    private async Task BeginAsync(RegionCode region, Command run)
    {
        Outcome begun = await grains.Ledger(region).DecideAsync(Entries.Note(run.Header(clock.Today, "")), run.IsDryRun);
        if (begun.Refusal is { } refusal) throw Problem.Of(refusal);
    }

    private async Task RunAsync<T>(
        RegionCode region, IServerStreamWriter<RunProgress> stream, ServerCallContext context, Func<IElderGrain, Task<Reply<T>>> one,
            Action<RunTally, T> count)
        where T : notnull
    {
        var elders = new RegistryQuery(region, ElderState.Kind) { Limit = RunPage };
        var report = new RunReport(clock.Now);
        report.Expect(await registry.CountAsync(elders, context.CancellationToken));
        IReadOnlyList<RegistryRow<ElderState>> page;
        do
        {
            page = await registry.ListAsync<ElderState>(elders, context.CancellationToken);
            var tally = new RunTally();
            IEnumerable<Task<Reply<T>>> calls = page.Select(row => row.IsReadable
                ? one(grains.GetGrain<IElderGrain>($"{region}/{row.Key}"))
                : Task.FromResult<Reply<T>>(Reason.StateUnreadable));
            foreach (Reply<T> reply in await Task.WhenAll(calls))
            {
                // A writer that can't write now breaks the run off, and it goes on when it is called again.
                if (reply.Refusal is { } refusal && refusal.IsTransient()) throw Problem.Of(refusal);
                if (reply.Refusal is { } skipped) tally.Skip(skipped.Reason);
                else count(tally, reply.Value!);
            }
            report.Add(tally.ToMessage(null));
            await stream.WriteAsync(report.ToContract(), context.CancellationToken);
            if (page.Count > 0) elders = elders with { After = page[^1].Cursor };
        }
        while (page.Count == RunPage);
        await stream.WriteAsync(report.ToContract(clock.Now), context.CancellationToken);
    }

    /// <summary>One elder is asked for by name: what stands against it is the answer, and remembered.</summary>
    private async Task IssueToOneAsync(Command run, DateOnly month, ResourceName elder, IServerStreamWriter<RunProgress> stream)
    {
        ILedgerGrain writer = grains.Ledger(elder.Region);
        var report = new RunReport(clock.Now);
        var tally = new RunTally();
        Outcome? known = await writer.FindAsync(run.Id);
        if (known is not null && known.RequestDigest != Digest.Parse(run.RequestDigest)) throw Problem.Of(Reason.RequestIdReused);
        if (known?.Refusal is { } stored) throw Problem.Of(stored);

        Reply<long> reply = await grains.Elder(elder).IssueHoursAsync(run, month);
        if (reply.Refusal is { } transient && transient.IsTransient()) throw Problem.Of(transient);
        Outcome outcome = await writer.DecideAsync(run, clock.Today, reply.Refusal, () =>
            Entries.Note(run.Header(clock.Today, "")));
        if (outcome.Refusal is { } refusal) throw Problem.Of(refusal);
        tally.Change(Unit.Minutes, reply.OrThrow());
        report.Add(tally.ToMessage(null));
        await stream.WriteAsync(report.ToContract(clock.Now));
    }
}
