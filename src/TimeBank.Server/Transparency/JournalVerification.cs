using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Verifies a database by itself, and then against the signed checkpoints, the last of which is kept outside the database: only those show
/// that entries are missing at the end.
/// </summary>
public static class JournalVerification
{
    /// <param name="keys">The signing keys; null: signatures are not checked.</param>
    /// <param name="unsigned">The regions without a checkpoint outside the database: entries missing at their ends go unnoticed.</param>
    /// <exception cref="FileNotFoundException">There is no database.</exception>
    /// <exception cref="StorageUnavailableException">The database or the checkpoints cannot be read now.</exception>
    public static Verification Run(StorageEngine engine, ISignedHeads outside, ICheckpointKeys? keys,
        out IReadOnlyList<RegionCode> unsigned, CancellationToken cancellation)
    {
        (Verification verification, unsigned) = RunAsync(engine, outside, keys, cancellation).GetAwaiter().GetResult();
        return verification;
    }

    private static async Task<(Verification Verification, IReadOnlyList<RegionCode> Unsigned)> RunAsync(
        StorageEngine engine, ISignedHeads outside, ICheckpointKeys? keys, CancellationToken cancellation)
    {
        var guard = new JournalGuard(engine.Trees, outside, keys is null ? (_, _) => NoteStatus.Signed : keys.Check);
        var unsigned = new List<RegionCode>();
        Verification verification = engine.Verify(cancellation);
        foreach (RegionCode region in verification.Regions.Select(verified => verified.Region).Union(outside.Regions()).Order())
        {
            if (!verification.IsSound) break;
            string where = $"regions/{region}/head";
            try
            {
                IReadOnlyList<Checkpoint> signed = await guard.SignedAsync(region, cancellation);
                // Checkpoints inside the database don't count: a restored backup brings its own, which cannot show what it lacks.
                if (outside.Read(region) is null) unsigned.Add(region);
                // A running server may have written and signed since the verification: verify again.
                if (signed.Any(checkpoint => checkpoint.Size > Of(verification, region).Entries)) verification =
                    engine.Verify(cancellation);
                VerifiedRegion found = Of(verification, region);
                // Verify the nodes first: the guard needs them to compare the checkpoints with the head.
                verification = verification with
                {
                    Finding = verification.Finding
                    ?? await TreeNodes.VerifyAsync(engine.Trees, region, found.Entries, cancellation)
                };
                if (verification.IsSound) await guard.CheckAsync(region, found.Entries, found.Root, signed, cancellation);
            }
            catch (JournalRolledBackException contradicts)
            {
                verification =
                    verification with
                    {
                        Finding = new Finding(where, "signed checkpoint", "a journal that goes on from it",
                    contradicts.Message)
                    };
            }
        }
        return (verification, unsigned);
    }

    private static VerifiedRegion Of(Verification verification, RegionCode region) =>
        verification.Regions.FirstOrDefault(verified => verified.Region == region)
            ?? new VerifiedRegion(region, 0, 0, 0, MerkleFrontier.Empty.Root);
}

/// <summary>
/// Before the server listens, tells the business clock the time of each journal's last entry. After the start, wakes each region's writer
/// with an empty question: the writer reads its head and signs what a crash left unsigned, and the log names a journal that must not be
/// written.
/// </summary>
public sealed class JournalWaker(
    IGrainFactory grains, ILedgerReader ledger, ISignedHeads signed, IJournalWatch watch, BusinessClock clock,
    IHostApplicationLifetime lifetime, ILogger<JournalWaker> log)
    : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (RegionCode region in await ledger.RegionsAsync(cancellationToken))
        {
            clock.Saw((await ledger.ReadHeadAsync(region, cancellationToken)).Time);
        }
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration starting = lifetime.ApplicationStarted.Register(started.SetResult),
            stopping = stoppingToken.Register(() => started.TrySetCanceled());
        try
        {
            await started.Task;
            // Only now: the silo's start restores a demonstration's clock. `timebank up` looks for this line.
            if (clock.Doubt() is { } doubt) log.LogCritical("CLOCK_DOUBTFUL: {Explanation}", doubt);
            foreach (RegionCode region in (await ledger.RegionsAsync(stoppingToken)).Union(signed.Regions())) await WakeAsync(region);
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
            await grains.GetGrain<ILedgerGrain>(region.ToString()).AccountsAsync([]);
        }
        catch (JournalRolledBackException error)
        {
            // The operator gets the whole explanation, callers only a part. `timebank up` looks for this line.
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
