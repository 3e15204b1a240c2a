using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Where a region's journal is kept, for its writer. Every call may throw <see cref="StorageUnavailableException"/>; an append
/// that did may or may not have happened, so whoever called it reads the head again before doing anything else.
/// </summary>
public interface ILedgerStore
{
    /// <summary>The head of a region's journal; an empty one where it has never been written.</summary>
    ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation);

    ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation);

    /// <summary>
    /// Stores the batch durably, all or nothing. False: the head is not <c>Before</c>, so another writer exists, and nothing was stored.
    /// </summary>
    /// <exception cref="AppendRefusedException">The batch breaks an invariant that the store guards; nothing was stored.</exception>
    ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation);
}

/// <summary>
/// What proofs of a region's journal are made from: the leaves, which the append writes; the roots of full tiles, which are derived from
/// them later; and
/// the last signed checkpoint. Every call may throw <see cref="StorageUnavailableException"/>.
/// </summary>
public interface ITreeStore
{
    /// <summary>The leaves of the entries from an index on, up to a count; fewer where the journal ends.</summary>
    ValueTask<IReadOnlyList<Digest>> LeavesAsync(RegionCode region, long from, int count, CancellationToken cancellation);

    /// <summary>The roots of full tiles of the level below, from an index on; fewer where no more are kept yet.</summary>
    /// <param name="level">1 to 7, as <see cref="Tile.Level"/>.</param>
    ValueTask<IReadOnlyList<Digest>> NodesAsync(RegionCode region, int level, long from, int count, CancellationToken cancellation);

    /// <summary>How many nodes of a level are kept. They are dense from 0.</summary>
    ValueTask<long> CountNodesAsync(RegionCode region, int level, CancellationToken cancellation);

    /// <summary>Keeps nodes from an index on; those that are there stay as they are.</summary>
    ValueTask AddNodesAsync(RegionCode region, int level, long from, IReadOnlyList<Digest> nodes, CancellationToken cancellation);

    /// <summary>The signed note of the last checkpoint; null where none has been signed.</summary>
    ValueTask<string?> SignedAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>Durably makes a note the last one, if the last one is still <paramref name="before"/>.</summary>
    ValueTask<bool> SignAsync(RegionCode region, string? before, string note, CancellationToken cancellation);
}

/// <summary>
/// The last signed checkpoint of each region once more, outside the database: whatever becomes of the database, what was once signed is
/// known.
/// Every call may throw <see cref="StorageUnavailableException"/>.
/// </summary>
public interface ISignedHeads
{
    /// <summary>The signed note; null where none has been signed.</summary>
    string? Read(RegionCode region);

    /// <summary>Durably takes a note's place, unless what is there is of a larger tree.</summary>
    void Write(RegionCode region, SignedNote note);

    IReadOnlyList<RegionCode> Regions();
}

/// <summary>
/// The store refused a batch that breaks an invariant: a negative counter, a broken limit, an id or index that is there already, a hold
/// ended
/// or an entry reversed twice. It is the last line of defence behind <see cref="Decide"/>, so reaching it is a bug. Nothing was stored.
/// </summary>
public sealed class AppendRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The store can't be used now: its disk is full, its file locked or broken, its server down. Callers may try again later.
/// </summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The journal isn't a continuation of a checkpoint that was signed: the database was restored to an older state, or changed. Writing on
/// would make a second history
/// under the same name, so nothing is written until an operator has seen to it.
/// </summary>
public class JournalRolledBackException(string message) : Exception(message)
{
    public virtual Reason Reason => Reason.JournalRolledBack;
}

/// <summary>
/// The last checkpoint is signed by none of the server's keys, so nobody can say whether the journal goes on from it. The keys are wrong,
/// or the checkpoint is.
/// </summary>
public sealed class OtherKeysException(string message) : JournalRolledBackException(message)
{
    public override Reason Reason => Reason.SignedByOtherKeys;
}

/// <summary>The tiles of a region's journal: leaves and kept nodes, and nodes not kept yet made from what is below them.</summary>
public sealed class JournalTiles(ITreeStore store, RegionCode region) : ITileSource
{
    /// <exception cref="JournalRolledBackException">Entries that should be there are missing.</exception>
    public async ValueTask<IReadOnlyList<Digest>> ReadAsync(Tile tile, CancellationToken cancellation)
    {
        if (tile.Level == 0)
        {
            IReadOnlyList<Digest> leaves = await store.LeavesAsync(region, tile.First, tile.Width, cancellation);
            return leaves.Count == tile.Width
                ? leaves : throw new JournalRolledBackException(
                $"The journal of {region} lacks entries from {tile.First + leaves.Count} on.");
        }
        IReadOnlyList<Digest> kept = await store.NodesAsync(region, tile.Level, tile.First, tile.Width, cancellation);
        if (kept.Count == tile.Width) return kept;
        List<Digest> hashes = [.. kept];
        while (hashes.Count < tile.Width) hashes.Add(await RootAsync(tile.Level - 1, tile.First + hashes.Count, cancellation));
        return hashes;
    }

    /// <summary>The root of a full tile.</summary>
    internal async ValueTask<Digest> RootAsync(int level, long index, CancellationToken cancellation) =>
        TreeProofs.Fold([.. await ReadAsync(new Tile(level, index, Tile.FullWidth), cancellation)]);
}
