using System.Collections.Immutable;
using System.Text;

namespace TimeBank.Ledger;

/// <summary>A text and who signed it. Source: c2sp.org/signed-note. Nothing of the text is to be believed before <see cref="Check"/>.</summary>
/// <param name="Text">Ends in a newline.</param>
public sealed record SignedNote(string Text, ImmutableArray<NoteSignature> Signatures)
{
    /// <summary>More than anybody's witnesses; a hostile note must not keep a verifier busy.</summary>
    public const int MaxSignatures = 100, MaxBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="FormatException">The bytes are no signed note; the message says why.</exception>
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

    /// <summary>Checks the signatures of the keys that are known; others are ignored, whoever made them.</summary>
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
        return text.Any(letter => letter < ' ' && letter != '\n') ? throw new FormatException($"The {what} has a control character in it.") : text;
    }
}
