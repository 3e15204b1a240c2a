using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orleans.Runtime;

/// <summary>Integer keys are upper-case hexadecimal, GUID keys 32 digits; <c>+</c> precedes a key extension.</summary>
public static class GrainIdKeyExtensions
{
    public static IdSpan CreateIntegerKey(long key) => IdSpan.Create(key.ToString("X", CultureInfo.InvariantCulture));

    public static IdSpan CreateIntegerKey(long key, string? keyExtension) =>
        string.IsNullOrWhiteSpace(keyExtension) ? CreateIntegerKey(key) : IdSpan.Create($"{key:X}+{keyExtension}");

    public static IdSpan CreateGuidKey(Guid key) => IdSpan.Create(key.ToString("N"));

    public static IdSpan CreateGuidKey(Guid key, string? keyExtension) =>
        string.IsNullOrWhiteSpace(keyExtension) ? CreateGuidKey(key) : IdSpan.Create($"{key:N}+{keyExtension}");

    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
    {
        ReadOnlySpan<byte> text = grainId.Key.AsSpan();
        keyExt = null;
        if (text.IndexOf((byte)'+') is >= 0 and var plus)
        {
            keyExt = Encoding.UTF8.GetString(text[(plus + 1)..]);
            text = text[..plus];
        }

        return Utf8Parser.TryParse(text, out key, out int read, 'X') && read == text.Length;
    }

    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt)
    {
        ReadOnlySpan<byte> text = grainId.Key.AsSpan();
        keyExt = null;
        if (text.Length > 32 && text[32] == '+')
        {
            keyExt = Encoding.UTF8.GetString(text[33..]);
            text = text[..32];
        }

        key = default;
        return text.Length == 32 && Utf8Parser.TryParse(text, out key, out int read, 'N') && read == 32;
    }

    public static long GetIntegerKey(this GrainId grainId) => grainId.GetIntegerKey(out _);

    public static long GetIntegerKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetIntegerKey(out long key, out keyExt)
            ? key
            : throw new ArgumentException($"\"{grainId}\" has no integer key.", nameof(grainId));

    public static Guid GetGuidKey(this GrainId grainId) => grainId.GetGuidKey(out _);

    public static Guid GetGuidKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetGuidKey(out Guid key, out keyExt)
            ? key
            : throw new ArgumentException($"\"{grainId}\" has no GUID key.", nameof(grainId));
}
