using System.Globalization;
using System.Text;

namespace TimeBank.Ledger;

/// <summary>
/// Writes a journal, or a span of it, in a format of other people's tools: first the opening balances; then each entry with the accounts
/// that it opens; then the closing balances. Text collects until the caller takes it, so a journal of any length needs little memory.
/// </summary>
public abstract class ExportFormat
{
    /// <summary>Text written and not yet taken.</summary>
    protected StringBuilder Text { get; } = new();

    /// <summary>The length of the text written and not yet taken, in characters.</summary>
    public int Length => Text.Length;

    public static ExportFormat Hledger() => new HledgerExport();

    public static ExportFormat Beancount() => new BeancountExport();

    public static ExportFormat Csv() => new CsvExport();

    /// <param name="first">The index of the first entry.</param>
    /// <param name="beyond">The index past the last one.</param>
    public abstract void Begin(RegionCode region, long first, long beyond);

    /// <summary>False where the format states no balances: the caller then skips opening and closing ones.</summary>
    public virtual bool HasBalances => true;

    /// <summary>Declares an account that is open before the span, as of a day.</summary>
    public abstract void Declare(Account account, DateOnly day);

    /// <summary>Begins the opening balances: the accounts open before the span, with the counters at its start.</summary>
    public abstract void BeginOpening(DateOnly day);

    public abstract void Opening(Account account);

    /// <param name="transfers">The entry's transfers, in order.</param>
    public abstract void Entry(JournalEntry entry, IEnumerable<StoredTransfer> transfers);

    /// <summary>Begins the closing balances: every account with the counters at the span's end.</summary>
    /// <param name="day">The day of the last entry.</param>
    public abstract void BeginClosing(DateOnly day);

    public abstract void Closing(Account account, DateOnly day);

    /// <summary>Returns the written text and clears it.</summary>
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

    /// <summary>An event in UPPER_SNAKE, as the public contract spells it.</summary>
    protected static string CodeOf(EntryCode code) => StoredName.UpperSnake(StoredName.Of(code));

    /// <summary>An amount with its unit, debits positive: money in yuan with two decimals, all else in whole numbers.</summary>
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
    /// An entry's facts besides its amounts, as key and value. Keys have only small letters, digits and hyphens; empty facts are left out.
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

    /// <summary>The text on one line: line breaks and control characters become spaces.</summary>
    protected static string OneLine(string text) =>
        string.Concat(text.Select(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' ? ' ' : letter));
}
