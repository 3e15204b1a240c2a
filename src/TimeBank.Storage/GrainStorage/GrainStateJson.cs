using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Storage;

namespace TimeBank.Storage.GrainStorage;

/// <summary>
/// Grain states as JSON that people and SQL can read: members and enums under their stored names, Chinese unescaped. An unknown member is
/// an error: a program that does not know all of a state must not write it back.
/// </summary>
public sealed class GrainStateJson : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        // Only ever read as JSON, never embedded in HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, Format));

    /// <exception cref="JsonException">The stored state is not of this type.</exception>
    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, Format);

    /// <summary>Reads a stored state; null where the bytes are not a state of this type.</summary>
    internal T? Read<T>(byte[] stored)
        where T : class => Read(stored, typeof(T), out _) as T;

    /// <summary>Reads a stored state; null where the bytes are not a state of this type. <paramref name="wrong"/> then says why.</summary>
    internal object? Read(byte[] stored, Type type, out string wrong)
    {
        try
        {
            object? state = JsonSerializer.Deserialize(stored, type, Format);
            wrong = state is null ? "null" : "";
            return state;
        }
        // A value that a property refuses makes the state as unreadable as broken JSON.
        catch (Exception unreadable)
            when (unreadable is JsonException or NotSupportedException or FormatException or ArgumentException or OverflowException)
        {
            wrong = unreadable.Message;
            return null;
        }
    }
}
