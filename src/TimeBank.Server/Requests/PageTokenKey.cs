using System.Security.Cryptography;

namespace TimeBank.Server;

/// <summary>The key of page tokens, kept in the data folder so that a token outlives a restart.</summary>
internal static class PageTokenKey
{
    private const int Size = 32;

    /// <exception cref="InvalidOperationException">The file is there and holds no key.</exception>
    public static byte[] Of(string dataFolder)
    {
        string file = Path.Combine(dataFolder, "page-tokens.key");
        string text = OwnerOnlyFile.ReadOrCreate(file, () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Size))).Trim();
        byte[] key = new byte[Size];
        bool isKey = text.Length == 2 * Size && Convert.FromHexString(text, key, out _, out _) == System.Buffers.OperationStatus.Done;
        return isKey ? key : throw new InvalidOperationException(
            $"{file} holds no key: delete it, and a new one is made; lists that somebody is paging through begin anew.");
    }
}
