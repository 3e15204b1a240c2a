using System.Text.Json;

namespace TimeBank.Ledger;

/// <summary>
/// A value of a data file with its place. Its content is a <see cref="long"/>, a <see cref="string"/>, a list of nodes, a dictionary of nodes by key, or
/// <see cref="Unreadable"/>: a data file has no other values, and no fractions in particular.
/// </summary>
internal sealed record DataNode(string Path, int Line, object Content)
{
    private const int MaxDepth = 8;

    /// <summary>A value that no data file may hold, and why.</summary>
    public sealed record Unreadable(string Why);

    /// <summary>Reads a whole file. What is not JSON at all is one unreadable value.</summary>
    public static DataNode Read(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Disallow });
        try
        {
            reader.Read();
            DataNode root = Read(ref reader, utf8, "$");
            reader.Read(); // anything behind the value is refused here
            return root;
        }
        catch (JsonException wrong)
        {
            return new DataNode("$", (int)(wrong.LineNumber ?? 0) + 1, new Unreadable("not JSON, or nested too deep"));
        }
    }

    private static DataNode Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string path)
    {
        int line = 1 + utf8[..(int)reader.TokenStartIndex].Count((byte)'\n');
        object content = reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadMembers(ref reader, utf8, path),
            JsonTokenType.StartArray => ReadElements(ref reader, utf8, path),
            JsonTokenType.String => ReadText(ref reader),
            JsonTokenType.Number when reader.TryGetInt64(out long number) => number,
            JsonTokenType.Number => new Unreadable("not a whole number of 64 bits"),
            _ => new Unreadable("neither a number, a text, a list nor an object"),
        };
        return new DataNode(path, line, content);
    }

    private static Dictionary<string, DataNode> ReadMembers(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string path)
    {
        Dictionary<string, DataNode> members = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = ReadText(ref reader);
            reader.Read();
            DataNode value = Read(ref reader, utf8, $"{path}.{key}");
            members[key] = members.ContainsKey(key) ? value with { Content = new Unreadable("stands here twice") } : value;
        }
        return members;
    }

    private static List<DataNode> ReadElements(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string path)
    {
        List<DataNode> elements = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            elements.Add(Read(ref reader, utf8, $"{path}[{elements.Count}]"));
        return elements;
    }

    // Text with half a surrogate pair in it is no JSON either, but the reader finds out only when asked for the text.
    private static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException broken)
        {
            throw new JsonException("broken text", broken);
        }
    }
}
