using System.Globalization;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>Checks that a journal continues its signed checkpoints: the one in the database and the copy outside.</summary>
/// <param name="check">Says whether a region's own keys signed a note: an attacker who can change the database can change its checkpoint
/// too.</param>
public sealed class JournalGuard(ITreeStore store, ISignedHeads outside, Func<RegionCode, SignedNote, NoteStatus> check)
{
    /// <summary>
    /// The signed checkpoints. Read them before the head that you check: another server may sign a later one at any time, and that is no
    /// contradiction.
    /// </summary>
    /// <exception cref="JournalRolledBackException">A checkpoint is unreadable, or none of our keys signed it.</exception>
    public async ValueTask<IReadOnlyList<Checkpoint>> SignedAsync(RegionCode region, CancellationToken cancellation) =>
        [.. new[] { outside.Read(region), await store.SignedAsync(region, cancellation) }.OfType<string>()
            .Select(note => Read(region, note))];

    /// <summary>Checks that a head continues the given checkpoints.</summary>
    /// <exception cref="JournalRolledBackException">The journal is shorter than a checkpoint, or begins with other entries.</exception>
    public async ValueTask CheckAsync(RegionCode region, long size, Digest root, IEnumerable<Checkpoint> signed,
        CancellationToken cancellation)
    {
        foreach (Checkpoint checkpoint in signed.Distinct()) await CheckAsync(region, size, root, checkpoint, cancellation);
    }

    private async ValueTask CheckAsync(RegionCode region, long size, Digest root, Checkpoint signed, CancellationToken cancellation)
    {
        if (size < signed.Size)
        {
            throw new JournalRolledBackException(string.Create(CultureInfo.InvariantCulture,
                $"The journal of region {region} has {size} entries, but a checkpoint of {signed.Size} was signed: the database is an "
                + $"older state, or another one than this folder of checkpoints belongs to. Nothing is written to it. Restore a database "
                + $"that has all {signed.Size} entries."));
        }
        var proof = await new TreeProofs(new JournalTiles(store, region), size).ConsistencyAsync(signed.Size, size, cancellation);
        if (MerkleProof.CheckConsistency(signed.Size, size, signed.Root, root, proof) != ProofStatus.Sound)
        {
            throw new JournalRolledBackException(string.Create(CultureInfo.InvariantCulture,
                $"The journal of region {region} doesn't begin with the {signed.Size} entries of the checkpoint that was signed: "
                + $"the database was restored or changed. Nothing is written to it. "
                + $"Restore a database with these entries, and verify it."));
        }
    }

    private Checkpoint Read(RegionCode region, string text)
    {
        try
        {
            var note = SignedNote.Parse(text);
            return check(region, note) switch
            {
                NoteStatus.Signed => Checkpoint.Parse(note.Text),
                NoteStatus.BadSignature => throw new JournalRolledBackException(
                    $"The last signed checkpoint of region {region} has a signature that isn't over this text: it was changed. "
                    + "Nothing is written before that is mended."),
                NoteStatus.UnknownKeys => throw new OtherKeysException(
                    $"The last signed checkpoint of region {region} is signed by none of the keys here: they, or TimeBank:Origin, are "
                    + "others than those that the database was signed with. Nothing is written before that is mended. Start the server "
                    + "with the data folder or the keys that it had; where keys are exchanged, the old one is kept beside the new one "
                    + "until both have signed."),
            };
        }
        catch (FormatException unreadable)
        {
            throw new JournalRolledBackException(
                $"The last signed checkpoint of region {region} can't be read: {unreadable.Message} "
                + "Nothing is written before it is restored.");
        }
    }
}
