using System.Collections.Immutable;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace TimeBank.Banking;

/// <summary>How a bank's or a wallet's files are read: data, one JSON file each, checked when it is read.</summary>
public sealed record StatementProfile
{
    /// <summary>The profile's own name, such as <c>boc-debit</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What a person calls the file, in Chinese.</summary>
    public required string Title { get; init; }

    public required StatementFormat Format { get; init; }

    /// <summary>The encodings that a text file may have, in the order in which they are tried. A spreadsheet has its own.</summary>
    public ImmutableArray<TextEncodingName> Encodings { get; init; } = [TextEncodingName.Utf8, TextEncodingName.Gb18030];

    /// <summary>What parts the cells of a text table.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>Whether the account may owe, as a credit card does.</summary>
    public bool MayBeNegative { get; init; }

    /// <summary>The order in which the bank writes its lists. It decides only where neither balances nor days do.</summary>
    public bool? NewestFirst { get; init; }

    /// <summary>The account's clock, in minutes ahead of UTC: the day of a time in another zone is that of this clock.</summary>
    public int UtcOffsetMinutes { get; init; } = 480;

    /// <summary>The table's layout; null for the formats that bring their own.</summary>
    public TableLayout? Table { get; init; }

    internal string HeaderNames => Table is { } table ? string.Join(", ", table.Columns.Needed) : "";
}

public enum StatementFormat
{
    [JsonStringEnumMemberName("camt053")]
    Camt053,

    [JsonStringEnumMemberName("mt940")]
    Mt940,

    /// <summary>A table as text, as a spreadsheet, or as text in a zip archive; the file's first bytes tell which.</summary>
    [JsonStringEnumMemberName("table")]
    Table,
}

/// <summary>How the bytes of a text file are read.</summary>
public enum TextEncodingName
{
    Utf8,

    /// <summary>With its mark, which says which byte comes first.</summary>
    Utf16,

    /// <summary>The Chinese national encoding; GBK and GB2312 are parts of it.</summary>
    Gb18030,

    /// <summary>Of old MT940 files: every byte is a letter.</summary>
    Latin1,
}

/// <summary>A table whose header is found by its names, wherever it stands.</summary>
public sealed record TableLayout
{
    public required ColumnNames Columns { get; init; }

    public required SignRule Sign { get; init; }

    /// <summary>Formats of days, with the time or without, as .NET writes them; <c>MM/dd</c> needs <see cref="Year"/>.</summary>
    public required ImmutableArray<string> Dates { get; init; }

    /// <summary>Formats of the column of times.</summary>
    public ImmutableArray<string> Times { get; init; } = ["HH:mm:ss"];

    /// <summary>Words for currencies beside the codes of ISO 4217.</summary>
    public ImmutableDictionary<string, string> Currencies { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What stands for an empty cell, beside nothing.</summary>
    public ImmutableArray<string> Blanks { get; init; } = [];

    /// <summary>A letter before every cell, as WeChat writes it for merchants.</summary>
    public string CellPrefix { get; init; } = "";

    /// <summary>How many cells the bank leaves out at a row's end.</summary>
    public int MissingCells { get; init; }

    /// <summary>What a row that is a remark begins with; null where the file has none.</summary>
    public string? Remark { get; init; }

    /// <summary>How rows behind the table begin that mean nothing.</summary>
    public ImmutableArray<string> Footers { get; init; } = [];

    /// <summary>Where the head names the account, as group <c>account</c>.</summary>
    public Regex? Account { get; init; }

    /// <summary>Where the head names the first and last day, as groups <c>from</c> and <c>to</c>, both as <c>yyyy-MM-dd</c>.</summary>
    public Regex? Period { get; init; }

    /// <summary>Where the head names the statement's month, as groups <c>year</c> and <c>month</c>.</summary>
    public Regex? Year { get; init; }

    /// <summary>Where a line's text names the fee, as group <c>fee</c> in yuan: WeChat has no column for it.</summary>
    public Regex? FeeInText { get; init; }

    /// <summary>Which rows are money, in order: the first rule that fits decides.</summary>
    public ImmutableArray<RowRule> Rules { get; init; } = [];

    /// <summary>Whether a row that no rule fits refuses the file.</summary>
    public bool RulesAreAll { get; init; }

    public ImmutableArray<OwnTotal> Totals { get; init; } = [];
}

/// <summary>The columns by their names in the header; null where the file has none for it.</summary>
public sealed record ColumnNames
{
    public required string Date { get; init; }

    public string? Time { get; init; }

    public string? ValueDate { get; init; }

    public string? Amount { get; init; }

