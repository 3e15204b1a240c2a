using System.Buffers;

namespace Grpc.Core;

/// <summary>What a metadata key may look like: letters, digits, underscores, hyphens and full stops, in lower case.</summary>
internal static class MetadataKey
{
    private static readonly SearchValues<char> s_allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    public static bool IsBinary(string key) => key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase);

    public static string Normalize(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        string lower = key.ToLowerInvariant();
        return lower.Length > 0 && lower.AsSpan().IndexOfAnyExcept(s_allowed) < 0
            ? lower
            : throw new ArgumentException($"Metadata entry key '{key}' can only contain alphanumeric characters, underscores, hyphens and dots.");
    }
}
