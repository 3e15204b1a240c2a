namespace TimeBank.Cli;

/// <summary>The language that people are spoken to in.</summary>
/// <param name="Locale">As in the server's texts: <c>zh-CN</c> or <c>en</c>.</param>
internal sealed record Language(string Locale)
{
    public static Language Chinese { get; } = new("zh-CN");

    public static Language English { get; } = new("en");

    public string this[string chinese, string english] => this == Chinese ? chinese : english;

    /// <summary>By <c>--lang</c>, which is looked for before anything is parsed, since help is in that language too; else by the locale.</summary>
    public static Language Choose(IReadOnlyList<string> args, Func<string, string?> variable)
    {
        string? wanted = args.FirstOrDefault(arg => arg.StartsWith("--lang=", StringComparison.Ordinal))?["--lang=".Length..];
        for (int i = 0; i + 1 < args.Count && wanted is null; i++)
        {
            if (args[i] == "--lang") wanted = args[i + 1];
        }
        // The first that is set decides, as in POSIX.
        wanted ??= new[] { "LC_ALL", "LC_MESSAGES", "LANG" }.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return wanted?.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true ? Chinese : English;
    }
}
