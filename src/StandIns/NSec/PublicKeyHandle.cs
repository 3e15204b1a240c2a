using Microsoft.Win32.SafeHandles;

namespace NSec.Cryptography;

/// <summary>A public key inside OpenSSL.</summary>
internal sealed class PublicKeyHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}
