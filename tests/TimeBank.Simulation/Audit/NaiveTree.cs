using System.Security.Cryptography;

namespace TimeBank.Simulation;

/// <summary>RFC 6962, section 2.1, word for word: computes every hash of the tree anew from the leaves.</summary>
internal static class NaiveTree
{
    public static byte[] Leaf(byte[] salt, byte[] entry) => SHA256.HashData([0x00, .. SHA256.HashData([.. salt, .. entry])]);

    public static byte[] Root(IReadOnlyList<byte[]> leaves) => leaves.Count == 0 ? SHA256.HashData([]) : Root(leaves, 0, leaves.Count);

    private static byte[] Root(IReadOnlyList<byte[]> leaves, int from, int count)
    {
        if (count == 1) return leaves[from];
        int left = 1;
        while (left * 2 < count) left *= 2;
        return SHA256.HashData([0x01, .. Root(leaves, from, left), .. Root(leaves, from + left, count - left)]);
    }
}
