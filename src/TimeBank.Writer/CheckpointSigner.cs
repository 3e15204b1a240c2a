using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Writer;

/// <summary>
/// Signs where the journals end: after a batch, at most one checkpoint a second for each region, and never for one that contradicts an
/// earlier one. It runs beside the
/// writers and keeps none of them waiting, but for the one check when a writer reads its head.
/// </summary>
/// <param name="time">The real time, also where a demonstration moves the business's clock.</param>
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
            // What a crash left unsigned.
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
    /// Signs a durable head, unless a later one has been signed. Once is enough: whoever loses against another server tries again.
    /// </summary>
    /// <exception cref="JournalRolledBackException">It contradicts what was signed.</exception>
    private async Task<bool> SignAsync(LedgerHead head, CancellationToken cancellation)
    {
        await TreeNodes.ExtendAsync(store, head.Region, head.Size, cancellation);
        string? before = await store.SignedAsync(head.Region, cancellation);
        IReadOnlyList<Checkpoint> signed = await _guard.SignedAsync(head.Region, cancellation);
        // Another server was faster.
        if (signed.Any(checkpoint => checkpoint.Size > head.Size)) return true;
        await _guard.CheckAsync(head.Region, head.Size, head.Tree.Root, signed, cancellation);
        IReadOnlyList<NoteSigner> signers = keys.Of(head.Region);
        if (before is not null && IsSigned(SignedNote.Parse(before), head, signers)) return true;
        SignedNote next = new Checkpoint(keys.OriginOf(head.Region), head.Size, head.Tree.Root).Sign(signers, time.GetUtcNow());
        // Outside first: what is published can't be forgotten by restoring the database.
        outside.Write(head.Region, next);
        return await store.SignAsync(head.Region, before, next.ToString(), cancellation);
    }

    /// <summary>Whether there is nothing new to sign: no entry, and no key.</summary>
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

/// <summary>In whose name, and with what keys, the checkpoints of a region are signed.</summary>
public interface ICheckpointKeys
{
    /// <summary>The name of the region's tree, which its keys have too; such as <c>timebank.example/430211</c>.</summary>
    string OriginOf(RegionCode region);

    /// <summary>All keys that sign now: while keys are exchanged, the old and the new ones.</summary>
    IReadOnlyList<NoteSigner> Of(RegionCode region);

    /// <summary>Whether one of these keys signed a note.</summary>
    NoteStatus Check(RegionCode region, SignedNote note);
}

/// <summary>Sees where the writers' journals end: before they write, and after.</summary>
public interface IJournalWatch
{
    /// <summary>Reads the head that a writer is to go on from, in the given way, and looks whether it may.</summary>
    /// <exception cref="JournalRolledBackException">Nothing may be written after this head.</exception>
    ValueTask<LedgerHead> LoadAsync(RegionCode region, Func<ValueTask<LedgerHead>> read, CancellationToken cancellation);

    /// <summary>The regions whose journals must not be written, as they were last looked at here, and why.</summary>
    IReadOnlyDictionary<RegionCode, string> Refused { get; }

    /// <summary>A batch is durable. Returns at once, and never throws.</summary>
    void Stored(LedgerHead head);
}
