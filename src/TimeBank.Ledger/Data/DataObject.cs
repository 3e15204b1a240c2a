using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// Strict reading of one object of a data file: each key is asked for by name, type and range, and <see cref="Close"/> notes every key that nobody asked
/// for. A wrong value is noted and answered with something harmless, so that one reading finds all that is wrong.
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
    /// Whether all that was read so far of this object and inside it was right. Where not, harmless values stand for wrong ones, and comparing them with
    /// others would only find what is not there.
    /// </summary>
    public bool IsSound => errors.Count == errorsBefore;

    /// <summary>Begins to read a whole file; what is wrong with it goes into <paramref name="errors"/>.</summary>
    public static DataObject OfFile(ReadOnlySpan<byte> utf8, List<DataError> errors) => Of(DataNode.Read(utf8), errors);

    public DataObject Object(string key) => Find(key) is { } node ? Of(node, errors) : Nothing(Node);

    public long Integer(string key, long min, long max) => Find(key) is { } node ? Integer(node, min, max) : min;

    public string Text(string key, int maxLength) => Find(key) is { } node ? Text(node, maxLength) : "";

    public DateOnly Date(string key) => Parsed(key, "a date such as 2026-01-01", static (string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date));

    public RegionCode Region(string key) => Parsed(key, "a region's six digits", static (string text, out RegionCode code) => RegionCode.TryParse(text, out code));

    public Slug Slug(string key) =>
        Parsed(key, "1 to 40 small letters, digits and hyphens", static (string text, out Slug slug) => TimeBank.Ledger.Slug.TryParse(text, out slug));

    /// <summary>One of a few words.</summary>
    public T Choice<T>(string key, IReadOnlyDictionary<string, T> words) =>
        Parsed(key, OneOf(words.Keys), (string text, out T value) => words.TryGetValue(text, out value!));

    public ImmutableArray<DataObject> Objects(string key) => [.. Elements(key).Select(node => Of(node, errors))];

    public ImmutableArray<long> Integers(string key, long min, long max) => [.. Elements(key).Select(node => Integer(node, min, max))];

    public ImmutableArray<T> Choices<T>(string key, IReadOnlyDictionary<string, T> words) =>
        [.. Elements(key).Select(node => ParsedNode(node, OneOf(words.Keys), (string text, out T value) => words.TryGetValue(text, out value!)))];

    /// <summary>Notes something that is wrong with the value at <paramref name="key"/> for a reason beyond its type and range.</summary>
    public void Refuse(string key, string message)
    {
        DataNode place = members.GetValueOrDefault(key, Node);
        errors.Add(new DataError(place.Line, $"{Node.Path}.{key}", message));
    }

    /// <summary>Notes every key that was not asked for; one that differs from a missing key in its unit alone is called a wrong unit.</summary>
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

    // What is missing inside something that is itself wrong is not worth a word.
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
