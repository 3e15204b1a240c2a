using Microsoft.Win32.SafeHandles;

namespace NSec.Cryptography;

/// <summary>A private key inside OpenSSL, which wipes it when it is freed.</summary>
internal sealed class PrivateKeyHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}
