using System.Text;
using NSec.Cryptography;

namespace TimeBank.Proofs;

/// <summary>
/// An Ed25519 key that signs notes, stored as PKCS #8 in PEM, the form that <c>openssl genpkey -algorithm ed25519</c> writes.
/// </summary>
public sealed class SigningKey : IDisposable
{
    private const string End = "-----END PRIVATE KEY-----";
    private static readonly Ed25519 Algorithm = SignatureAlgorithm.Ed25519;
    private readonly Key _key;

    private SigningKey(Key key) => _key = key;

    /// <summary>A new key, as PEM text.</summary>
    public static string Create()
    {
        using var key = Key.Create(Algorithm, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        return $"{Encoding.ASCII.GetString(key.Export(KeyBlobFormat.PkixPrivateKeyText)).TrimEnd()}\n";
    }

    /// <summary>Reads one or more keys that follow each other in a text.</summary>
    /// <exception cref="FormatException">The text has no key, or something else. The message does not repeat it.</exception>
    public static IReadOnlyList<SigningKey> Read(string pem)
    {
        string[] blocks = pem.ReplaceLineEndings("\n").Split(End, StringSplitOptions.TrimEntries);
        if (blocks.Length < 2 || blocks[^1].Length > 0) throw new FormatException(
            "Expected one or more Ed25519 keys as PEM: -----BEGIN PRIVATE KEY----- and so on.");
        return [.. blocks[..^1].Select(
            block => Key.TryImport(Algorithm, Encoding.ASCII.GetBytes($"{block}\n{End}\n"), KeyBlobFormat.PkixPrivateKeyText, out Key? key)
            ? new SigningKey(key!)
            : throw new FormatException("One of the keys is no Ed25519 key as PEM."))];
    }

    /// <summary>A signer that uses this key under a name.</summary>
    public NoteSigner Signer(string name, SignatureType type = SignatureType.Ed25519) =>
        new(VerifierKey.Of(name, type, _key.PublicKey.Export(KeyBlobFormat.RawPublicKey)), message => Algorithm.Sign(_key, message));

    /// <summary>A signer of voucher codes that uses this key under a name, such as <c>timebank.example/430211/vouchers</c>.</summary>
    /// <exception cref="FormatException">The name is not that of a voucher key.</exception>
    public VoucherSigner VoucherSigner(string name) => new(
        VerifierKey.Of(name, SignatureType.Ed25519, _key.PublicKey.Export(KeyBlobFormat.RawPublicKey)),
        message => Algorithm.Sign(_key, message));

    /// <summary>The 32 bytes that others check this key's signatures with.</summary>
    public byte[] PublicKey => _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    internal byte[] Sign(byte[] message) => Algorithm.Sign(_key, message);

    /// <summary>Implements <see cref="Ed25519Check"/>.</summary>
    public static bool Check(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        NSec.Cryptography.PublicKey.TryImport(Algorithm, publicKey, KeyBlobFormat.RawPublicKey, out NSec.Cryptography.PublicKey? key)
            && Algorithm.Verify(key!, message, signature);

    public void Dispose() => _key.Dispose();
}

/// <summary>A small secret file that only its owner may read.</summary>
public static class OwnerOnlyFile
{
    /// <exception cref="InvalidOperationException">Other users can read the file, so its content is not secret.</exception>
    public static string ReadOrCreate(string path, Func<string> create)
    {
        if (!File.Exists(path))
        {
            // Write a draft and move it into place: a crash leaves no half-written key.
            string draft = $"{path}.new";
            File.Delete(draft);
            using (var file = new FileStream(
                draft, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew, Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite
                }))
            using (var text = new StreamWriter(file)) text.Write(create());
            File.Move(draft, path);
        }
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(path) & others) != 0) throw new InvalidOperationException(
            $"{path} may be read by others than its owner; run: chmod 600 {path}");
        return File.ReadAllText(path);
    }
}
