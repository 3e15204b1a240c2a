using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace TimeBank.Proofs;

/// <summary>
/// A proof together with its entry. The proof's extra data is the salt followed by the entry's stored bytes; their SHA-256 is the data of
/// the leaf.
/// </summary>
public static class Receipt
{
    public const int SaltBytes = 16;

    /// <summary>Checks a proof offline. The signature comes first: nothing else can be trusted before it.</summary>
    /// <param name="leaf">The entry's leaf, which the holder derives from salt and bytes.</param>
    /// <param name="keys">The keys that the holder trusts. The log's key has the origin as its name.</param>
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
        // A log's key speaks only for the log of its name. A witness's key speaks for no log.
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

    /// <summary>The leaf of the entry in a proof's extra data; null where there is none.</summary>
    public static Digest? LeafOf(ReadOnlySpan<byte> extra) => extra.Length > SaltBytes
        ? MerkleFrontier.EntryLeaf(extra[..SaltBytes], extra[SaltBytes..]) : null;
}

/// <summary>The result of checking a receipt, in the order of the checks.</summary>
public enum ReceiptStatus
{
    /// <summary>The entry is in the journal that the key's owner signed.</summary>
    Sound,

    /// <summary>No key that the holder trusts has signed the checkpoint.</summary>
    UnknownKeys,

    /// <summary>A signature under a trusted key's name and id is not that key's.</summary>
    BadSignature,

    /// <summary>The signed text is not a checkpoint.</summary>
    NoCheckpoint,

    /// <summary>The checkpoint is of another journal than the one named by the key.</summary>
    OtherOrigin,

    /// <summary>The signed tree has no entry of that index.</summary>
    OutOfRange,

    /// <summary>The proof has too few hashes.</summary>
    ProofTooShort,

    /// <summary>The proof has too many hashes.</summary>
    ProofTooLong,

    /// <summary>The entry, or a hash of the proof, is not the one in the signed tree.</summary>
    OtherRoot,
}

/// <summary>
/// A proof for one entry that needs no server: index, hashes and signed checkpoint. Source: c2sp.org/tlog-proof, version 1.
/// </summary>
/// <param name="Extra">Data from which the leaf is made, not authenticated by itself; empty where the holder has it already.</param>
/// <param name="Hashes">From the leaf's sibling upwards.</param>
public sealed record TlogProof(ReadOnlyMemory<byte> Extra, long Index, ImmutableArray<Digest> Hashes, SignedNote Checkpoint)
{
    private const string FirstLine = "c2sp.org/tlog-proof@v1", ExtraMark = "extra ", IndexMark = "index ";
    private const int MaxHashes = 63;

    /// <exception cref="FormatException">The bytes are not a proof; the message says why.</exception>
    public static TlogProof Parse(ReadOnlySpan<byte> utf8)
    {
        string text = SignedNote.Read(utf8, "proof");
        int end = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0) throw new FormatException("The proof has no empty line before its checkpoint.");
        var lines = new Queue<string>(text[..end].Split('\n'));
        if (lines.Dequeue() != FirstLine) throw new FormatException($"The proof doesn't begin with the line {FirstLine}.");
        byte[] extra = TakeMarked(lines, ExtraMark) is { } encoded ? Canonical.Base64(encoded, "extra data") : [];
        long index = Canonical.Number(
            TakeMarked(lines, IndexMark) ?? throw new FormatException("The proof has no index line where one must be."), "proof's index");
        if (lines.Count > MaxHashes) throw new FormatException($"The proof has more than {MaxHashes} hashes.");
        return new TlogProof(extra, index, [.. lines.Select(line => Canonical.Hash(line, "proof's hash"))],
            SignedNote.Parse(Encoding.UTF8.GetBytes(text[(end + 2)..])));
    }

    public override string ToString()
    {
        var text = new StringBuilder($"{FirstLine}\n");
        if (!Extra.IsEmpty) text.Append(CultureInfo.InvariantCulture, $"{ExtraMark}{Convert.ToBase64String(Extra.Span)}\n");
        text.Append(CultureInfo.InvariantCulture, $"{IndexMark}{Index}\n");
        foreach (Digest hash in Hashes) text.Append(Convert.ToBase64String(hash.ToArray())).Append('\n');
        return text.Append('\n').Append(Checkpoint).ToString();
    }

    private static string? TakeMarked(Queue<string> lines, string mark) =>
        lines.TryPeek(out string? line) && line.StartsWith(mark, StringComparison.Ordinal) ? lines.Dequeue()[mark.Length..] : null;
}
