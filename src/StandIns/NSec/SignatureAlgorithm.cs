namespace NSec.Cryptography;

/// <summary>A digital signature algorithm. Safe for use by many threads at once.</summary>
public abstract class SignatureAlgorithm : Algorithm
{
    private static readonly Ed25519 SharedEd25519 = new();

    private protected SignatureAlgorithm(int privateKeySize, int publicKeySize, int signatureSize)
    {
        PrivateKeySize = privateKeySize;
        PublicKeySize = publicKeySize;
        SignatureSize = signatureSize;
    }

    public static Ed25519 Ed25519 => SharedEd25519;

    /// <summary>Bytes of a raw private key.</summary>
    public int PrivateKeySize { get; }

    /// <summary>Bytes of a raw public key.</summary>
    public int PublicKeySize { get; }

    /// <summary>Bytes of a signature.</summary>
    public int SignatureSize { get; }

    /// <exception cref="ArgumentException">The key belongs to another algorithm.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public byte[] Sign(Key key, ReadOnlySpan<byte> data)
    {
        byte[] signature = new byte[SignatureSize];
        Sign(key, data, signature);
        return signature;
    }

    /// <exception cref="ArgumentException">The key belongs to another algorithm, or the signature's span has another size.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public void Sign(Key key, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!ReferenceEquals(key.Algorithm, this))
            throw new ArgumentException("The key was made for another algorithm.", nameof(key));
        if (signature.Length != SignatureSize)
            throw new ArgumentException($"A signature takes exactly {SignatureSize} bytes.", nameof(signature));

        SignCore(key.Handle, data, signature);
    }

    /// <returns>False for a signature that is wrong in any way, its length included.</returns>
    /// <exception cref="ArgumentException">The key belongs to another algorithm.</exception>
    public bool Verify(PublicKey publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        if (!ReferenceEquals(publicKey.Algorithm, this))
            throw new ArgumentException("The key was made for another algorithm.", nameof(publicKey));

        return signature.Length == SignatureSize && VerifyCore(publicKey, data, signature);
    }

    private protected abstract void SignCore(PrivateKeyHandle key, ReadOnlySpan<byte> data, Span<byte> signature);

    private protected abstract bool VerifyCore(PublicKey key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);
}
