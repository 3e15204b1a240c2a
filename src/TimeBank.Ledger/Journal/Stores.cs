using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Stores the regions' journals for their writers. Every call may throw <see cref="StorageUnavailableException"/>. After that exception an
/// append may or may not have happened: the caller reads the head again before it does anything else.
/// </summary>
public interface ILedgerStore
{
    /// <summary>The head of a region's journal; an empty head where nothing was ever written.</summary>
    ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>Looks up outcomes, accounts and linked entries before a batch is decided.</summary>
    ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation);

    /// <summary>
    /// Stores the batch durably, all or nothing. False: the head is no longer <c>Before</c>, so another writer exists; nothing was stored.
    /// </summary>
    /// <exception cref="AppendRefusedException">The batch breaks an invariant that the store guards; nothing was stored.</exception>
    ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation);
}

/// <summary>
/// Keeps what proofs of a region's journal are made from: the leaves, which an append writes; the roots of full tiles, which the signer
/// derives later; and the last signed checkpoint. Every call may throw <see cref="StorageUnavailableException"/>.
/// </summary>
public interface ITreeStore
{
    /// <summary>
    /// At most <paramref name="count"/> leaves, from the entry at <paramref name="from"/> on; fewer where the journal ends.
    /// </summary>
    ValueTask<IReadOnlyList<Digest>> LeavesAsync(RegionCode region, long from, int count, CancellationToken cancellation);

    /// <summary>The roots of full tiles of the level below, from an index on; fewer where the store does not keep more yet.</summary>
    /// <param name="level">1 to 7, as <see cref="Tile.Level"/>.</param>
    ValueTask<IReadOnlyList<Digest>> NodesAsync(RegionCode region, int level, long from, int count, CancellationToken cancellation);

    /// <summary>How many nodes of a level the store keeps. They are dense from 0.</summary>
    ValueTask<long> CountNodesAsync(RegionCode region, int level, CancellationToken cancellation);

    /// <summary>Adds nodes from an index on. Nodes that exist already stay as they are.</summary>
    ValueTask AddNodesAsync(RegionCode region, int level, long from, IReadOnlyList<Digest> nodes, CancellationToken cancellation);

    /// <summary>The signed note of the last checkpoint; null before the first one.</summary>
    ValueTask<string?> SignedAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>Durably replaces the last note. False: the last note is no longer <paramref name="before"/>; nothing was stored.</summary>
    ValueTask<bool> SignAsync(RegionCode region, string? before, string note, CancellationToken cancellation);
}

/// <summary>
/// A second copy of each region's last signed checkpoint, outside the database: if the database is lost or restored, the server still knows
/// what it signed. Every call may throw <see cref="StorageUnavailableException"/>.
/// </summary>
public interface ISignedHeads
{
    /// <summary>The signed note; null before the first one.</summary>
    string? Read(RegionCode region);

    /// <summary>Durably replaces the region's note, unless the kept one is of a larger tree.</summary>
    void Write(RegionCode region, SignedNote note);

    IReadOnlyList<RegionCode> Regions();
}

/// <summary>
/// The store refused a batch that breaks an invariant: a negative counter, a broken limit, an id or index that exists already, a hold ended
/// twice or an entry reversed twice. Nothing was stored. The store is the last line of defence behind <see cref="Decide"/>: except for an
/// id that the writer took for new without a look-up, the cause is a bug.
/// </summary>
public sealed class AppendRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The store can't be used now: disk full, file locked or broken, server down. The caller may try again later.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The journal does not continue a checkpoint that was signed: the database was restored to an older state, or changed. Writing on would
/// make a second history under the same name, so nothing is written until an operator has resolved it.
/// </summary>
public class JournalRolledBackException(string message) : Exception(message)
{
    public virtual Reason Reason => Reason.JournalRolledBack;
}

/// <summary>
/// None of the server's keys signed the last checkpoint, so the server can't tell whether the journal continues it. Either the keys or the
/// checkpoint are wrong.
/// </summary>
public sealed class OtherKeysException(string message) : JournalRolledBackException(message)
{
    public override Reason Reason => Reason.SignedByOtherKeys;
}

/// <summary>
/// Reads the tiles of a region's journal. Level 0 is the leaves. Higher nodes that the store does not keep yet are computed from the level
/// below.
/// </summary>
public sealed class JournalTiles(ITreeStore store, RegionCode region) : ITileSource
{
    /// <exception cref="JournalRolledBackException">The store lacks leaves of entries that should exist.</exception>
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
