using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace TimeBank.Ledger;

/// <summary>A proof for one entry that needs no server: index, hashes and the signed checkpoint. Source: c2sp.org/tlog-proof, version 1.</summary>
/// <param name="Extra">What else the entry's leaf is made from, unauthenticated in itself; empty where the holder brings it.</param>
/// <param name="Hashes">From the leaf's sibling up.</param>
public sealed record TlogProof(ReadOnlyMemory<byte> Extra, long Index, ImmutableArray<Digest> Hashes, SignedNote Checkpoint)
{
    private const string FirstLine = "c2sp.org/tlog-proof@v1", ExtraMark = "extra ", IndexMark = "index ";
    private const int MaxHashes = 63;

    /// <exception cref="FormatException">The bytes are no proof; the message says why.</exception>
    public static TlogProof Parse(ReadOnlySpan<byte> utf8)
    {
        string text = SignedNote.Read(utf8, "proof");
        int end = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0) throw new FormatException("The proof has no empty line before its checkpoint.");
        var lines = new Queue<string>(text[..end].Split('\n'));
        if (lines.Dequeue() != FirstLine) throw new FormatException($"The proof doesn't begin with the line {FirstLine}.");
        byte[] extra = TakeMarked(lines, ExtraMark) is { } encoded ? Canonical.Base64(encoded, "extra data") : [];
        long index = Canonical.Number(TakeMarked(lines, IndexMark) ?? throw new FormatException("The proof has no index line where one must be."), "proof's index");
        if (lines.Count > MaxHashes) throw new FormatException($"The proof has more than {MaxHashes} hashes.");
        return new TlogProof(extra, index, [.. lines.Select(line => Canonical.Hash(line, "proof's hash"))], SignedNote.Parse(Encoding.UTF8.GetBytes(text[(end + 2)..])));
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
