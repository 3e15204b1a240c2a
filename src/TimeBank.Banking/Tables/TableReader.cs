using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TimeBank.Banking;

/// <summary>
/// A statement from a table. Rows before the header are its head, rows behind it are lines, totals or remarks, and nothing else: a row
/// that is none of them refuses the file.
/// </summary>
internal sealed class TableReader
{
    private const int LongestHead = 200;

    private readonly StatementProfile profile;
    private readonly TableLayout layout;
    private readonly StatementTerms terms;
    private readonly OwnTotals totals;
    private readonly TieOut ties;
    private readonly List<StatementWarning> warnings = [];
    private string? headAccount, account;
    private (DateOnly From, DateOnly To)? period;
    private (int Year, int Month)? month;
    private int dayOutside;

    private TableReader(StatementProfile profile, StatementTerms terms)
    {
        (this.profile, this.terms, layout) = (profile, terms, profile.Table!);
        totals = new OwnTotals(layout);
        ties = new TieOut(terms.MayBeNegative ?? profile.MayBeNegative);
    }

    public static IEnumerable<StatementEvent> Read(IEnumerable<TableRow> rows, StatementProfile profile, StatementTerms terms) =>
        new TableReader(profile, terms).Read(rows);

    /// <summary>Whether the rows begin like a table of the profile.</summary>
    public static bool HasHeader(IEnumerable<TableRow> rows, StatementProfile profile) =>
        rows.Take(LongestHead).Any(row => TableHeader.TryFind(row, profile.Table!, out _, out _));

    private IEnumerable<StatementEvent> Read(IEnumerable<TableRow> rows)
    {
        using IEnumerator<TableRow> row = rows.GetEnumerator();
        TableHeader header = FindHeader(row);
        var cells = new LineCells(header, layout, terms, month);
        bool began = false;
        while (row.MoveNext())
        {
            if (row.Current.Width == 0 || IsRemark(row.Current) || totals.TryRead(row.Current, header)) continue;
            RowContent content = cells.Read(row.Current);
            SettleAccount(content, row.Current);
            if (!began) yield return new StatementEvent.StatementBegan(account!, terms.Currency, null);
            began = true;
            yield return Line(row.Current, content, cells);
        }
        account ??= AccountName.Settle(headAccount, terms, 0, layout.Columns.Account);
        if (!began) yield return new StatementEvent.StatementBegan(account, terms.Currency, null);
        BankStatement statement = Close();
        foreach (StatementWarning warning in warnings) yield return new StatementEvent.Warned(warning);
        yield return new StatementEvent.StatementEnded(statement);
    }

    private TableHeader FindHeader(IEnumerator<TableRow> row)
    {
        IReadOnlyList<string> fewest = [.. layout.Columns.Needed];
        int line = 0;
        for (int heads = 0; heads < LongestHead && row.MoveNext(); heads++)
        {
            if (TableHeader.TryFind(row.Current, layout, out TableHeader? header, out IReadOnlyList<string> missing)) return header;
            if (missing.Count < fewest.Count) (fewest, line) = (missing, row.Current.Line);
            ReadHead(row.Current);
        }
        throw RefusedException.Of(RefusalReason.HeaderNotFound, line, null, string.Join(", ", fewest));
    }

    private void ReadHead(TableRow row)
    {
        totals.ReadText(row);
        string text = row.Text;
        if (layout.Account?.Match(text) is { Success: true } named) headAccount ??= named.Groups["account"].Value.Trim();
        if (layout.Year?.Match(text) is { Success: true } bill)
        {
            month ??= (int.Parse(bill.Groups["year"].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(bill.Groups["month"].ValueSpan, CultureInfo.InvariantCulture));
            if (month is not { Year: >= 1 and <= 9998, Month: >= 1 and <= 12 })
                throw RefusedException.Of(RefusalReason.DateInvalid, row.Line, null, bill.Value);
        }
        if (layout.Period?.Match(text) is { Success: true } days) period ??= (Day(days.Groups["from"], row), Day(days.Groups["to"], row));
    }

    private static DateOnly Day(Group written, TableRow row) =>
        DateOnly.TryParseExact(written.ValueSpan, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day : throw RefusedException.Of(RefusalReason.DateInvalid, row.Line, null, written.Value);

    private bool IsRemark(TableRow row)
    {
        string first = row.Cells[0].Text.Trim();
        if (layout.Remark is { } remark && first.StartsWith(remark, StringComparison.Ordinal))
        {
            totals.ReadText(row);
            return true;
        }
        return layout.Footers.Any(footer => first.StartsWith(footer, StringComparison.Ordinal));
    }

    private void SettleAccount(RowContent content, TableRow row)
    {
        string named = AccountName.Settle(content.Account ?? headAccount, terms, row.Line, layout.Columns.Account);
        if (account is not null && named != account)
            throw RefusedException.Of(RefusalReason.AccountOther, row.Line, layout.Columns.Account, named, account);
        account = named;
    }

    private StatementEvent Line(TableRow row, RowContent content, LineCells cells)
    {
        RowMeaning? meaning = cells.Meaning(row);
        if (meaning is null && layout.RulesAreAll) throw RefusedException.Of(
            RefusalReason.StatusUnknown, row.Line, layout.Rules[^1].When[0].Column, cells.LastRuled(row) ?? "");
        BankLine line = content.Line;
        LeftOutReason? leftOut = meaning switch
        {
            RowMeaning.Pending => LeftOutReason.Pending,
            RowMeaning.NotMoney => LeftOutReason.NotMoney,
            RowMeaning.BySide or RowMeaning.In or RowMeaning.Out or RowMeaning.Neither or null => null,
        };
        totals.Add(content.Side, line.Amount, line.FeeMilliFen, leftOut is null);
        if (leftOut is { } reason) return new StatementEvent.RowLeftOut(new LeftOut(row.Line, reason, row.Text));
        line = meaning switch
        {
            RowMeaning.In => line with { Flow = MoneyFlow.In },
            RowMeaning.Out => line with { Flow = MoneyFlow.Out },
            RowMeaning.Neither => line with { Flow = MoneyFlow.Neither },
            RowMeaning.BySide or RowMeaning.Pending or RowMeaning.NotMoney or null => line,
        };
        ties.Add(line, content.BalanceFen, layout.Columns.Balance);
        if (dayOutside == 0 && period is { } days && (line.BookedOn < days.From || line.BookedOn > days.To)) dayOutside = row.Line;
        return new StatementEvent.LineRead(line);
    }

    private BankStatement Close()
    {
        var chain = new StatementChain(terms);
        TieOuts held = totals.Check(warnings);
        (long OpeningFen, long ClosingFen)? ends = ties.Ends(chain.ClosingBefore(account!), profile.NewestFirst, layout.Columns.Balance);
        if (ends is { } found)
        {
            ties.Close(found.OpeningFen, found.ClosingFen, 0, layout.Columns.Balance);
            held |= TieOuts.RunningBalance;
        }
        held |= chain.Follow(account!, null, ends?.OpeningFen, ends?.ClosingFen, 0, layout.Columns.Balance, warnings);
        if (held == TieOuts.None) warnings.Add(new StatementWarning(WarningReason.NothingToHoldAgainst, 0, ""));
        if (dayOutside > 0) warnings.Add(new StatementWarning(WarningReason.DayOutsideStatement, dayOutside, ""));
        return new BankStatement(account!, terms.Currency, null, ends?.OpeningFen, ends?.ClosingFen, period?.From ?? ties.FirstDay,
            period?.To ?? ties.LastDay, ties.Lines, held, ImmutableArray<BankLine>.Empty);
    }
}
