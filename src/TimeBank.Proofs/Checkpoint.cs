using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace TimeBank.Proofs;

/// <summary>
/// The head of a journal's tree, as it is signed: <c>origin, size, root</c>, a line each. Source: c2sp.org/tlog-checkpoint.
/// </summary>
/// <param name="Origin">Whose tree it is, such as <c>timebank.example/430211</c>.</param>
/// <param name="Size">How many entries the tree has.</param>
/// <param name="Extensions">What another log may add, as lines with their newlines; ours adds nothing.</param>
public sealed record Checkpoint(string Origin, long Size, Digest Root, string Extensions = "")
{
    /// <summary>The text of the note.</summary>
    public string Text =>
        $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Convert.ToBase64String(Root.ToArray())}\n{Extensions}";

    /// <exception cref="FormatException">The text of a note is no checkpoint; the message says why.</exception>
    public static Checkpoint Parse(string text)
    {
        if (!text.EndsWith('\n') || text[..^1]
            .Split('\n') is not [var origin, var size, var root, .. var extensions]) throw new FormatException(
            "A checkpoint has at least three lines: origin, size and root.");
        if (origin.Length == 0 || extensions.Contains("")) throw new FormatException("A line of the checkpoint is empty.");
        return new Checkpoint(origin, Canonical.Number(size, "checkpoint's tree size"), Canonical.Hash(root, "checkpoint's root"),
            string.Concat(extensions.Select(line => $"{line}\n")));
    }

    /// <summary>Signed by some keys of the log.</summary>
    public SignedNote Sign(IEnumerable<NoteSigner> signers, DateTimeOffset time) =>
        new(Text, [.. signers.Select(signer => signer.Sign(Text, time))]);
}

/// <summary>
/// What a witness signs: that it saw a checkpoint at a time, and none that contradicts it. Source: c2sp.org/tlog-cosignature, version 1.
/// </summary>
public static class Cosignature
{
    private const int TimeBytes = sizeof(ulong), SignatureBytes = 64;

    /// <summary>The time that a cosignature names, in seconds since 1970; null where it is none.</summary>
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
