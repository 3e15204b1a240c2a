using System.Text;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>
/// A grain's key as the query contract has it. Keys that look like hexadecimal integers or GUIDs are filed as such,
/// string keys included, for the package does so too.
/// </summary>
internal readonly record struct AdoNetGrainKey(long N0, long N1, string? Extension, int Hash)
{
    internal static AdoNetGrainKey Of(GrainId grainId)
    {
        if (grainId.TryGetGuidKey(out Guid guid, out string? extension))
        {
            byte[] bytes = guid.ToByteArray();
            return new(BitConverter.ToInt64(bytes, 0), BitConverter.ToInt64(bytes, 8), extension, HashOf(bytes, extension));
        }

        if (grainId.TryGetIntegerKey(out long number, out extension))
            return new(0, number, extension, HashOf(BitConverter.GetBytes(number), extension));
        string text = grainId.Key.ToString();
        return new(0, 0, text, HashOf([], text));
    }

    internal static int HashOf(byte[] data) => unchecked((int)StableHash.ComputeHash(data));

    private static int HashOf(byte[] number, string? extension)
    {
        byte[] all = [.. number, .. Encoding.UTF8.GetBytes(extension ?? "")];
        Array.Reverse(all);
        return HashOf(all);
    }
}
