using System.Collections.Immutable;
using TimeBank.Grains;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Checkpoints and proofs of the journals, as far as they are signed.</summary>
public sealed class ProofReader(ITreeStore trees, ICheckpointKeys keys)
{
    /// <summary>The last signed checkpoint; null where nothing is signed yet.</summary>
    public async Task<(SignedNote Note, Checkpoint Head)?> SignedAsync(RegionCode region, CancellationToken cancellation)
    {
        if (await trees.SignedAsync(region, cancellation) is not { } text) return null;
        var note = SignedNote.Parse(text);
        return (note, Checkpoint.Parse(note.Text));
    }

    public IEnumerable<string> VerifierKeys(RegionCode region) => keys.Of(region).Select(signer => signer.Key.ToString());

    public ValueTask<ImmutableArray<Digest>> InclusionAsync(RegionCode region, long index, long size, CancellationToken cancellation) => Of(region, size).InclusionAsync(index, size, cancellation);

    public ValueTask<ImmutableArray<Digest>> ConsistencyAsync(RegionCode region, long old, long size, CancellationToken cancellation) => Of(region, size).ConsistencyAsync(old, size, cancellation);

    public ValueTask<IReadOnlyList<Digest>> TileAsync(RegionCode region, Tile tile, CancellationToken cancellation) => new JournalTiles(trees, region).ReadAsync(tile, cancellation);

    private TreeProofs Of(RegionCode region, long size) => new(new JournalTiles(trees, region), size);
}
