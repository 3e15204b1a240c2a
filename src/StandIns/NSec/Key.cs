using System.Security.Cryptography;

namespace NSec.Cryptography;

/// <summary>A private key and its public key. The private key lives in OpenSSL's memory until <see cref="Dispose"/>.</summary>
public sealed class Key : IDisposable
{
    private bool exported;

    /// <summary>Makes a new key from the operating system's random numbers.</summary>
    public Key(Algorithm algorithm, in KeyCreationParameters creationParameters = default)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        Span<byte> seed = stackalloc byte[Ed25519.KeyBytes];
        try
        {
            RandomNumberGenerator.Fill(seed);
            (Algorithm, ExportPolicy, Handle, PublicKey) = Load(algorithm, seed, creationParameters.ExportPolicy);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    private Key(Algorithm algorithm, ReadOnlySpan<byte> seed, KeyExportPolicies policy) =>
        (Algorithm, ExportPolicy, Handle, PublicKey) = Load(algorithm, seed, policy);

    public Algorithm Algorithm { get; }

    public KeyExportPolicies ExportPolicy { get; }

    public bool HasPublicKey => true;

    /// <summary>The public key; it outlives this key's disposal.</summary>
    public PublicKey PublicKey { get; }

    public int Size => Ed25519.KeyBytes;

    internal PrivateKeyHandle Handle { get; }

    /// <summary>Makes a new key from the operating system's random numbers.</summary>
    public static Key Create(Algorithm algorithm, in KeyCreationParameters creationParameters = default) => new(algorithm, in creationParameters);

    /// <exception cref="FormatException">The blob is no key of this format.</exception>
    /// <exception cref="ArgumentException">The algorithm has no such private format.</exception>
    public static Key Import(
        Algorithm algorithm, ReadOnlySpan<byte> blob, KeyBlobFormat format, in KeyCreationParameters creationParameters = default) =>
        TryImport(algorithm, blob, format, out Key? key, in creationParameters)
            ? key!
            : throw new FormatException("The blob is no private key of this format.");

    /// <exception cref="ArgumentException">The algorithm has no such private format.</exception>
    public static bool TryImport(
        Algorithm algorithm, ReadOnlySpan<byte> blob, KeyBlobFormat format, out Key? result, in KeyCreationParameters creationParameters = default)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        Span<byte> seed = stackalloc byte[Ed25519.KeyBytes];
        try
        {
            result = KeyBlob.OfPrivate(format).TryRead(blob, seed) ? new Key(algorithm, seed, creationParameters.ExportPolicy) : null;
            return result is not null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    public void Dispose() => Handle.Dispose();

    /// <exception cref="InvalidOperationException">The export policy does not allow it, or allowed it once and it was done.</exception>
    /// <exception cref="ObjectDisposedException">A private format was asked for after disposal.</exception>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    public byte[] Export(KeyBlobFormat format)
    {
        if (format >= 0)
            return PublicKey.Export(format);

        EnsureExportAllowed();
        byte[] blob = new byte[KeyBlob.OfPrivate(format).Size];
        TryExport(format, blob, out _);
        return blob;
    }

    public int GetExportBlobSize(KeyBlobFormat format)
    {
        if (format >= 0)
            return PublicKey.GetExportBlobSize(format);

        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        return KeyBlob.OfPrivate(format).Size;
    }

    /// <returns>False where <paramref name="blob"/> is too small; <paramref name="blobSize"/> is the size it needs.</returns>
    /// <exception cref="InvalidOperationException">The export policy does not allow it, or allowed it once and it was done.</exception>
    public bool TryExport(KeyBlobFormat format, Span<byte> blob, out int blobSize)
    {
        if (format >= 0)
            return PublicKey.TryExport(format, blob, out blobSize);

        EnsureExportAllowed();
        KeyBlob shape = KeyBlob.OfPrivate(format);
        blobSize = shape.Size;
        if (blob.Length < blobSize)
            return false;

        Span<byte> seed = stackalloc byte[Ed25519.KeyBytes];
        LibCrypto.ExportPrivateKey(Handle, seed);
        shape.Write(seed, blob);
        CryptographicOperations.ZeroMemory(seed);
        exported = true;
        return true;
    }

    public override string? ToString() => typeof(Key).ToString();

    private static (Algorithm, KeyExportPolicies, PrivateKeyHandle, PublicKey) Load(
        Algorithm algorithm, ReadOnlySpan<byte> seed, KeyExportPolicies policy)
    {
        PrivateKeyHandle handle = LibCrypto.ImportPrivateKey(seed);
        byte[] point = new byte[Ed25519.KeyBytes];
        LibCrypto.ExportPublicKey(handle, point);
        return (algorithm, policy, handle, new PublicKey(algorithm, point));
    }

    private void EnsureExportAllowed()
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        if (ExportPolicy.HasFlag(KeyExportPolicies.AllowPlaintextExport))
            return;
        if (!ExportPolicy.HasFlag(KeyExportPolicies.AllowPlaintextArchiving))
            throw new InvalidOperationException("The key's export policy does not allow its export.");
        if (exported)
            throw new InvalidOperationException("The key was archived already.");
    }
}
