using Orleans;
using TimeBank.Grains;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>At start asks each region's writer for nothing, so that it reads its head: what a crash left unsigned is signed, and a journal that must not be written is named at once.</summary>
public sealed class JournalWaker(IGrainFactory grains, ILedgerReader reader, ISignedHeads signed, IHostApplicationLifetime lifetime, ILogger<JournalWaker> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration starting = lifetime.ApplicationStarted.Register(started.SetResult), stopping = stoppingToken.Register(() => started.TrySetCanceled());
        try
        {
            await started.Task;
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
            // What it says is enough, and `timebank up` looks for it.
            log.LogError("JOURNAL_ROLLED_BACK: region {Region}: {Explanation} `timebank verify` says what is missing.", region, error.Message);
        }
        catch (Exception error) when (Outage.Is(error))
        {
            log.LogWarning(error, "The journal of {Region} can't be used now.", region);
        }
    }
}
