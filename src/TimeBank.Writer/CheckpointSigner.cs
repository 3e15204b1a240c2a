using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Writer;

/// <summary>
/// Signs the heads of the journals: after a batch, at most one checkpoint a second for each region, and never one that contradicts an
/// earlier checkpoint. The signer works beside the writers. A writer waits for it only once: for the check when it reads its head.
/// </summary>
/// <param name="time">The real time, even where a demonstration moves the business clock.</param>
public sealed class CheckpointSigner(ITreeStore store, ISignedHeads outside, ICheckpointKeys keys, TimeProvider time,
    ILogger<CheckpointSigner> log) : IJournalWatch, IDisposable
{
    private readonly JournalGuard _guard = new(store, outside, keys.Check);
    private readonly ConcurrentDictionary<RegionCode, RegionSigner> _regions = new();
    private readonly ConcurrentDictionary<RegionCode, string> _refused = new();
    private readonly CancellationTokenSource _ended = new();

    public IReadOnlyDictionary<RegionCode, string> Refused => _refused;

    public async ValueTask<LedgerHead> LoadAsync(RegionCode region, Func<ValueTask<LedgerHead>> read, CancellationToken cancellation)
    {
        try
        {
            IReadOnlyList<Checkpoint> signed = await _guard.SignedAsync(region, cancellation);
            LedgerHead head = await read();
            await _guard.CheckAsync(region, head.Size, head.Tree.Root, signed, cancellation);
            _refused.TryRemove(region, out _);
            // Sign entries that a crash left unsigned.
            Stored(head);
            return head;
        }
        catch (JournalRolledBackException error)
        {
            _refused[region] = error.Message;
            throw;
        }
    }

    public void Stored(LedgerHead head)
    {
        if (head.Size > 0) _regions.GetOrAdd(head.Region, region => new RegionSigner(region, SignAsync, time, log, _ended.Token))
            .Offer(head);
    }

    /// <summary>
    /// Signs a durable head, unless a later one is signed already. Tries once; false where another server signed meanwhile: the region's
    /// signer then tries again.
    /// </summary>
    /// <exception cref="JournalRolledBackException">The head contradicts a signed checkpoint.</exception>
    private async Task<bool> SignAsync(LedgerHead head, CancellationToken cancellation)
    {
        await TreeNodes.ExtendAsync(store, head.Region, head.Size, cancellation);
        string? before = await store.SignedAsync(head.Region, cancellation);
        IReadOnlyList<Checkpoint> signed = await _guard.SignedAsync(head.Region, cancellation);
        // Another server signed a later head.
        if (signed.Any(checkpoint => checkpoint.Size > head.Size)) return true;
        await _guard.CheckAsync(head.Region, head.Size, head.Tree.Root, signed, cancellation);
        IReadOnlyList<NoteSigner> signers = keys.Of(head.Region);
        if (before is not null && IsSigned(SignedNote.Parse(before), head, signers)) return true;
        SignedNote next = new Checkpoint(keys.OriginOf(head.Region), head.Size, head.Tree.Root).Sign(signers, time.GetUtcNow());
        // Outside first: restoring the database must not make us forget a published checkpoint.
        outside.Write(head.Region, next);
        return await store.SignAsync(head.Region, before, next.ToString(), cancellation);
    }

    /// <summary>True where there is nothing new to sign: no new entry and no new key.</summary>
    private static bool IsSigned(SignedNote note, LedgerHead head, IReadOnlyList<NoteSigner> signers) =>
        Checkpoint.Parse(note.Text).Size == head.Size
            && signers.All(
            signer => note.Signatures.Any(signature => signature.Name == signer.Key.Name && signature.KeyId == signer.Key.Id));

    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }
}

/// <summary>The names and keys that sign the checkpoints of each region.</summary>
public interface ICheckpointKeys
{
    /// <summary>The name of the region's tree and of its keys, such as <c>timebank.example/430211</c>.</summary>
    string OriginOf(RegionCode region);

