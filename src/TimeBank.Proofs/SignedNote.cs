using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace TimeBank.Proofs;

/// <summary>A text with its signatures. Source: c2sp.org/signed-note. Trust nothing of the text before <see cref="Check"/>.</summary>
/// <param name="Text">Ends in a newline.</param>
public sealed record SignedNote(string Text, ImmutableArray<NoteSignature> Signatures)
{
    /// <summary>More than any log's witnesses need. A hostile note must not keep a verifier busy.</summary>
    public const int MaxSignatures = 100, MaxBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="FormatException">The bytes are not a signed note; the message says why.</exception>
    public static SignedNote Parse(ReadOnlySpan<byte> utf8)
    {
        string note = Read(utf8, "note");
        int end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0) throw new FormatException("The note has no empty line between its text and its signatures.");
        string signatures = note[(end + 2)..];
        if (!signatures.EndsWith('\n')) throw new FormatException("The note doesn't end with a signature line and a newline.");
        string[] lines = signatures[..^1].Split('\n');
        if (lines.Length > MaxSignatures) throw new FormatException($"The note has more than {MaxSignatures} signatures.");
        return new SignedNote(note[..(end + 1)], [.. lines.Select(NoteSignature.Parse)]);
    }

    public static SignedNote Parse(string note) => Parse(Encoding.UTF8.GetBytes(note));

    /// <summary>Checks the signatures of known keys. Signatures of other keys are ignored.</summary>
    public NoteStatus Check(IReadOnlyCollection<VerifierKey> keys, Ed25519Check check)
    {
        bool signed = false;
        foreach (NoteSignature signature in Signatures)
        {
            VerifierKey[] named = [.. keys.Where(signature.IsBy)];
            if (named.Length == 0) continue;
            if (!named.Any(key => key.Verifies(Text, signature, check))) return NoteStatus.BadSignature;
            signed = true;
        }
        return signed ? NoteStatus.Signed : NoteStatus.UnknownKeys;
    }

    public SignedNote With(NoteSignature signature) => this with { Signatures = Signatures.Add(signature) };

    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(signature => $"{signature}\n"))}";

    /// <exception cref="FormatException">The bytes are too many, not UTF-8, or have control characters other than newline.</exception>
    internal static string Read(ReadOnlySpan<byte> utf8, string what)
    {
        if (utf8.Length > MaxBytes) throw new FormatException($"The {what} is larger than {MaxBytes} bytes.");
        string text;
        try
        {
            text = Strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException($"The {what} is not UTF-8.");
        }
        return text.Any(letter => letter < ' ' && letter != '\n')
            ? throw new FormatException($"The {what} has a control character in it.") : text;
    }
}

/// <summary>A signature line of a note: the key's name and id, and the signature.</summary>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    private const string Mark = "\u2014 ";
    private const int IdBytes = sizeof(uint);

    /// <summary>The line without its newline.</summary>
    public override string ToString()
    {
        byte[] bytes = new byte[IdBytes + Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Bytes.Span.CopyTo(bytes.AsSpan(IdBytes));
        return $"{Mark}{Name} {Convert.ToBase64String(bytes)}";
    }

    internal bool IsBy(VerifierKey key) => Name == key.Name && KeyId == key.Id;

    /// <exception cref="FormatException">The line is not a signature.</exception>
    internal static NoteSignature Parse(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal) || line[Mark.Length..]
            .Split(' ') is not [var name, var encoded]) throw new FormatException("A signature line is not '\u2014 name base64'.");
        byte[] bytes = Canonical.Base64(encoded, "signature");
        if (bytes.Length <= IdBytes) throw new FormatException("A signature line has no signature after its key id.");
        return new NoteSignature(Canonical.KeyName(name), BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(IdBytes));
    }
}

/// <summary>The result of checking a note's signatures.</summary>
public enum NoteStatus
{
    /// <summary>A known key signed the note, and no signature in a known key's name is wrong.</summary>
    Signed,

    /// <summary>The note has no signature of a known key.</summary>
    UnknownKeys,

    /// <summary>A signature under a known key's name and id is not that key's for this text.</summary>
    BadSignature,
}

/// <summary>A key that signs notes.</summary>
public sealed class NoteSigner(VerifierKey key, Ed25519Sign sign)
{
    public VerifierKey Key => key;

    /// <param name="text">The note's text.</param>
    /// <param name="time">The time in a cosignature. A log's own signature has none.</param>
    public NoteSignature Sign(string text, DateTimeOffset time) => new(key.Name, key.Id, key.Type switch
    {
        SignatureType.Ed25519 => sign(Encoding.UTF8.GetBytes(text)),
        SignatureType.Cosignature => Cosignature.Make(text, (ulong)time.ToUnixTimeSeconds(), sign),
    });
}

/// <summary>Parses values that have exactly one valid spelling, and refuses any other.</summary>
internal static class Canonical
{
    /// <summary>Base64 of RFC 4648, section 4, with padding, without white space, unused bits zero.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static byte[] Base64(string text, string what)
    {
        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(text, bytes, out int length)
            || Convert.ToBase64String(bytes, 0, length) != text) throw new FormatException($"The {what} is not canonical base64.");
        return bytes[..length];
    }

    /// <exception cref="FormatException">The text is not the base64 of 32 bytes.</exception>
    public static Digest Hash(string text, string what)
    {
        byte[] bytes = Base64(text, what);
        return bytes.Length == Digest.Size
            ? new Digest(bytes) : throw new FormatException($"The {what} has {bytes.Length} bytes and not {Digest.Size}.");
    }

    /// <summary>ASCII digits without leading zeros, up to 2^63 − 1.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static long Number(string text, string what)
    {
        bool canonical = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number.ToString(CultureInfo.InvariantCulture) == text;
        return canonical ? number : throw new FormatException($"The {what} is not a decimal number without leading zeros, below 2^63.");
    }

    /// <exception cref="FormatException">The text can't name a key: empty, or with a space, a control character or a plus.</exception>
    public static string KeyName(string text) =>
        text.Length > 0 && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter == '+')
            ? text : throw new FormatException("A key's name is empty or has a space, a control character or a plus in it.");
}
