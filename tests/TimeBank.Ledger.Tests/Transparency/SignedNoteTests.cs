using System.Text;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class SignedNoteTests
{
    /// <summary>Source of the vector: the Go project's own tests (golang.org/x/mod/sumdb/note, note_test.go).</summary>
    private const string GoKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        GoText = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
        GoLine = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_793_000_000);
    private static readonly NoteSigner Ours = Signing.Signer("timebank.example/430211");
    private static readonly NoteSigner Other = Signing.Signer("other.example/log", seed: 2);
    private static readonly NoteSigner Witness = Signing.Signer("witness.example", SignatureType.Cosignature, seed: 3);

    [Fact]
    public void Note_of_the_Go_project_is_signed()
    {
        var key = VerifierKey.Parse(GoKey);
        var note = SignedNote.Parse($"{GoText}\n{GoLine}");

        Assert.Equal(GoKey, key.ToString());
        Assert.Equal(0xc74f20a3u, key.Id);
        Assert.Equal(GoText, note.Text);
        Assert.Equal($"{GoText}\n{GoLine}", note.ToString());
        Assert.Equal(NoteStatus.Signed, note.Check([key], Signing.Check));
        Assert.Equal(NoteStatus.BadSignature, SignedNote.Parse($"{GoText.ToUpperInvariant()}\n{GoLine}").Check([key], Signing.Check));
        Assert.Equal(NoteStatus.UnknownKeys, note.Check([], Signing.Check));
        Assert.Equal(NoteStatus.UnknownKeys, note.Check([Ours.Key], Signing.Check));
    }

    /// <summary>Source: the example of c2sp.org/signed-note, whose text has an empty line.</summary>
    [Fact]
    public void Text_ends_at_the_last_empty_line()
    {
        const string text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n";

        var note =
            SignedNote.Parse(
            $"{text}\n— quasimodo.example/salvatore "
                + "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n");

        Assert.Equal(text, note.Text);
        Assert.Equal(("quasimodo.example/salvatore", 0x367ba04bu, 64),
            (note.Signatures[0].Name, note.Signatures[0].KeyId, note.Signatures[0].Bytes.Length));
    }

    [Fact]
    public void Unknown_keys_are_ignored_also_under_a_known_name_or_id()
    {
        NoteSigner rotated = Signing.Signer(Ours.Key.Name, seed: 9);
        var note = new SignedNote("text\n",
            [Other.Sign("text\n", Time), rotated.Sign("text\n", Time), new NoteSignature("elsewhere", Ours.Key.Id, new byte[64]),
            Ours.Sign("text\n", Time)]);

        Assert.Equal(NoteStatus.Signed, SignedNote.Parse(note.ToString()).Check([Ours.Key], Signing.Check));
        Assert.Equal(NoteStatus.Signed, SignedNote.Parse(note.ToString()).Check([rotated.Key], Signing.Check));
        Assert.Equal(NoteStatus.Signed, SignedNote.Parse(note.ToString()).Check([Ours.Key, Other.Key, rotated.Key], Signing.Check));
    }

    [Fact]
    public void One_wrong_signature_of_a_known_key_spoils_the_note()
    {
        var note = new SignedNote("text\n", [Ours.Sign("text\n", Time), Other.Sign("another text\n", Time)]);

        Assert.Equal(NoteStatus.BadSignature, note.Check([Ours.Key, Other.Key], Signing.Check));
        Assert.Equal(NoteStatus.Signed, note.Check([Ours.Key], Signing.Check));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(65)]
    public void Signature_of_another_length_is_none(int length)
    {
        byte[] signature = [.. Ours.Sign("text\n", Time).Bytes.ToArray(), 0];
        var note = new SignedNote("text\n", [new NoteSignature(Ours.Key.Name, Ours.Key.Id, signature.AsMemory(0, length))]);

        Assert.Equal(NoteStatus.BadSignature, note.Check([Ours.Key], Signing.Check));
    }

    [Fact]
    public void Cosignature_is_over_the_time_and_the_text()
    {
        const string text = "timebank.example/430211\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        NoteSignature signature = Witness.Sign(text, Time);
        byte[] later = signature.Bytes.ToArray();
        later[7]++;

        Assert.Equal(72, signature.Bytes.Length);
        Assert.Equal((ulong)Time.ToUnixTimeSeconds(), Cosignature.TimeOf(signature.Bytes.Span));
        Assert.True(Signing.Check(Witness.Key.PublicKey, Encoding.UTF8.GetBytes($"cosignature/v1\ntime 1793000000\n{text}"),
            signature.Bytes.Span[8..]));
        Assert.Equal(NoteStatus.Signed, new SignedNote(text, [signature]).Check([Witness.Key], Signing.Check));
        Assert.Equal(NoteStatus.BadSignature, new SignedNote(text, [signature with { Bytes = later }]).Check([Witness.Key], Signing.Check));
        Assert.Equal(NoteStatus.BadSignature,
            new SignedNote(text, [signature with { Bytes = later.AsMemory(0, 71) }]).Check([Witness.Key], Signing.Check));
    }

    [Fact]
    public void A_key_is_another_one_as_a_cosigner() =>
        Assert.NotEqual(Signing.Signer("a").Key.Id, Signing.Signer("a", SignatureType.Cosignature).Key.Id);

    [Fact]
    public void Sixteen_signatures_are_taken_and_a_thousand_are_not()
    {
        string Note(int count) =>
            $"text\n\n{string.Concat(Enumerable.Range(0, count).Select(at => $"{Signing.Signer($"witness{at}").Sign("text\n", Time)}\n"))}";

        Assert.Equal(16, SignedNote.Parse(Note(16)).Signatures.Length);
        Assert.Throws<FormatException>(() => SignedNote.Parse(Note(1_000)));
    }

    public static TheoryData<string, string> Malformed() => new()
    {
        { "empty", "" },
        { "no signature", "text\n" },
        { "no signature lines", "text\n\n" },
        { "no empty line", $"text\n{GoLine}" },
        { "no newline at the end", $"text\n\n{GoLine[..^1]}" },
        { "trailing garbage", $"text\n\n{GoLine}x\n" },
        { "an empty line too many", $"text\n\n{GoLine}\n" },
        { "carriage returns", $"text\n\n{GoLine}".Replace("\n", "\r\n", StringComparison.Ordinal) },
        { "a tab", $"te\txt\n\n{GoLine}" },
        { "a NUL", $"te\0xt\n\n{GoLine}" },
        { "a hyphen for the dash", $"text\n\n{GoLine.Replace('—', '-')}" },
        { "no name", "text\n\n—  x08go/ZJ\n" },
        { "a plus in the name", "text\n\n— a+b x08go/ZJ\n" },
        { "a wide space in the name", "text\n\n— a\u3000b x08go/ZJ\n" },
        { "two spaces", "text\n\n— a  x08go/ZJ\n" },
        { "something after the signature", "text\n\n— a x08go/ZJ b\n" },
        { "base64 without padding", "text\n\n— a x08go/Z\n" },
        { "base64 with bits left", "text\n\n— a x08go/Zy/x==\n" },
        { "base64 with a space in it", "text\n\n— a x08g\u00a0o/ZJ\n" },
        { "base64 of the URL alphabet", "text\n\n— a x08go_ZJ\n" },
        { "an id alone", "text\n\n— a x08gow==\n" },
        { "less than an id", "text\n\n— a x08g\n" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_note_is_refused(string why, string note)
    {
        Assert.NotEmpty(why);
        Assert.Throws<FormatException>(() => SignedNote.Parse(note));
    }

    [Fact]
    public void Note_that_is_not_UTF8_or_far_too_long_is_refused()
    {
        Assert.Throws<FormatException>(() => SignedNote.Parse([0x74, 0xff, 0x0a, 0x0a, .. Encoding.UTF8.GetBytes(GoLine)]));
        Assert.Throws<FormatException>(() => SignedNote.Parse([0xed, 0xa0, 0x80, 0x0a, 0x0a, .. Encoding.UTF8.GetBytes(GoLine)]));
        Assert.Throws<FormatException>(() => SignedNote.Parse($"{new string('x', SignedNote.MaxBytes)}\n\n{GoLine}"));
    }

    [Fact]
    public void Part_of_a_verifier_key_or_one_with_a_changed_letter_is_none()
    {
        for (int from = 0; from < GoKey.Length; from++)
        {
            for (int length = 0; length < GoKey.Length - from; length++) Assert.Throws<FormatException>(
                () => VerifierKey.Parse(GoKey.Substring(from, length)));
            Assert.Throws<FormatException>(() => VerifierKey.Parse($"{GoKey[..from]}{(char)(GoKey[from] + 1)}{GoKey[(from + 1)..]}"));
        }
    }

    /// <summary>Source: the same Go tests. Keys of another length and of an unknown algorithm, with fitting key ids.</summary>
    [Theory]
    [InlineData("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==")]
    [InlineData("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n")]
    public void Other_verifier_keys_are_refused(string key) => Assert.Throws<FormatException>(() => VerifierKey.Parse(key));
}
