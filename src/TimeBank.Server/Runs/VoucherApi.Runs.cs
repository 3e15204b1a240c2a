using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>Runs: a page of elders or vouchers at a time, with progress after each.</content>
public sealed partial class VoucherApi
{
    public override async Task IssueVouchers(IssueVouchersRequest request, IServerStreamWriter<RunProgress> stream,
        ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Named(request.Programme, "programme", FundContract.Programmes);
        DateOnly month = read.Month(request.Month, "month");
        read.Check();
        var run = new VoucherRun(context.Command(request, id), month);
        IProgrammeGrain programme = grains.GetGrain<IProgrammeGrain>(name.GrainKey);
        var progress = new RunReport(clock.Now);
        (await programme.BeginIssueAsync(run, context.CancellationToken)).OrThrow();
        progress.Expect(await registry.CountAsync(new RegistryQuery(name.Region, ElderState.Kind), context.CancellationToken));
        string? after = null;
        do
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            RunPage page = await programme.IssueAsync(run, after, context.CancellationToken);
            run = run with { CommittedFen = page.CommittedFen };
            progress.Add(page);
            await stream.WriteAsync(progress.ToContract());
            after = page.Next;
        }
        while (after is not null);
        await stream.WriteAsync(progress.ToContract(clock.Now));
    }

    public override async Task ExpireVouchers(ExpireVouchersRequest request, IServerStreamWriter<RunProgress> stream,
        ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? programme = read.NamedOrNull(request.Programme, "programme", FundContract.Programmes);
        if (programme is { } one) read.SameRegion(region, one, "programme");
        read.Check();
        var run = new ExpiryRun(context.Command(request, id), region, programme is { } only ? Slug.Parse(only.Id) : null, grains, ledger,
            clock);
        var progress = new RunReport(clock.Now);
        Outcome begun = (await run.BeginAsync()).OrThrow();
        if (begun.Replayed)
        {
            RunPage before = await run.DoneBeforeAsync(context.CancellationToken);
            progress.Expect(before.Looked);
            progress.Add(before);
        }
        IReadOnlyList<OpaqueId[]> pages = await run.DueAsync(context.CancellationToken);
        progress.Expect(pages.Sum(page => page.LongLength));
        foreach (OpaqueId[] page in pages)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            progress.Add(await run.ExpireAsync(page));
            await stream.WriteAsync(progress.ToContract());
        }
        await stream.WriteAsync(progress.ToContract(clock.Now));
    }
}
