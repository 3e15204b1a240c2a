namespace TimeBank.Ledger;

/// <summary>
/// What proofs of a region's journal are made from: the leaves, which the append writes; the roots of full tiles, which are derived from them later; and
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
