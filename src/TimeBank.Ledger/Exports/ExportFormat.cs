using System.Globalization;
using System.Text;

namespace TimeBank.Ledger;

/// <summary>
/// Writes a journal, or a span of it, in a form that other people's tools read: first the balances that it begins with, then account by
/// account as
/// each is opened and entry by entry, then the balances that it must end with. Text gathers until it is taken, so a journal of any length
/// needs
/// little memory.
/// </summary>
public abstract class ExportFormat
{
    /// <summary>What has been written and not yet taken.</summary>
    protected StringBuilder Text { get; } = new();

    /// <summary>How much has been written and not yet taken, in characters.</summary>
    public int Length => Text.Length;

    public static ExportFormat Hledger() => new HledgerExport();

    public static ExportFormat Beancount() => new BeancountExport();

    public static ExportFormat Csv() => new CsvExport();

    /// <param name="first">The index of the first entry.</param>
    /// <param name="beyond">The index past the last one.</param>
    public abstract void Begin(RegionCode region, long first, long beyond);

    /// <summary>Whether it says balances at all: else neither opening nor closing ones are asked for.</summary>
    public virtual bool HasBalances => true;

    /// <summary>An account that the span finds open; it begins on this day.</summary>
    public abstract void Declare(Account account, DateOnly day);

    /// <summary>The accounts that the span finds open come next with the counters that it begins with.</summary>
    public abstract void BeginOpening(DateOnly day);

    public abstract void Opening(Account account);

    /// <param name="transfers">The entry's, in their order.</param>
    public abstract void Entry(JournalEntry entry, IEnumerable<StoredTransfer> transfers);

    /// <summary>Every account comes next with the counters that the span ends with.</summary>
    /// <param name="day">The day of the last entry.</param>
    public abstract void BeginClosing(DateOnly day);

    public abstract void Closing(Account account, DateOnly day);

    /// <summary>Gives what has been written and forgets it.</summary>
    public string Take()
    {
        string text = Text.ToString();
        Text.Clear();
        return text;
    }

    /// <summary>The civil day on which an entry was recorded.</summary>
    protected static DateOnly DayOf(JournalEntry entry) => ChinaTime.DateOf(entry.Time.ToDateTimeOffset());

    protected static string TimeOf(JournalEntry entry) =>
        entry.Time.ToDateTimeOffset().ToOffset(ChinaTime.Offset).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);

    /// <summary>An event in UPPER_SNAKE, as the public contract writes it.</summary>
    protected static string CodeOf(EntryCode code) =>
        string.Concat(StoredName.Of(code)
        .Select((letter, at) => at > 0 && char.IsAsciiLetterUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    /// <summary>An amount with its unit, debits positive: money in yuan with two decimals, everything else in whole numbers.</summary>
    protected static string AmountOf(long value, Unit unit)
    {
        const int fenPerYuan = 100;
        if (unit != Unit.Fen) return string.Create(CultureInfo.InvariantCulture, $"{value} {unit.Code}");
        return string.Create(CultureInfo.InvariantCulture,
            $"{(value < 0 ? "-" : "")}{Math.Abs(value) / fenPerYuan}.{Math.Abs(value) % fenPerYuan:D2} {unit.Code}");
    }

    /// <summary>An account's balance, debits positive.</summary>
    protected static long BalanceOf(Counters counters) => counters.DebitsPosted - counters.CreditsPosted;

    /// <summary>
    /// What an entry says besides its amounts, as keys of small letters, digits and hyphens with values; nothing that is empty.
    /// </summary>
    protected static IEnumerable<(string Key, string Value)> FactsOf(JournalEntry entry)
    {
        EntryHeader header = entry.Header;
        yield return ("index", $"{entry.Index}");
        yield return ("time", TimeOf(entry));
        yield return ("effective", Day(header.EffectiveDate));
        yield return ("code", CodeOf(entry.Code));
        if (entry.Kind != EntryKind.Post) yield return ("kind", StoredName.Of(entry.Kind));
        if (entry.Of is { } of) yield return (entry.EndsHold ? "hold" : "reverses", $"{of}");
        if (entry.Expires is { } expires) yield return ("expires", expires.ToString());
        yield return ("actor", header.Actor);
        if (header.OnBehalfOf.Length > 0) yield return ("on-behalf-of", header.OnBehalfOf);
        if (header.PolicyVersion.Length > 0) yield return ("policy", header.PolicyVersion);
        foreach ((string key, string value) in header.Details) yield return (
            $"detail-{string.Concat(key.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'))}", value);
    }

    protected static string Day(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>A text on one line.</summary>
    protected static string OneLine(string text) =>
        string.Concat(text.Select(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' ? ' ' : letter));
}
