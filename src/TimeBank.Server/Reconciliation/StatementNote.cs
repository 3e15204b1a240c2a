using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using TimeBank.Banking;

namespace TimeBank.Server;

/// <summary>What is kept beside a stored statement, as JSON. Nothing personal is in it. The names are stored.</summary>
/// <param name="HeldAgainst">What the statement was held against, such as BALANCES.</param>
/// <param name="Warnings">Of the whole file, at its last statement.</param>
/// <param name="LeftOut">Of the whole file, at its last statement.</param>
/// <param name="End">Where the account's book ends with the file.</param>
public sealed record StatementNote(
    [property: JsonPropertyName("heldAgainst")] ImmutableArray<string> HeldAgainst,
    [property: JsonPropertyName("warnings")] ImmutableArray<NotedWarning> Warnings,
    [property: JsonPropertyName("leftOut")] ImmutableArray<NotedRow> LeftOut,
    [property: JsonPropertyName("leftOutCount")] int LeftOutCount,
    [property: JsonPropertyName("end")] BookEnd End)
{
    public const int MaxListed = 100;

    public static StatementNote Parse(string json) => JsonSerializer.Deserialize<StatementNote>(json)!;

    public string Write() => JsonSerializer.Serialize(this);

    public static ImmutableArray<string> Names(TieOuts held) =>
    [
        .. new (TieOuts Flag, string Name)[]
        {
            (TieOuts.Balances, "BALANCES"), (TieOuts.RunningBalance, "RUNNING_BALANCE"), (TieOuts.Count, "COUNT"),
            (TieOuts.Totals, "TOTALS"), (TieOuts.StatementBefore, "STATEMENT_BEFORE"),
        }.Where(one => held.HasFlag(one.Flag)).Select(one => one.Name),
    ];
}

/// <summary>Something that doesn't make a file wrong.</summary>
public sealed record NotedWarning(
    [property: JsonPropertyName("reason")] string Reason, [property: JsonPropertyName("line")] int Line,
    [property: JsonPropertyName("detail")] string Detail)
{
    public static NotedWarning Of(StatementWarning warning) => new(
        warning.Reason switch
        {
            WarningReason.NumberGap => "NUMBER_GAP",
            WarningReason.PagesMissing => "PAGES_MISSING",
            WarningReason.NothingToHoldAgainst => "NOTHING_TO_HOLD_AGAINST",
            WarningReason.LooseTotalDiffers => "LOOSE_TOTAL_DIFFERS",
            WarningReason.DayOutsideStatement => "DAY_OUTSIDE_STATEMENT",
        },
        warning.FileLine, warning.Detail);
}

/// <summary>A row that is no line. Its text stays in the file: it may hold names.</summary>
public sealed record NotedRow([property: JsonPropertyName("line")] int Line, [property: JsonPropertyName("reason")] string Reason)
{
    public static NotedRow Of(LeftOut row) => new(row.FileLine, row.Reason switch
    {
        LeftOutReason.Pending => "PENDING",
        LeftOutReason.NotMoney => "NOT_MONEY",
    });
}

/// <summary>Where an account's book ends.</summary>
/// <param name="Fen">The balance after all known lines; null where no file has said any.</param>
/// <param name="First">The first day of a known line; null where there is none.</param>
/// <param name="Last">The last day.</param>
public sealed record BookEnd(
    [property: JsonPropertyName("fen")] long? Fen, [property: JsonPropertyName("first")] DateOnly? First,
    [property: JsonPropertyName("last")] DateOnly? Last)
{
    public static BookEnd Empty { get; } = new(null, null, null);
}
