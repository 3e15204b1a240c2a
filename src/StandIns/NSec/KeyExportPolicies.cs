namespace NSec.Cryptography;

/// <summary>Whether a private key may leave its <see cref="Key"/>.</summary>
[Flags]
public enum KeyExportPolicies
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>As often as asked.</summary>
    AllowPlaintextExport = 1,

    /// <summary>Once.</summary>
    AllowPlaintextArchiving = 2,
}
