using System.Collections.Frozen;
using System.Text.Json;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The language of the tool's texts.</summary>
/// <param name="Locale">As in the server's texts: <c>zh-CN</c> or <c>en</c>.</param>
internal sealed record Language(string Locale)
{
    public static Language Chinese { get; } = new("zh-CN");

    public static Language English { get; } = new("en");

    public string this[string chinese, string english] => this == Chinese ? chinese : english;

    /// <summary>
    /// From <c>--lang</c>, else from the locale. The tool looks for <c>--lang</c> before it parses the command line, because help is in
    /// that language too.
    /// </summary>
    public static Language Choose(IReadOnlyList<string> args, Func<string, string?> variable)
    {
        string? wanted = args.FirstOrDefault(arg => arg.StartsWith("--lang=", StringComparison.Ordinal))?["--lang=".Length..];
        for (int i = 0; i + 1 < args.Count && wanted is null; i++)
        {
            if (args[i] == "--lang") wanted = args[i + 1];
        }
        // POSIX: the first variable that is set decides.
        wanted ??= new[] { "LC_ALL", "LC_MESSAGES", "LANG" }.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return wanted?.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true ? Chinese : English;
    }
}

/// <summary>
/// Words for the contract's names: the contract's own words for units, choices and entry codes, the tool's for what is missing.
/// </summary>
internal static class Labels
{
    private static readonly FrozenDictionary<string, (string Chinese, string English)> All = Contract().Concat(Own())
        .ToFrozenDictionary(word => word.Name, word => (word.Chinese, word.English));

    /// <summary>The word for a name; null if it has none.</summary>
    public static string? Of(string name, Language language) => All.TryGetValue(name, out var word)
        ? language[word.Chinese, word.English] : null;

    /// <summary>The word for a name that the contract has as text; the name itself where there is none.</summary>
    public static string OrName(string prefix, string name, Language language) => Of($"{prefix}{name}", language) ?? name;

    private static List<(string Name, string Chinese, string English)> Contract()
    {
        using Stream stream = typeof(Amount).Assembly.GetManifestResourceStream("words.json")
            ?? throw new InvalidOperationException("The contract has no words.json.");
        using JsonDocument document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray()
            .Select(word =>
            (word.GetProperty("word").GetString()!, word.GetProperty("zh").GetString()!, word.GetProperty("en").GetString()!))];
    }

    private static IEnumerable<(string Name, string Chinese, string English)> Own() =>
        [("ABILITY_GRADE_UNSPECIFIED", "未评估", "not assessed"), ("SIDE_UNSPECIFIED", "平", "–")];
}
