using Microsoft.Win32.SafeHandles;

namespace NSec.Cryptography;

/// <summary>One signing or verifying operation.</summary>
internal sealed class DigestContextHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MD_CTX_free(handle);
        return true;
    }
}