    /// <summary>All keys that sign now. During a key rotation these are the old and the new ones.</summary>
    IReadOnlyList<NoteSigner> Of(RegionCode region);

    /// <summary>Checks whether one of these keys signed a note.</summary>
    NoteStatus Check(RegionCode region, SignedNote note);
}

/// <summary>Watches the heads of the writers' journals: before they write, and after.</summary>
public interface IJournalWatch
{
    /// <summary>Reads the head by the given function, and checks that a writer may continue from it.</summary>
    /// <exception cref="JournalRolledBackException">No writer may continue from this head.</exception>
    ValueTask<LedgerHead> LoadAsync(RegionCode region, Func<ValueTask<LedgerHead>> read, CancellationToken cancellation);

    /// <summary>The regions whose journals must not be written, by the last check in this process, and why.</summary>
    IReadOnlyDictionary<RegionCode, string> Refused { get; }

    /// <summary>Takes note of a durable batch. Returns at once and never throws.</summary>
    void Stored(LedgerHead head);
}

/// <summary>
/// Decides when a region's heads are signed: the latest one at once, later ones at most one a second. It runs only while there is something
/// to sign.
/// </summary>
/// <param name="sign">Signs a head. False: try it again.</param>
internal sealed class RegionSigner(RegionCode region, Func<LedgerHead, CancellationToken, Task<bool>> sign, TimeProvider time, ILogger log,
    CancellationToken ended)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _turn = new();
    private LedgerHead? _latest;
    private bool _running;

    public void Offer(LedgerHead head)
    {
        lock (_turn)
        {
            if (_latest is null || head.Size > _latest.Size) _latest = head;
            if (_running || ended.IsCancellationRequested) return;
            _running = true;
        }
        // On another thread, so that the writer does not wait.
        _ = Task.Run(RunAsync, CancellationToken.None);
    }

    private async Task RunAsync()
    {
        TimeSpan pause = Pause;
        try
        {
            while (Take() is { } head)
            {
                if (await TrySignAsync(head))
                {
                    pause = Pause;
                }
                else
                {
                    pause = pause + pause < LongestPause ? pause + pause : LongestPause;
                    Offer(head);
                }
                await Task.Delay(pause, time, ended);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops. A writer that reads its head after the next start has the rest signed.
        }
    }

    private LedgerHead? Take()
    {
        lock (_turn)
        {
            LedgerHead? head = _latest;
            _latest = null;
            _running = head is not null;
            return head;
        }
    }

    private async Task<bool> TrySignAsync(LedgerHead head)
    {
        try
        {
            return await sign(head, ended);
        }
        catch (JournalRolledBackException error)
        {
            log.LogCritical(error, "The head of {Region} is not signed.", region);
            return true;
        }
        catch (StorageUnavailableException error)
        {
            log.LogWarning(error, "The head of {Region} can't be signed now.", region);
            return false;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (ended.IsCancellationRequested) return true;
            log.LogError(error, "The head of {Region} was not signed.", region);
            return false;
        }
    }
}

/// <summary>
/// Rings when a writer of this process has stored a batch. It stands before the journals' watch; where nobody waits, a batch costs one
/// look-up more. Writers of other servers ring there alone, so a waiter also looks from time to time.
/// </summary>
public sealed class JournalBell(IJournalWatch watch) : IJournalWatch
{
    private readonly ConcurrentDictionary<RegionCode, TaskCompletionSource> _waiting = new();

    public IReadOnlyDictionary<RegionCode, string> Refused => watch.Refused;

    /// <summary>Completes after the next batch. Take it before you look: a batch that the look misses completes it.</summary>
    public Task Grown(RegionCode region) => _waiting.GetOrAdd(
        region, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public ValueTask<LedgerHead> LoadAsync(RegionCode region, Func<ValueTask<LedgerHead>> read, CancellationToken cancellation) =>
        watch.LoadAsync(region, read, cancellation);

    public void Stored(LedgerHead head)
    {
        watch.Stored(head);
        if (_waiting.TryRemove(head.Region, out TaskCompletionSource? waiting)) waiting.SetResult();
    }
}
