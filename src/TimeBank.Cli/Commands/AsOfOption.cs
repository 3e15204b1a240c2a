using System.CommandLine;
using System.Globalization;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The moment that balances are asked for: <c>--as-of</c> with a day, whose end is meant, or a number of entries.</summary>
internal sealed class AsOfOption(Kit kit)
{
    public Option<string> Option { get; } = kit.Option("--as-of", "截至哪天（如 2026-10-15，当日终了）或第几笔分录之后（如 1200）", "as of the end of a day, such as 2026-10-15, or after so many entries, such as 1200");

    /// <summary>The moment; null for now.</summary>
    /// <exception cref="UsageException">It is neither a day nor a number.</exception>
    public AsOf? Read(ParseResult parsed) => parsed.GetValue(Option) switch
    {
        null or "" => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count) => new AsOf { EntryCount = count },
        var text => new AsOf { Date = TimeText.ParseDay(text) },
    };
}
