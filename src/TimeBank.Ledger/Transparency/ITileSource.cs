namespace TimeBank.Ledger;

/// <summary>Where the hashes of a tree come from.</summary>
public interface ITileSource
{
    /// <summary>The tile's hashes, as many as it is wide.</summary>
    ValueTask<IReadOnlyList<Digest>> ReadAsync(Tile tile, CancellationToken cancellation);
}
