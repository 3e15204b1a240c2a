using System.Text.Json;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>How the ledger's own types, which know nothing of grains, are written where a message leaves the process.</summary>
internal static class MessageJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Converters =
        {
            new TextConverter<EntryId>(EntryId.Parse), new TextConverter<Digest>(Digest.Parse), new TextConverter<AccountPath>(AccountPath.Parse),
            new TextConverter<Unit>(Unit.Parse), new TextConverter<RegionCode>(RegionCode.Parse), new TextConverter<LedgerTime>(LedgerTime.Parse), new DetailsConverter(),
        },
    };

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    public static T Read<T>(byte[] bytes) => JsonSerializer.Deserialize<T>(bytes, Options) ?? throw new JsonException("A message is null.");

    private sealed class DetailsConverter : JsonConverter<EntryDetails>
    {
        public override EntryDetails Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            EntryDetails.Of([.. JsonSerializer.Deserialize<Dictionary<string, string>>(ref reader, options)!.Select(pair => (pair.Key, pair.Value))]);

        public override void Write(Utf8JsonWriter writer, EntryDetails value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.ToDictionary(), options);
    }

    private sealed class TextConverter<T>(Func<string, T> parse) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value!.ToString());
    }
}
