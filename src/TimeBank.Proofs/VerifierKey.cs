using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TimeBank.Proofs;

/// <summary>
/// All that a stranger needs to check signatures: <c>name+key id+base64(type, public key)</c>. Source: c2sp.org/signed-note.
/// </summary>
public sealed class VerifierKey
{
    public const int PublicKeyBytes = 32;
    private readonly byte[] _publicKey;

    private VerifierKey(string name, SignatureType type, byte[] publicKey)
    {
        (Name, Type, _publicKey) = (name, type, publicKey);
        Id = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), 0x0A, (byte)type, .. publicKey]));
    }

    /// <summary>A URL without a scheme. A log's key has the log's origin as its name.</summary>
    public string Name { get; }

    /// <summary>The first four bytes of the SHA-256 of name, newline, type and key. It helps to find a key and proves nothing.</summary>
    public uint Id { get; }

    public SignatureType Type { get; }

    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <exception cref="FormatException">The name is not valid for a key, or the key does not have 32 bytes.</exception>
    public static VerifierKey Of(string name, SignatureType type, ReadOnlySpan<byte> publicKey) =>
        publicKey.Length == PublicKeyBytes ? new VerifierKey(Canonical.KeyName(name), type, publicKey.ToArray())
            : throw new FormatException($"An Ed25519 key has {PublicKeyBytes} bytes and not {publicKey.Length}.");

    /// <exception cref="FormatException">The text is not a verifier key; the message says why.</exception>
    public static VerifierKey Parse(string text)
    {
        // The key's base64 may contain a plus; the name and the id can't.
        if (text.Split('+', 3) is not [var name, var id, var encoded]) throw new FormatException(
            "A verifier key has three parts: name+id+key.");
        Canonical.KeyName(name);
        byte[] typed = Canonical.Base64(encoded, "verifier key");
        if (typed.Length != 1 + PublicKeyBytes) throw new FormatException(
            $"A verifier key has {1 + PublicKeyBytes} bytes and not {typed.Length}.");
        if (!Enum.IsDefined((SignatureType)typed[0])) throw new FormatException(
            $"The verifier key is of type 0x{typed[0]:x2}; known are 0x01 (Ed25519) and 0x04 (cosignature).");
        VerifierKey key = Of(name, (SignatureType)typed[0], typed.AsSpan(1));
        return key.Id.ToString("x8", CultureInfo.InvariantCulture) == id
            ? key : throw new FormatException("The verifier key's id is not that of its name and key.");
    }

    public override string ToString() =>
        $"{Name}+{Id.ToString("x8", CultureInfo.InvariantCulture)}+{Convert.ToBase64String([(byte)Type, .. _publicKey])}";

    internal bool Verifies(string text, NoteSignature signature, Ed25519Check check) => Type switch
    {
        SignatureType.Ed25519 => check(_publicKey, Encoding.UTF8.GetBytes(text), signature.Bytes.Span),
        SignatureType.Cosignature => Cosignature.Verifies(_publicKey, text, signature.Bytes.Span, check),
    };
}

/// <summary>
/// What a key signs, by the type byte in front of the key. Source: c2sp.org/signed-note. We treat keys of other types as unknown.
/// </summary>
public enum SignatureType : byte
{
    /// <summary>Ed25519 over the note's text: a log's own signature.</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over a time and a checkpoint's text: a witness's cosignature. Source: c2sp.org/tlog-cosignature.</summary>
    Cosignature = 0x04,
}

/// <summary>
/// Verifies an Ed25519 signature (RFC 8032). The checking code itself only hashes; the caller supplies this function, for example
/// <see cref="SigningKey.Check"/>.
/// </summary>
/// <returns>False for a signature that is wrong in any way, including its length.</returns>
public delegate bool Ed25519Check(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

/// <summary>Signs a message (RFC 8032): 64 bytes. The key stays with its owner.</summary>
public delegate byte[] Ed25519Sign(ReadOnlySpan<byte> message);
