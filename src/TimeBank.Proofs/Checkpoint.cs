using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace TimeBank.Proofs;

/// <summary>The signed head of a journal's tree: <c>origin, size, root</c>, one line each. Source: c2sp.org/tlog-checkpoint.</summary>
/// <param name="Origin">The name of the tree, such as <c>timebank.example/430211</c>.</param>
/// <param name="Size">The number of entries in the tree.</param>
/// <param name="Extensions">Further lines of another log, with their newlines. Ours adds none.</param>
public sealed record Checkpoint(string Origin, long Size, Digest Root, string Extensions = "")
{
    /// <summary>The text of the note.</summary>
    public string Text =>
        $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Convert.ToBase64String(Root.ToArray())}\n{Extensions}";

    /// <exception cref="FormatException">The note's text is not a checkpoint; the message says why.</exception>
    public static Checkpoint Parse(string text)
    {
        if (!text.EndsWith('\n') || text[..^1]
            .Split('\n') is not [var origin, var size, var root, .. var extensions]) throw new FormatException(
            "A checkpoint has at least three lines: origin, size and root.");
        if (origin.Length == 0 || extensions.Contains("")) throw new FormatException("A line of the checkpoint is empty.");
        return new Checkpoint(origin, Canonical.Number(size, "checkpoint's tree size"), Canonical.Hash(root, "checkpoint's root"),
            string.Concat(extensions.Select(line => $"{line}\n")));
    }

    /// <summary>The checkpoint as a note, signed by the given keys of the log.</summary>
    public SignedNote Sign(IEnumerable<NoteSigner> signers, DateTimeOffset time) =>
        new(Text, [.. signers.Select(signer => signer.Sign(Text, time))]);
}

/// <summary>
/// A witness's signature. It says that the witness saw this checkpoint at a time, and none that contradicts it. Source:
/// c2sp.org/tlog-cosignature, version 1.
/// </summary>
public static class Cosignature
{
    private const int TimeBytes = sizeof(ulong), SignatureBytes = 64;

    /// <summary>The time in a cosignature, in seconds since 1970; null where the bytes are no cosignature.</summary>
    public static ulong? TimeOf(ReadOnlySpan<byte> signature) => signature.Length == TimeBytes + SignatureBytes
        ? BinaryPrimitives.ReadUInt64BigEndian(signature) : null;

    internal static byte[] Make(string text, ulong time, Ed25519Sign sign)
    {
        byte[] signature = new byte[TimeBytes + SignatureBytes];
        BinaryPrimitives.WriteUInt64BigEndian(signature, time);
        sign(Message(text, time)).CopyTo(signature, TimeBytes);
        return signature;
    }

    internal static bool Verifies(ReadOnlySpan<byte> publicKey, string text, ReadOnlySpan<byte> signature, Ed25519Check check) =>
        TimeOf(signature) is { } time && check(publicKey, Message(text, time), signature[TimeBytes..]);

    private static byte[] Message(string text, ulong time) => Encoding.UTF8.GetBytes($"cosignature/v1\ntime {time}\n{text}");
}
