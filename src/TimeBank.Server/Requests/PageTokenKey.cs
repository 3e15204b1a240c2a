using System.Security.Cryptography;

namespace TimeBank.Server;

/// <summary>The key of page tokens, kept in the data folder so that a token outlives a restart.</summary>
internal static class PageTokenKey
{
    private const int Size = 32;

    public static byte[] Of(string dataFolder) =>
        Convert.FromHexString(OwnerOnlyFile.ReadOrCreate(Path.Combine(dataFolder, "page-tokens.key"), () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Size))).Trim());
}
