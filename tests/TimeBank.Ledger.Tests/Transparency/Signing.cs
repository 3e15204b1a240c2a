using NSec.Cryptography;
using TimeBank.Proofs;

namespace TimeBank.Ledger.Tests;

/// <summary>Ed25519 for tests, and keys made from a seed.</summary>
internal static class Signing
{
    public static bool Check(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        PublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out PublicKey? key)
            && SignatureAlgorithm.Ed25519.Verify(key!, message, signature);

    /// <summary>Signs with the key that is made of 32 times the seed.</summary>
    public static byte[] Sign(byte seed, ReadOnlySpan<byte> message)
    {
        using Key key = Key.Import(SignatureAlgorithm.Ed25519, [.. Enumerable.Repeat(seed, 32)], KeyBlobFormat.RawPrivateKey);
        return SignatureAlgorithm.Ed25519.Sign(key, message);
    }

    public static NoteSigner Signer(string name, SignatureType type = SignatureType.Ed25519, byte seed = 1)
    {
        Key key = Key.Import(SignatureAlgorithm.Ed25519, [.. Enumerable.Repeat(seed, 32)], KeyBlobFormat.RawPrivateKey);
        return new NoteSigner(VerifierKey.Of(name, type, key.PublicKey.Export(KeyBlobFormat.RawPublicKey)), message =>
            SignatureAlgorithm.Ed25519.Sign(key, message));
    }
}
