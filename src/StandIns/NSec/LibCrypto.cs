using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NSec.Cryptography;

/// <summary>The few functions of OpenSSL 3 that Ed25519 needs.</summary>
internal static partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";
    private const int Ed25519Id = 1087; // NID_ED25519, obj_mac.h

    public static PrivateKeyHandle ImportPrivateKey(ReadOnlySpan<byte> seed) =>
        Made(EVP_PKEY_new_raw_private_key(Ed25519Id, 0, seed, (nuint)seed.Length));

    public static void ExportPrivateKey(PrivateKeyHandle key, Span<byte> seed)
    {
        nuint size = (nuint)seed.Length;
        Expect(EVP_PKEY_get_raw_private_key(key, seed, ref size));
    }

    public static void ExportPublicKey(PrivateKeyHandle key, Span<byte> point)
    {
        nuint size = (nuint)point.Length;
        Expect(EVP_PKEY_get_raw_public_key(key, point, ref size));
    }

    public static void Sign(PrivateKeyHandle key, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        using DigestContextHandle context = Made(EVP_MD_CTX_new());
        Expect(EVP_DigestSignInit(context, 0, 0, 0, key));
        nuint size = (nuint)signature.Length;
        Expect(EVP_DigestSign(context, signature, ref size, data, (nuint)data.Length));
    }

    public static bool Verify(ReadOnlySpan<byte> point, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using PublicKeyHandle key = EVP_PKEY_new_raw_public_key(Ed25519Id, 0, point, (nuint)point.Length);
        if (key.IsInvalid)
        {
            ERR_clear_error();
            return false;
        }
        using DigestContextHandle context = Made(EVP_MD_CTX_new());
        Expect(EVP_DigestVerifyInit(context, 0, 0, 0, key));
        if (EVP_DigestVerify(context, signature, (nuint)signature.Length, data, (nuint)data.Length) == 1)
            return true;

        // A signature that does not fit leaves its reason in the thread's error queue; left there, it would be taken for the next caller's.
        ERR_clear_error();
        return false;
    }

    private static T Made<T>(T handle) where T : SafeHandle
    {
        if (!handle.IsInvalid)
            return handle;
        handle.Dispose();
        throw Failed();
    }

    private static void Expect(int result)
    {
        if (result != 1)
            throw Failed();
    }

    private static CryptographicException Failed()
    {
        ulong code = ERR_get_error();
        ERR_clear_error();
        return new CryptographicException($"OpenSSL refused an Ed25519 operation (error {code:x}).");
    }

    [LibraryImport(Library)]
    private static partial PrivateKeyHandle EVP_PKEY_new_raw_private_key(int type, nint engine, ReadOnlySpan<byte> key, nuint size);

    [LibraryImport(Library)]
    private static partial PublicKeyHandle EVP_PKEY_new_raw_public_key(int type, nint engine, ReadOnlySpan<byte> key, nuint size);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_get_raw_private_key(PrivateKeyHandle key, Span<byte> seed, ref nuint size);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_get_raw_public_key(PrivateKeyHandle key, Span<byte> point, ref nuint size);

    [LibraryImport(Library)]
    private static partial DigestContextHandle EVP_MD_CTX_new();

    [LibraryImport(Library)]
    private static partial int EVP_DigestSignInit(DigestContextHandle context, nint keyContext, nint digest, nint engine, PrivateKeyHandle key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSign(
        DigestContextHandle context, Span<byte> signature, ref nuint signatureSize, ReadOnlySpan<byte> data, nuint dataSize);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerifyInit(DigestContextHandle context, nint keyContext, nint digest, nint engine, PublicKeyHandle key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerify(
        DigestContextHandle context, ReadOnlySpan<byte> signature, nuint signatureSize, ReadOnlySpan<byte> data, nuint dataSize);

    [LibraryImport(Library)]
    internal static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    internal static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial ulong ERR_get_error();

    [LibraryImport(Library)]
    private static partial void ERR_clear_error();
}
