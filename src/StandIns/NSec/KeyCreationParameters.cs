using System.Runtime.InteropServices;

namespace NSec.Cryptography;

/// <summary>What a new or imported key allows. The default is a key that cannot be exported.</summary>
[StructLayout(LayoutKind.Auto)]
public ref struct KeyCreationParameters
{
    public KeyExportPolicies ExportPolicy;
}
