using TimeBank.Pages.Shell;

namespace TimeBank.Pages.ForFinance;

/// <summary>A month's closing statement, read from its text: what each class of accounts held and moved.</summary>
/// <param name="Entries">The journal's size.</param>
/// <param name="Root">The root of the journal's tree at that size, in Base64.</param>
public sealed record ClosingStatement(string Entries, string Root, IReadOnlyList<ClosingRow> Rows)
{
    /// <param name="text">The statement of BooksPeriod; its form is PeriodStatements' of the server.</param>
    public static ClosingStatement Of(string text)
    {
        string[] lines = text.Split('\n');
        int columns = Array.FindIndex(lines, line => line.StartsWith("columns ", StringComparison.Ordinal));
        return new ClosingStatement(Fact(lines, "entries "), Fact(lines, "root "),
            columns < 0 ? [] : [.. lines[(columns + 1)..].TakeWhile(line => line.Length > 0).Select(line => line.Split(' '))
                .Where(row => row.Length == 6).Select(row => new ClosingRow(row[0], row[1], row[2], row[3], row[4], row[5]))]);
    }

    /// <summary>By which day an entry stands in a month: the trial balance goes by another one.</summary>
    public static string DayRule(Language l) => l[
        "按归属日：分录归属哪个月就列在哪个月，不论何时记录。试算平衡表按记录日。",
        "Each entry stands in the month by the day it counts for, whenever it was recorded. The trial balance goes by the day of recording."
    ];

    private static string Fact(IEnumerable<string> lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";
}

/// <summary>A class of accounts in one unit; balances begin with D or C for their side.</summary>
public sealed record ClosingRow(string Unit, string Account, string Opening, string Debits, string Credits, string Closing)
{
    public long CreditsValue => long.TryParse(Credits, out long value) ? value : 0;

    public static string Balance(string balance, string unit, Language l) => balance == "0" ? "0"
        : $"{(balance[0] == 'D' ? l["借", "Dr"] : l["贷", "Cr"])} {Number(balance[1..], unit)}";

    /// <summary>A number of any size; money in yuan.</summary>
    public static string Number(string number, string unit) =>
        !long.TryParse(number, out long value) ? number : unit == "CNY" ? Written.Yuan(value) : Written.Grouped(value);
}
