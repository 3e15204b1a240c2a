namespace NSec.Cryptography;

/// <summary>A public key. Any 32 bytes are accepted; bytes that are no valid point verify nothing.</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    private readonly byte[] bytes;

    internal PublicKey(Algorithm algorithm, byte[] bytes)
    {
        Algorithm = algorithm;
        this.bytes = bytes;
    }

    public Algorithm Algorithm { get; }

    public int Size => Ed25519.KeyBytes;

    internal ReadOnlySpan<byte> Bytes => bytes;

    /// <exception cref="FormatException">The blob is no key of this format.</exception>
    /// <exception cref="ArgumentException">The algorithm has no such public format.</exception>
    public static PublicKey Import(Algorithm algorithm, ReadOnlySpan<byte> blob, KeyBlobFormat format) =>
        TryImport(algorithm, blob, format, out PublicKey? key) ? key! : throw new FormatException("The blob is no public key of this format.");

    /// <exception cref="ArgumentException">The algorithm has no such public format.</exception>
    public static bool TryImport(Algorithm algorithm, ReadOnlySpan<byte> blob, KeyBlobFormat format, out PublicKey? result)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        byte[] bytes = new byte[Ed25519.KeyBytes];
        result = KeyBlob.OfPublic(format).TryRead(blob, bytes) ? new PublicKey(algorithm, bytes) : null;
        return result is not null;
    }

    public bool Equals(PublicKey? other) =>
        other is not null && ReferenceEquals(other.Algorithm, Algorithm) && other.Bytes.SequenceEqual(bytes);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    /// <exception cref="ArgumentException">The algorithm has no such public format.</exception>
    public byte[] Export(KeyBlobFormat format)
    {
        byte[] blob = new byte[GetExportBlobSize(format)];
        TryExport(format, blob, out _);
        return blob;
    }

    public int GetExportBlobSize(KeyBlobFormat format) => KeyBlob.OfPublic(format).Size;

    /// <returns>False where <paramref name="blob"/> is too small; <paramref name="blobSize"/> is the size it needs.</returns>
    public bool TryExport(KeyBlobFormat format, Span<byte> blob, out int blobSize)
    {
        KeyBlob shape = KeyBlob.OfPublic(format);
        blobSize = shape.Size;
        if (blob.Length < blobSize)
            return false;
        shape.Write(bytes, blob);
        return true;
    }

    public override string? ToString() => typeof(PublicKey).ToString();
}
