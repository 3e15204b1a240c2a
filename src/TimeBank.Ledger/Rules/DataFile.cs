using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace TimeBank.Ledger;

/// <summary>
/// A value of a data file with its place. Its content is a <see cref="long"/>, a <see cref="string"/>, a list of nodes, a dictionary of
/// nodes by key, or <see cref="Unreadable"/>. A data file has no other values, in particular no fractions.
/// </summary>
internal sealed record DataNode(string Path, int Line, object Content)
{
    private const int MaxDepth = 8;

    /// <summary>A value that a data file may not contain, and why.</summary>
    public sealed record Unreadable(string Why);

    /// <summary>Reads a whole file. A file that is not JSON gives one unreadable value.</summary>
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

    // Text with half a surrogate pair is not JSON either, but the reader throws only when asked for the text.
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

/// <summary>
/// Strict reading of one object of a data file. The caller asks for each key by name, type and range; <see cref="Close"/> reports every key
/// that it did not ask for. A wrong value is reported and replaced by a harmless one, so that one reading finds all errors.
/// </summary>
internal sealed class DataObject
{
    private static readonly HashSet<string> UnitWords =
        ["Minutes", "Hours", "Days", "Months", "Years", "Fen", "Yuan", "Percent", "Points", "Units"];

    private readonly IReadOnlyDictionary<string, DataNode> members;
    private readonly List<DataError> errors;
    private readonly HashSet<string> asked = [];
    private readonly int errorsBefore;

    private DataObject(DataNode node, IReadOnlyDictionary<string, DataNode> members, List<DataError> errors)
    {
        Node = node;
        this.members = members;
        this.errors = errors;
        errorsBefore = errors.Count;
    }

    public DataNode Node { get; }

    /// <summary>
    /// True where everything read so far of this object was right. If it was not, harmless values stand for wrong ones; comparing those
    /// with others would report errors that aren't there.
    /// </summary>
    public bool IsSound => errors.Count == errorsBefore;

    /// <summary>Begins to read a whole file. Errors go into <paramref name="errors"/>.</summary>
    public static DataObject OfFile(ReadOnlySpan<byte> utf8, List<DataError> errors) => Of(DataNode.Read(utf8), errors);

    public DataObject Object(string key) => Find(key) is { } node ? Of(node, errors) : Nothing(Node);

    /// <summary>An object that the file may leave out: then it has no keys.</summary>
    public DataObject ObjectOrEmpty(string key) => Has(key) ? Object(key) : Nothing(new DataNode($"{Node.Path}.{key}", Node.Line, ""));

    /// <summary>True where the file has a key that it may leave out.</summary>
    public bool Has(string key)
    {
        asked.Add(key);
        return members.ContainsKey(key);
    }

    public long Integer(string key, long min, long max) => Find(key) is { } node ? Integer(node, min, max) : min;

    public string Text(string key, int maxLength) => Find(key) is { } node ? Text(node, maxLength) : "";

    public DateOnly Date(string key) => Parsed(key, "a date such as 2026-01-01", static (string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date));

    public RegionCode Region(string key) =>
        Parsed(key, "a region's six digits", static (string text, out RegionCode code) => RegionCode.TryParse(text, out code));

    public Slug Slug(string key) =>
        Parsed(key, "1 to 40 small letters, digits and hyphens", static (string text, out Slug slug) =>
            TimeBank.Ledger.Slug.TryParse(text, out slug));

    /// <summary>One of the given words.</summary>
    public T Choice<T>(string key, IReadOnlyDictionary<string, T> words) =>
        Parsed(key, OneOf(words.Keys), (string text, out T value) => words.TryGetValue(text, out value!));

    public ImmutableArray<DataObject> Objects(string key) => [.. Elements(key).Select(node => Of(node, errors))];

    public ImmutableArray<long> Integers(string key, long min, long max) => [.. Elements(key).Select(node => Integer(node, min, max))];

    public ImmutableArray<T> Choices<T>(string key, IReadOnlyDictionary<string, T> words) =>
        [.. Elements(key)
            .Select(node => ParsedNode(node, OneOf(words.Keys), (string text, out T value) => words.TryGetValue(text, out value!)))];

    /// <summary>Reports an error in the value at <paramref name="key"/> beyond its type and range.</summary>
    public void Refuse(string key, string message)
    {
        DataNode place = members.GetValueOrDefault(key, Node);
        errors.Add(new DataError(place.Line, $"{Node.Path}.{key}", message));
    }

