using Orleans;
using TimeBank.Grains;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Before the server listens, shows the clock where the journals end. Then asks each region's writer for nothing, so that it reads its
/// head: what a crash left unsigned is signed, and a journal that must not be written is named at once.
/// </summary>
public sealed class JournalWaker(
    IGrainFactory grains, ILedgerReader reader, ISignedHeads signed, IJournalWatch watch, BusinessClock clock,
    IHostApplicationLifetime lifetime, ILogger<JournalWaker> log)
    : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (RegionCode region in await reader.RegionsAsync(cancellationToken))
        {
            clock.Saw((await reader.ReadHeadAsync(region, cancellationToken)).Time);
        }
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration starting = lifetime.ApplicationStarted.Register(started.SetResult), stopping = stoppingToken.Register(() => started.TrySetCanceled());
        try
        {
            await started.Task;
            // Not before: a demonstration's clock stands where it stood only once the silo has started. `timebank up` looks for such a line.
            if (clock.Doubt() is { } doubt) log.LogCritical("CLOCK_DOUBTFUL: {Explanation}", doubt);
            foreach (RegionCode region in (await reader.RegionsAsync(stoppingToken)).Union(signed.Regions())) await WakeAsync(region);
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
        catch (StorageUnavailableException error)
        {
            log.LogWarning(error, "The journals can't be looked at now; their writers will do so themselves.");
        }
    }

    private async Task WakeAsync(RegionCode region)
    {
        try
        {
            await grains.GetGrain<ILedgerGrain>(region.ToString()).AccountsAsync(new AccountPathsMessage([]));
        }
        catch (JournalRolledBackException error)
        {
            // Callers are told less than the operator. `timebank up` looks for such a line.
            string why = watch.Refused.GetValueOrDefault(region) ?? error.Message;
            string reason = ReasonCatalogue.Name(error.Reason);
            log.LogError("{Reason}: region {Region}: {Explanation} `timebank verify` says more.", reason, region, why);
        }
        catch (Exception error) when (Outage.Is(error))
        {
            log.LogWarning(error, "The journal of {Region} can't be used now.", region);
        }
    }
}
