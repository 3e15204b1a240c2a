namespace TimeBank.Ledger;

/// <summary>
/// A proof together with the entry that it is for. The proof's extra data is the salt and the entry's stored bytes, one after the other: their
/// SHA-256 is the data of the leaf.
/// </summary>
public static class Receipt
{
    public const int SaltBytes = 16;

    /// <summary>Checks a proof, offline: signature first, since nothing before it is to be believed.</summary>
    /// <param name="leaf">The entry's leaf, as the holder has made it from salt and bytes.</param>
    /// <param name="keys">The keys of the log that are trusted; its key's name is the origin.</param>
    public static ReceiptStatus Check(TlogProof proof, Digest leaf, IReadOnlyCollection<VerifierKey> keys, Ed25519Check check)
    {
        switch (proof.Checkpoint.Check(keys, check))
        {
            case NoteStatus.Signed: break;
            case NoteStatus.UnknownKeys: return ReceiptStatus.UnknownKeys;
            case NoteStatus.BadSignature: return ReceiptStatus.BadSignature;
        }
        Checkpoint head;
        try
        {
            head = Checkpoint.Parse(proof.Checkpoint.Text);
        }
        catch (FormatException)
        {
            return ReceiptStatus.NoCheckpoint;
        }
        // A log's key speaks for the log of its name, and a witness's for none.
        VerifierKey[] own = [.. keys.Where(key => key.Type == SignatureType.Ed25519 && key.Name == head.Origin)];
        if (own.Length == 0) return ReceiptStatus.OtherOrigin;
        if (proof.Checkpoint.Check(own, check) != NoteStatus.Signed) return ReceiptStatus.UnknownKeys;
        return MerkleProof.CheckInclusion(proof.Index, head.Size, leaf, proof.Hashes, head.Root) switch
        {
            ProofStatus.Sound => ReceiptStatus.Sound,
            ProofStatus.OutOfRange => ReceiptStatus.OutOfRange,
            ProofStatus.TooShort => ReceiptStatus.ProofTooShort,
            ProofStatus.TooLong => ReceiptStatus.ProofTooLong,
            ProofStatus.OtherRoot => ReceiptStatus.OtherRoot,
        };
    }

    /// <summary>The leaf of the entry that a proof's extra data holds; null where it holds none.</summary>
    public static Digest? LeafOf(ReadOnlySpan<byte> extra) => extra.Length > SaltBytes ? MerkleFrontier.EntryLeaf(extra[..SaltBytes], extra[SaltBytes..]) : null;
}