    /// <summary>
    /// Reports every key that the caller did not ask for. If it differs from a missing key only in the unit, it is a wrong unit.
    /// </summary>
    public void Close()
    {
        foreach ((string key, DataNode node) in members.Where(member => !asked.Contains(member.Key)))
        {
            string? meant = asked.FirstOrDefault(name => !members.ContainsKey(name) && WithoutUnit(name).SequenceEqual(WithoutUnit(key)));
            errors.Add(new DataError(node.Line, node.Path, meant is null ? "unknown key" : $"wrong unit: the key is '{meant}'"));
        }
    }

    private static DataObject Of(DataNode node, List<DataError> errors)
    {
        if (node.Content is Dictionary<string, DataNode> members)
            return new DataObject(node, members, errors);
        errors.Add(Error(node, "not an object"));
        return Nothing(node);
    }

    // Keys missing inside a value that is itself wrong are not reported.
    private static DataObject Nothing(DataNode place) => new(place, ImmutableDictionary<string, DataNode>.Empty, []);

    private delegate bool TryParse<T>(string text, out T value);

    private T Parsed<T>(string key, string shape, TryParse<T> parse) => Find(key) is { } node ? ParsedNode(node, shape, parse) : default!;

    private T ParsedNode<T>(DataNode node, string shape, TryParse<T> parse)
    {
        if (node.Content is string text && parse(text, out T value))
            return value;
        Wrong(node, $"not {shape}");
        return default!;
    }

    private long Integer(DataNode node, long min, long max)
    {
        if (node.Content is not long number)
            Wrong(node, "not a whole number");
        else if (number < min || number > max)
            Wrong(node, $"{number} is not between {min} and {max}");
        else
            return number;
        return min;
    }

    private string Text(DataNode node, int maxLength)
    {
        if (node.Content is not string text)
            Wrong(node, "not a text");
        else if (string.IsNullOrWhiteSpace(text) || text.Length > maxLength)
            Wrong(node, $"empty, or longer than {maxLength} characters");
        else
            return text;
        return "";
    }

    private IEnumerable<DataNode> Elements(string key)
    {
        if (Find(key) is not { } node)
            return [];
        if (node.Content is List<DataNode> { Count: > 0 } elements)
            return elements;
        Wrong(node, "not a list, or empty");
        return [];
    }

    private DataNode? Find(string key)
    {
        asked.Add(key);
        if (members.TryGetValue(key, out DataNode? node))
            return node;
        errors.Add(new DataError(Node.Line, $"{Node.Path}.{key}", "missing"));
        return null;
    }

    private void Wrong(DataNode node, string message) => errors.Add(Error(node, message));

    private static DataError Error(DataNode node, string message) =>
        new(node.Line, node.Path, node.Content is DataNode.Unreadable unreadable ? unreadable.Why : message);

    private static string OneOf(IEnumerable<string> words) => $"one of {string.Join(", ", words.Order(StringComparer.Ordinal))}";

    private static IEnumerable<string> WithoutUnit(string key) => Words(key).Where(word => !UnitWords.Contains(word));

    private static IEnumerable<string> Words(string key)
    {
        int start = 0;
        for (int at = 1; at <= key.Length; at++)
        {
            if (at < key.Length && !char.IsAsciiLetterUpper(key[at]))
                continue;
            yield return key[start..at];
            start = at;
        }
    }
}

/// <summary>The content of a data file, or all of its errors in line order; never both.</summary>
public sealed record DataResult<T> where T : class
{
    internal DataResult(T value) => (Value, Errors) = (value, []);

    internal DataResult(IEnumerable<DataError> errors) => Errors = [.. errors.OrderBy(error => error.Line)];

    public T? Value { get; }

    public ImmutableArray<DataError> Errors { get; }

    /// <exception cref="InvalidDataException">The file is wrong; the message lists every error. For files that ship with the
    /// product.</exception>
    public T Expect(string file) => Value ?? throw new InvalidDataException($"{file}: {string.Join("; ", Errors)}");
}

/// <summary>An error in a data file, and its place.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Path">Such as <c>$.hours.balanceCapMinutes.value</c>; <c>$</c> is the whole file.</param>
public sealed record DataError(int Line, string Path, string Message)
{
    public override string ToString() => $"line {Line}, {Path}: {Message}";
}

/// <summary>The data files that ship inside this assembly.</summary>
internal static class ShippedData
{
    private const string Prefix = "data/";

    /// <summary>Every shipped file whose name starts with <paramref name="start"/>, by name.</summary>
    public static IEnumerable<string> Names(string start) => typeof(ShippedData).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix + start, StringComparison.Ordinal))
        .Select(name => name[Prefix.Length..])
        .Order(StringComparer.Ordinal);

    public static byte[] Read(string name)
    {
        using Stream stream = typeof(ShippedData).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new FileNotFoundException($"No data file '{name}' ships with this assembly.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
