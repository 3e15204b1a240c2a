using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.GeneratedCodeHelpers;
using Orleans.Serialization.Serializers;
using Orleans.Serialization.WireProtocol;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// Lets the ledger's types cross grain calls as themselves, although the ledger does not know Orleans. The types are immutable: within a
/// process the receiver gets the same object. Between processes they travel as JSON, with a name for each type.
/// </summary>
public sealed class LedgerTypes : IGeneralizedCodec, IGeneralizedCopier, ITypeFilter
{
    private static readonly JsonSerializerOptions Format = new()
    {
        Converters =
        {
            new TextConverter<EntryId>(EntryId.Parse), new TextConverter<Digest>(Digest.Parse),
                new TextConverter<AccountPath>(AccountPath.Parse),
            new TextConverter<Unit>(Unit.Parse), new TextConverter<RegionCode>(RegionCode.Parse),
            new TextConverter<LedgerTime>(LedgerTime.Parse),
            new TextConverter<OpaqueId>(OpaqueId.Parse), new TextConverter<Slug>(Slug.Parse),
            new NumberConverter<Fen>(value => new Fen(value), fen => fen.Value), new DetailsConverter(),
        },
    };

    /// <summary>The types, by the names that they have between processes.</summary>
    private static readonly FrozenDictionary<string, Kind> ByName = new Kind[]
    {
        Kind.Of<Proposal>("proposal"), Kind.Of<Outcome>("outcome"), Kind.Of<DryRun>("trial"), Kind.Of<Account>("account"),
        Kind.Of<AccountPath>("path"), Kind.Of<EntryId>("entry-id"), Kind.Of<RedemptionClaim>("redemption-claim"),
        Kind.Of<BillClaim>("bill-claim"),
        Kind.Of<OfflineAcceptance>("offline-acceptance"), Kind.Of<EndEvidence>("end-evidence"),
        Kind.OfFile("policy", policy => policy.File.ToArray(), file => Policy.Parse(file).Expect("policy")),
        Kind.OfFile("catalogue", list => list.File.ToArray(), file => Ledger.Catalogue.Parse(file).Expect("service list")),
    }.ToFrozenDictionary(kind => kind.Name);

    private static readonly FrozenDictionary<Type, Kind> ByType = ByName.Values.ToFrozenDictionary(kind => kind.Type);

    /// <summary>All types that cross as themselves.</summary>
    public static IEnumerable<Type> All => ByType.Keys;

    /// <summary>A value as it travels: the name of its type, and its bytes.</summary>
    public static (string Name, byte[] Bytes) Written(object value)
    {
        Kind kind = ByType[value.GetType()];
        return (kind.Name, kind.Write(value));
    }

    public bool IsSupportedType(Type type) => type == typeof(LedgerTypes) || ByType.ContainsKey(type);

    public bool? IsTypeAllowed(Type type) => IsSupportedType(type) ? true : null;

    public object? DeepCopy(object? input, CopyContext context) => input;

    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, object? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType, value)) return;
        (string name, byte[] bytes) = Written(value!);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(LedgerTypes), WireType.TagDelimited);
        StringCodec.WriteField(ref writer, 0, name);
        ByteArrayCodec.WriteField(ref writer, 1, bytes);
        writer.WriteEndObject();
    }

    public object ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference) return ReferenceCodec.ReadReference(ref reader, field.FieldType ?? typeof(object))!;
        uint placeholder = ReferenceCodec.CreateRecordPlaceholder(reader.Session);
        string name = StringCodec.ReadValue(ref reader, reader.ReadFieldHeader())!;
        byte[] bytes = ByteArrayCodec.ReadValue(ref reader, reader.ReadFieldHeader())!;
        OrleansGeneratedCodeHelper.ConsumeEndBaseOrEndObject(ref reader);
        object value = ByName[name].Read(bytes);
        ReferenceCodec.RecordObject(reader.Session, value, placeholder);
        return value;
    }

    private sealed record Kind(string Name, Type Type, Func<object, byte[]> Write, Func<byte[], object> Read)
    {
        public static Kind Of<T>(string name)
            where T : notnull => new(
                name, typeof(T), value => JsonSerializer.SerializeToUtf8Bytes((T)value, Format),
                bytes => JsonSerializer.Deserialize<T>(bytes, Format) ?? throw new JsonException($"A {name} is null."));

        /// <summary>A type whose whole content is a file (a policy, a service list): the file's bytes travel.</summary>
        public static Kind OfFile<T>(string name, Func<T, byte[]> file, Func<byte[], T> read)
            where T : class => new(name, typeof(T), value => file((T)value), read);
    }

    private sealed class DetailsConverter : JsonConverter<EntryDetails>
    {
        public override EntryDetails Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            EntryDetails.Of(
                [.. JsonSerializer.Deserialize<Dictionary<string, string>>(ref reader, options)!.Select(pair => (pair.Key, pair.Value))]);

        public override void Write(Utf8JsonWriter writer, EntryDetails value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.ToDictionary(), options);
    }

    private sealed class NumberConverter<T>(Func<long, T> of, Func<T, long> value) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => of(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, T written, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value(written));
    }

    private sealed class TextConverter<T>(Func<string, T> parse) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value!.ToString());
    }
}

/// <summary>
/// Lets a value with one text cross grain calls as itself. Between processes it is that text, byte for byte like a string, so that a server
/// of a build that has a string in its place understands it.
/// </summary>
internal abstract class TextCodec<T>(Func<string, T> parse) : IFieldCodec<T>, IDeepCopier<T>
    where T : struct
{
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, T value)
        where TBufferWriter : IBufferWriter<byte>
    {
        if (expectedType != typeof(T)) throw new InvalidOperationException($"A {typeof(T).Name} crosses grain calls only as itself.");
        StringCodec.WriteField(ref writer, fieldIdDelta, value.ToString()!);
    }

    public T ReadValue<TInput>(ref Reader<TInput> reader, Field field) => parse(StringCodec.ReadValue(ref reader, field)!);

    public T DeepCopy(T input, CopyContext context) => input;
}

[RegisterSerializer, RegisterCopier]
internal sealed class OpaqueIdCodec() : TextCodec<OpaqueId>(OpaqueId.Parse);

[RegisterSerializer, RegisterCopier]
internal sealed class RegionCodec() : TextCodec<RegionCode>(RegionCode.Parse);

[RegisterSerializer, RegisterCopier]
internal sealed class DigestCodec() : TextCodec<Digest>(Digest.Parse);

[RegisterSerializer, RegisterCopier]
internal sealed class GrainKeyCodec() : TextCodec<GrainKey>(GrainKey.Parse);
