using System.Text.Json;

namespace Orleans.Storage;

/// <summary>JSON, for providers whose options name no serializer.</summary>
internal sealed class DefaultSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span);
}
