using System.Text;
using NSec.Cryptography;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>An Ed25519 key that signs notes, kept as PKCS #8 in PEM, as <c>openssl genpkey -algorithm ed25519</c> writes it.</summary>
public sealed class SigningKey : IDisposable
{
    private const string End = "-----END PRIVATE KEY-----";
    private static readonly Ed25519 Algorithm = SignatureAlgorithm.Ed25519;
    private readonly Key _key;

    private SigningKey(Key key) => _key = key;

    /// <summary>A new key as text.</summary>
    public static string Create()
    {
        using var key = Key.Create(Algorithm, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        return $"{Encoding.ASCII.GetString(key.Export(KeyBlobFormat.PkixPrivateKeyText)).TrimEnd()}\n";
    }

    /// <summary>The keys of a text: one or more, one after the other.</summary>
    /// <exception cref="FormatException">There is none, or something else. The message doesn't repeat it.</exception>
    public static IReadOnlyList<SigningKey> Read(string pem)
    {
        string[] blocks = pem.ReplaceLineEndings("\n").Split(End, StringSplitOptions.TrimEntries);
        if (blocks.Length < 2 || blocks[^1].Length > 0) throw new FormatException("Expected one or more Ed25519 keys as PEM: -----BEGIN PRIVATE KEY----- and so on.");
        return [.. blocks[..^1].Select(block => Key.TryImport(Algorithm, Encoding.ASCII.GetBytes($"{block}\n{End}\n"), KeyBlobFormat.PkixPrivateKeyText, out Key? key)
            ? new SigningKey(key!)
            : throw new FormatException("One of the keys is no Ed25519 key as PEM."))];
    }

    /// <summary>The key under a name.</summary>
    public NoteSigner Signer(string name, SignatureType type = SignatureType.Ed25519) =>
        new(VerifierKey.Of(name, type, _key.PublicKey.Export(KeyBlobFormat.RawPublicKey)), message => Algorithm.Sign(_key, message));

    /// <summary>As <see cref="Ed25519Check"/>.</summary>
    public static bool Check(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        PublicKey.TryImport(Algorithm, publicKey, KeyBlobFormat.RawPublicKey, out PublicKey? key) && Algorithm.Verify(key!, message, signature);

    public void Dispose() => _key.Dispose();
}
