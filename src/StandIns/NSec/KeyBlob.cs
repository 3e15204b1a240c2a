using System.Security.Cryptography;
using System.Text;

namespace NSec.Cryptography;

/// <summary>
/// The shapes an Ed25519 key is written in: a fixed header before the 32 bytes of the key, and for the text formats the PEM armour of RFC 7468
/// around that. The PKIX headers are those of RFC 8410.
/// </summary>
internal sealed class KeyBlob
{
    private static readonly KeyBlob RawPrivate = new("");
    private static readonly KeyBlob RawPublic = new("");
    private static readonly KeyBlob NSecPrivate = new("de6442de20004000");
    private static readonly KeyBlob NSecPublic = new("de6542de20004000");
    private static readonly KeyBlob PkixPrivate = new("302e020100300506032b657004220420");
    private static readonly KeyBlob PkixPublic = new("302a300506032b6570032100");
    private static readonly KeyBlob PkixPrivateText = new(PkixPrivate.header, "PRIVATE KEY");
    private static readonly KeyBlob PkixPublicText = new(PkixPublic.header, "PUBLIC KEY");

    private readonly byte[] header;
    private readonly string? label;

    private KeyBlob(string header) : this(Convert.FromHexString(header), null)
    {
    }

    private KeyBlob(byte[] header, string? label)
    {
        this.header = header;
        this.label = label;
        Size = header.Length + Ed25519.KeyBytes;
        if (label is not null)
        {
            int base64 = (Size + 2) / 3 * 4;
            Size = base64 + 2 + "-----BEGIN -----\r\n-----END -----\r\n".Length + (2 * label.Length);
        }
    }

    public int Size { get; }

    /// <exception cref="ArgumentException">Ed25519 has no such private format.</exception>
    public static KeyBlob OfPrivate(KeyBlobFormat format) => format switch
    {
        KeyBlobFormat.RawPrivateKey => RawPrivate,
        KeyBlobFormat.NSecPrivateKey => NSecPrivate,
        KeyBlobFormat.PkixPrivateKey => PkixPrivate,
        KeyBlobFormat.PkixPrivateKeyText => PkixPrivateText,
        _ => throw Unsupported(format),
    };

    /// <exception cref="ArgumentException">Ed25519 has no such public format.</exception>
    public static KeyBlob OfPublic(KeyBlobFormat format) => format switch
    {
        KeyBlobFormat.RawPublicKey => RawPublic,
        KeyBlobFormat.NSecPublicKey => NSecPublic,
        KeyBlobFormat.PkixPublicKey => PkixPublic,
        KeyBlobFormat.PkixPublicKeyText => PkixPublicText,
        _ => throw Unsupported(format),
    };

    /// <summary>Writes the blob to <paramref name="blob"/>, which holds at least <see cref="Size"/> bytes.</summary>
    public void Write(ReadOnlySpan<byte> key, Span<byte> blob)
    {
        if (label is null)
        {
            header.CopyTo(blob);
            key.CopyTo(blob[header.Length..]);
            return;
        }

        Span<byte> der = stackalloc byte[header.Length + Ed25519.KeyBytes];
        header.CopyTo(der);
        key.CopyTo(der[header.Length..]);
        // At most 48 bytes stand behind the header, so the base64 is one line.
        char[] text = $"-----BEGIN {label}-----\r\n{Convert.ToBase64String(der)}\r\n-----END {label}-----\r\n".ToCharArray();
        Encoding.ASCII.GetBytes(text, blob);
        CryptographicOperations.ZeroMemory(der);
    }

    /// <summary>Reads the key's bytes into <paramref name="key"/>; false where the blob has not exactly this shape.</summary>
    public bool TryRead(ReadOnlySpan<byte> blob, Span<byte> key)
    {
        if (label is null)
            return TryReadBinary(blob, key);

        byte[] der = [];
        try
        {
            if (!PemEncoding.TryFindUtf8(blob, out PemFields fields)
                || !Encoding.ASCII.GetString(blob[fields.Label]).Equals(label, StringComparison.Ordinal)
                || !IsWhiteSpace(blob[..fields.Location.Start.Value])
                || !IsWhiteSpace(blob[fields.Location.End.Value..]))
            {
                return false;
            }
            der = Convert.FromBase64String(Encoding.ASCII.GetString(blob[fields.Base64Data]));
            return TryReadBinary(der, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private bool TryReadBinary(ReadOnlySpan<byte> blob, Span<byte> key)
    {
        if (blob.Length != header.Length + Ed25519.KeyBytes || !blob.StartsWith(header))
            return false;
        blob[header.Length..].CopyTo(key);
        return true;
    }

    private static bool IsWhiteSpace(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(" \t\r\n\v\f"u8);

    private static ArgumentException Unsupported(KeyBlobFormat format) => new($"Ed25519 has no key format {format}.", nameof(format));
}
