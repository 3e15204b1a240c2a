using System.Globalization;
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
    /// <summary>What the classes of each unit come to. In double entry the balances cancel, and debits are credits.</summary>
    public static IEnumerable<ClosingRow> Totals(IEnumerable<ClosingRow> rows) => rows.GroupBy(row => row.Unit).Select(unit =>
        new ClosingRow(
        unit.Key, "", Balance(unit, row => row.Opening), $"{Sum(unit, row => row.Debits)}", $"{Sum(unit, row => row.Credits)}",
        Balance(unit, row => row.Closing)));

    private static Int128 Sum(IEnumerable<ClosingRow> rows, Func<ClosingRow, string> number) =>
        rows.Aggregate(Int128.Zero, (sum, row) => sum + Int128.Parse(number(row), CultureInfo.InvariantCulture));

    private static string Balance(IEnumerable<ClosingRow> rows, Func<ClosingRow, string> balance)
    {
        Int128 debit = Sum(
            rows, row => balance(row) switch { ['D', .. var number] => number, ['C', .. var number] => $"-{number}", _ => "0" });
        return debit == 0 ? "0" : debit > 0 ? $"D{debit}" : $"C{-debit}";
    }

    public long CreditsValue => long.TryParse(Credits, out long value) ? value : 0;

    public static string Balance(string balance, string unit, Language l) => $"{Side(balance, l)} {Size(balance, unit)}".Trim();

    /// <summary>The side of a balance; empty where there is none.</summary>
    public static string Side(string balance, Language l) => balance[0] switch { 'D' => l["借", "Dr"], 'C' => l["贷", "Cr"], _ => "" };

    /// <summary>A balance without its side.</summary>
    public static string Size(string balance, string unit) => balance == "0" ? "0" : Number(balance[1..], unit);

    /// <summary>A number of any size; money in yuan.</summary>
    public static string Number(string number, string unit) =>
        !long.TryParse(number, out long value) ? number : unit == "CNY" ? Written.Yuan(value) : Written.Grouped(value);
}