    public string? In { get; init; }

    public string? Out { get; init; }

    public string? Side { get; init; }

    public string? Balance { get; init; }

    public string? Currency { get; init; }

    public string? Account { get; init; }

    /// <summary>The columns that together are a line's text.</summary>
    public ImmutableArray<string> Text { get; init; } = [];

    public string? Counterparty { get; init; }

    public string? CounterpartyAccount { get; init; }

    public string? Means { get; init; }

    public string? EndToEndId { get; init; }

    public string? BankReference { get; init; }

    public string? BatchId { get; init; }

    public string? Fee { get; init; }

    /// <summary>Columns that only the rules look at.</summary>
    public ImmutableArray<string> Others { get; init; } = [];

    internal IEnumerable<string> Needed => new[]
    {
        Date, Time, ValueDate, Amount, In, Out, Side, Balance, Currency, Account, Counterparty, CounterpartyAccount, Means, EndToEndId,
        BankReference, BatchId, Fee,
    }.OfType<string>().Concat(Text).Concat(Others).Distinct();
}

/// <summary>What makes an amount money that comes in or money that goes out.</summary>
public sealed record SignRule
{
    public required SignKind Kind { get; init; }

    /// <summary>Words of the side column for money that comes in.</summary>
    public ImmutableArray<string> In { get; init; } = [];

    public ImmutableArray<string> Out { get; init; } = [];

    public ImmutableArray<string> Neither { get; init; } = [];

    /// <summary>Whether the bank writes a minus before every amount of the out column.</summary>
    public bool OutHasMinus { get; init; }
}

public enum SignKind
{
    /// <summary>The amount has a sign: above zero came in.</summary>
    [JsonStringEnumMemberName("signed")]
    Signed,

    /// <summary>The amount has the opposite sign, as credit cards count what is owed.</summary>
    [JsonStringEnumMemberName("inverted")]
    Inverted,

    /// <summary>A column for what came in, another for what went out.</summary>
    [JsonStringEnumMemberName("columns")]
    Columns,

    /// <summary>A column says the side of an unsigned amount.</summary>
    [JsonStringEnumMemberName("side")]
    Side,
}

/// <summary>What a row is, where all its conditions fit.</summary>
public sealed record RowRule(ImmutableArray<RowCondition> When, RowMeaning Then);

/// <summary>A cell that is one of some texts, begins with one, or is blank; one of the three is given.</summary>
public sealed record RowCondition
{
    public required string Column { get; init; }

    public ImmutableArray<string> Is { get; init; } = [];

    public ImmutableArray<string> StartsWith { get; init; } = [];

    public bool IsBlank { get; init; }
}

public enum RowMeaning
{
    /// <summary>Money, by the file's own side.</summary>
    [JsonStringEnumMemberName("bySide")]
    BySide,

    [JsonStringEnumMemberName("in")]
    In,

    [JsonStringEnumMemberName("out")]
    Out,

    [JsonStringEnumMemberName("neither")]
    Neither,

    [JsonStringEnumMemberName("pending")]
    Pending,

    [JsonStringEnumMemberName("notMoney")]
    NotMoney,
}

/// <summary>
/// A count or sum that the file gives of itself: in a text (a pattern with groups <c>count</c> and <c>sum</c>), in a totals row, or in a
/// small table of its own behind the lines.
/// </summary>
public sealed record OwnTotal
{
    /// <summary>In heads and remarks; null for the other two.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>What a pattern counts.</summary>
    public TotalOf Of { get; init; }

    /// <summary>How a totals row begins; its numbers stand under the columns of the lines.</summary>
    public string? Row { get; init; }

    /// <summary>The first name of the totals' own header, whose values are the row behind it.</summary>
    public string? Header { get; init; }

    /// <summary>What is under which column.</summary>
    public ImmutableDictionary<string, TotalOf> Columns { get; init; } = ImmutableDictionary<string, TotalOf>.Empty;

    /// <summary>The issuer says that it may differ from the lines: then it is only reported.</summary>
    public bool IsLoose { get; init; }

    /// <summary>Whether a file without it may be whole.</summary>
    public bool IsOptional { get; init; }
}

public enum TotalOf
{
    [JsonStringEnumMemberName("rows")]
    Rows,

    [JsonStringEnumMemberName("in")]
    In,

    [JsonStringEnumMemberName("out")]
    Out,

    [JsonStringEnumMemberName("neither")]
    Neither,

    [JsonStringEnumMemberName("inRows")]
    InRows,

    [JsonStringEnumMemberName("outRows")]
    OutRows,

    [JsonStringEnumMemberName("fees")]
    Fees,
}
