namespace NSec.Cryptography;

/// <summary>Ed25519 in its pure mode (RFC 8032), over OpenSSL's libcrypto.</summary>
public sealed class Ed25519 : SignatureAlgorithm
{
    internal const int KeyBytes = 32;
    internal const int SignatureBytes = 64;

    public Ed25519() : base(KeyBytes, KeyBytes, SignatureBytes)
    {
    }

    private protected override void SignCore(PrivateKeyHandle key, ReadOnlySpan<byte> data, Span<byte> signature) =>
        LibCrypto.Sign(key, data, signature);

    // libsodium refuses a point of small order, and a key that is not the one canonical encoding of its point; OpenSSL accepts both.
    private protected override bool VerifyCore(PublicKey key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        EncodedPoint.IsCanonical(key.Bytes)
        && !EncodedPoint.HasSmallOrder(key.Bytes)
        && !EncodedPoint.HasSmallOrder(signature[..KeyBytes])
        && LibCrypto.Verify(key.Bytes, data, signature);
}
