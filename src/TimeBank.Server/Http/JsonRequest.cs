using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Makes a request of the contract from an address, its query parameters and its body, by protobuf's own rules for JSON: a field by either
/// of its names, 64-bit numbers also as text. What the contract does not know is refused, and named.
/// </summary>
public static class JsonRequest
{
    private const int MaxDepth = 16;

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(false));
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <param name="value">What the address gives to the rule's variable.</param>
    /// <param name="body">The body's bytes; empty for a rule without one.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_FIELD or MESSAGE_UNREADABLE.</exception>
    public static IMessage Read(HttpRule rule, string value, IQueryCollection query, ReadOnlyMemory<byte> body)
    {
        MessageDescriptor type = rule.Method.InputType;
        JsonObject request = body.IsEmpty ? [] : Parse(body);
        if (!rule.HasBody) AddQuery(request, type, query);
        else if (query.Count > 0) throw Wrong(query.Keys.First(), "UNKNOWN_FIELD");
        if (rule.Variable is { } variable)
        {
            bool isGiven = request.ContainsKey(variable.Name) || request.ContainsKey(variable.JsonName);
            if (isGiven) throw Wrong(variable.Name, "GIVEN_BY_ADDRESS");
            request[variable.JsonName] = value;
        }
        WriteNumbersAsText(request, type);
        try
        {
            return Parser.Parse(request.ToJsonString(), type);
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or InvalidOperationException or ArgumentException
            or FormatException or OverflowException)
        {
            FieldViolation? fault = Fault(request, type, "");
            throw fault is null ? Problem.Of(Reason.MessageUnreadable) : Problem.Invalid([fault]);
        }
    }

    private static JsonObject Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonNode.Parse(body.Span, documentOptions: Strict) as JsonObject ?? throw Problem.Of(Reason.MessageUnreadable);
        }
        catch (JsonException)
        {
            throw Problem.Of(Reason.MessageUnreadable);
        }
    }

    /// <summary>Query parameters as the JSON that they stand for: <c>date.year=2026</c>, and one that is repeated for a list.</summary>
    private static void AddQuery(JsonObject request, MessageDescriptor type, IQueryCollection query)
    {
        foreach ((string path, Microsoft.Extensions.Primitives.StringValues values) in query)
        {
            JsonObject at = request;
            MessageDescriptor of = type;
            string[] names = path.Split('.');
            for (int i = 0; i < names.Length; i++)
            {
                FieldDescriptor field = Named(of, names[i]) ?? throw Wrong(path, "UNKNOWN_FIELD");
                bool isLast = i == names.Length - 1;
                if (isLast)
                {
                    if (at.ContainsKey(field.JsonName) || (!field.IsRepeated && values.Count > 1)) throw Wrong(path, "REPEATED");
                    JsonNode?[] nodes = [.. values.Select(text => Node(field, text ?? ""))];
                    at[field.JsonName] = field.IsRepeated ? new JsonArray(nodes) : nodes[0];
                }
                else if (field is { IsRepeated: false, FieldType: FieldType.Message } && names.Length <= MaxDepth)
                {
                    if (at[field.JsonName] is not JsonObject inner) at[field.JsonName] = inner = [];
                    at = inner;
                    of = field.MessageType;
                }
                else throw Wrong(path, "UNKNOWN_FIELD");
            }
        }
    }

    private static JsonValue Node(FieldDescriptor field, string text) =>
        field.FieldType == FieldType.Bool && bool.TryParse(text, out bool yes) ? JsonValue.Create(yes)
        : field.FieldType == FieldType.Enum && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? JsonValue.Create(number)
        : JsonValue.Create(text);

    /// <summary>Protobuf's parser reads a JSON number as a double, and 9007199254740993 would silently become one fen less.</summary>
    private static void WriteNumbersAsText(JsonObject request, MessageDescriptor type)
    {
        foreach ((string name, JsonNode? value) in request.ToArray())
        {
            FieldDescriptor? field = Named(type, name);
            if (field is { FieldType: FieldType.Int64 or FieldType.UInt64 } && value?.GetValueKind() == JsonValueKind.Number)
            {
                request[name] = value.ToJsonString();
            }
            if (field is not { FieldType: FieldType.Message, IsMap: false }) continue;
            foreach (JsonNode? one in value is JsonArray list ? [.. list] : new[] { value })
            {
                if (one is JsonObject inner) WriteNumbersAsText(inner, field.MessageType);
            }
        }
    }

    /// <summary>The first field that makes a request unreadable. Protobuf's parser does not say where it stopped.</summary>
    private static FieldViolation? Fault(JsonObject request, MessageDescriptor type, string path)
    {
        foreach ((string name, JsonNode? value) in request)
        {
            if (Named(type, name) is not { } field) return new FieldViolation(path + name, "UNKNOWN_FIELD");
            if (IsReadable(type, name, value)) continue;
            if (field.FieldType == FieldType.Message && !field.IsMap)
            {
                JsonNode?[] items = value is JsonArray list ? [.. list] : [value];
                for (int i = 0; i < items.Length; i++)
                {
                    string place = path + field.Name + (value is JsonArray ? $"[{i}]" : "") + ".";
                    if (items[i] is JsonObject inner && Fault(inner, field.MessageType, place) is { } fault) return fault;
                }
            }
            return new FieldViolation(path + field.Name, "NOT_OF_ITS_KIND", ("kind", Kind(field)));
        }
        return null;
    }

    private static bool IsReadable(MessageDescriptor type, string name, JsonNode? value)
    {
        try
        {
            Parser.Parse(new JsonObject { [name] = value?.DeepClone() }.ToJsonString(), type);
            return true;
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or InvalidOperationException or ArgumentException
            or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static FieldDescriptor? Named(MessageDescriptor type, string name) =>
        type.Fields.InFieldNumberOrder().FirstOrDefault(field => field.Name == name || field.JsonName == name);

    private static string Kind(FieldDescriptor field) => (field.IsRepeated ? "repeated " : "") + field.FieldType switch
    {
        FieldType.Enum => string.Join(" | ", field.EnumType.Values.Skip(1).Select(one => one.Name)),
        FieldType.Message => field.MessageType.Name,
        var type => $"{type}".ToLowerInvariant(),
    };

    private static Exception Wrong(string field, string violation) => Problem.Invalid([new FieldViolation(field, violation)]);
}
