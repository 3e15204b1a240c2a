using System.Globalization;
using System.Text.RegularExpressions;
using TimeBank.Ledger;

namespace TimeBank.Banking;

/// <summary>What a row says before the rules of the profile: a line that may be money, and the balance behind it.</summary>
/// <param name="Side">The side that the file gives it.</param>
internal readonly record struct RowContent(BankLine Line, MoneyFlow Side, long? BalanceFen, string? Account);

/// <summary>Reads the cells of a row by the profile's columns.</summary>
internal sealed partial class LineCells(TableHeader header, TableLayout layout, StatementTerms terms, (int Year, int Month)? month)
{
    private readonly ColumnNames columns = layout.Columns;

    /// <exception cref="RefusedException">A cell isn't what its column needs.</exception>
    public RowContent Read(TableRow row)
    {
        CheckWidth(row);
        RefuseOtherCurrency(row);
        DateTime day = Day(row, columns.Date) ?? throw Refused(RefusalReason.DateInvalid, row, columns.Date, "");
        (MoneyFlow flow, long fen, bool turned) = Amount(row);
        long? balance = columns.Balance is null ? null
            : Text(row, columns.Balance) is { Length: > 0 } written ? Fen(row, columns.Balance, written)
            : throw Refused(RefusalReason.BalanceMissing, row, columns.Balance);
        string text = string.Join(' ', columns.Text.Select(name => Text(row, name)).Where(part => part.Length > 0));
        var line = new BankLine
        {
            FileLine = row.Line,
            BookedOn = DateOnly.FromDateTime(day),
            BookedAt = Time(row) ?? (layout.Dates.Any(format => format.Contains('H', StringComparison.Ordinal)) || day.TimeOfDay.Ticks > 0
                ? TimeOnly.FromDateTime(day) : null),
            ValueOn = columns.ValueDate is { } value && Day(row, value) is { } valueDay ? DateOnly.FromDateTime(valueDay) : null,
            Flow = flow,
            Amount = new Fen(fen),
            FeeMilliFen = Fee(row, text),
            Text = text,
            Counterparty = Optional(row, columns.Counterparty),
            CounterpartyAccount = Id(row, columns.CounterpartyAccount),
            Means = Optional(row, columns.Means),
            EndToEndId = Id(row, columns.EndToEndId),
            BankReference = Id(row, columns.BankReference),
            BatchId = Id(row, columns.BatchId),
            IsReversal = turned,
        };
        return new RowContent(line, flow, balance, Id(row, columns.Account));
    }

    /// <summary>The meaning of a row by the first rule that fits; null where none does.</summary>
    public RowMeaning? Meaning(TableRow row)
    {
        foreach (RowRule rule in layout.Rules)
            if (rule.When.All(condition => Fits(row, condition))) return rule.Then;
        return null;
    }

    /// <summary>The text of the column that the last rule looks at, for a row that no rule fits.</summary>
    public string? LastRuled(TableRow row) => layout.Rules is [.., var last] ? Text(row, last.When[0].Column) : null;

    private bool Fits(TableRow row, RowCondition condition)
    {
        string text = Text(row, condition.Column);
        return condition.IsBlank ? text.Length == 0
            : condition.Is.Contains(text) || condition.StartsWith.Any(start => text.StartsWith(start, StringComparison.Ordinal));
    }

    private void CheckWidth(TableRow row)
    {
        if (row.Width > header.Width) throw Refused(RefusalReason.RowTooLong, row, null);
        if (row.Cells.Length < header.Width - layout.MissingCells)
            throw Refused(RefusalReason.RowTooShort, row, null, $"{row.Cells.Length}", $"{header.Width}");
    }

    private void RefuseOtherCurrency(TableRow row)
    {
        if (columns.Currency is not { } column) return;
        string word = Text(row, column);
        string code = layout.Currencies.GetValueOrDefault(word, word);
        if (code != terms.Currency) throw Refused(RefusalReason.CurrencyOther, row, column, word, terms.Currency);
    }

    private (MoneyFlow Flow, long Fen, bool IsTurned) Amount(TableRow row)
    {
        switch (layout.Sign.Kind)
        {
            case SignKind.Signed or SignKind.Inverted:
                long signed = RequiredFen(row, columns.Amount!);
                if (layout.Sign.Kind == SignKind.Inverted) signed = -signed;
                return (signed < 0 ? MoneyFlow.Out : MoneyFlow.In, Math.Abs(signed), false);
            case SignKind.Columns:
                return OfColumns(row);
            case SignKind.Side:
                string word = Text(row, columns.Side!);
                // "/" is a word of WeChat's and an empty cell elsewhere: the profile's words come first.
                string raw = TableHeader.Bare(Cell(row, columns.Side!).Text, layout);
                MoneyFlow side = Side(raw) ?? Side(word) ?? throw Refused(RefusalReason.SideUnknown, row, columns.Side, raw);
                return Turned(row, side, RequiredFen(row, columns.Amount!), columns.Amount!);
            default:
                throw new InvalidOperationException($"No sign rule {layout.Sign.Kind}.");
        }
    }

    private (MoneyFlow Flow, long Fen, bool IsTurned) OfColumns(TableRow row)
    {
        string written = Text(row, columns.In!), other = Text(row, columns.Out!);
        if (written.Length == 0 && other.Length == 0) throw Refused(RefusalReason.AmountMissing, row, columns.In);
        long come = written.Length == 0 ? 0 : Fen(row, columns.In!, written), gone = other.Length == 0 ? 0 : Fen(row, columns.Out!, other);
        if (layout.Sign.OutHasMinus) gone = -gone;
        if (come != 0 && gone != 0) throw Refused(RefusalReason.SideUnclear, row, columns.In);
        bool isOut = gone != 0 || written.Length == 0;
        return Turned(row, isOut ? MoneyFlow.Out : MoneyFlow.In, isOut ? gone : come, isOut ? columns.Out! : columns.In!);
    }

    /// <summary>A negative amount on a side is money of the other side, but only balances can show that it was meant so.</summary>
    private (MoneyFlow Flow, long Fen, bool IsTurned) Turned(TableRow row, MoneyFlow side, long fen, string column)
    {
        if (fen >= 0) return (side, fen, false);
        if (columns.Balance is null || side == MoneyFlow.Neither) throw Refused(RefusalReason.SideUnclear, row, column);
        return (side == MoneyFlow.In ? MoneyFlow.Out : MoneyFlow.In, -fen, true);
    }

    private long Fee(TableRow row, string text)
    {
        string? written = columns.Fee is { } column ? Text(row, column)
            : layout.FeeInText?.Match(text) is { Success: true } match ? match.Groups["fee"].Value : null;
        if (written is not { Length: > 0 }) return 0;
        return WrittenAmount.TryReadMilliFen(written, out long milliFen) is { } reason
            ? throw Refused(reason, row, columns.Fee, written) : milliFen;
    }

    private MoneyFlow? Side(string word) => layout.Sign.In.Contains(word) ? MoneyFlow.In : layout.Sign.Out.Contains(word) ? MoneyFlow.Out
        : layout.Sign.Neither.Contains(word) ? MoneyFlow.Neither : null;

    private long RequiredFen(TableRow row, string column) => Text(row, column) is { Length: > 0 } text
        ? Fen(row, column, text) : throw Refused(RefusalReason.AmountMissing, row, column);

    private static long Fen(TableRow row, string column, string text) => WrittenAmount.TryReadFen(text, out long fen) is { } reason
        ? throw Refused(reason, row, column, text) : fen;

    private DateTime? Day(TableRow row, string column)
    {
        string text = Text(row, column);
        if (text.Length == 0) return null;
        return WrittenDay.TryRead(Cell(row, column), text, layout, month, out DateTime day)
            ? day : throw Refused(RefusalReason.DateInvalid, row, column, text);
    }

    private TimeOnly? Time(TableRow row)
    {
        if (columns.Time is not { } column || Text(row, column) is not { Length: > 0 } text) return null;
        return WrittenDay.TryReadTime(text, layout, out TimeOnly time) ? time : throw Refused(RefusalReason.DateInvalid, row, column, text);
    }

    private string? Optional(TableRow row, string? column) => column is not null && Text(row, column) is { Length: > 0 } text ? text : null;

    /// <summary>An id is text: a number that a spreadsheet made of it may have lost digits or leading zeros.</summary>
    private string? Id(TableRow row, string? column)
    {
        if (Optional(row, column) is not { } id) return null;
        bool isSpoilt = Cell(row, column!).Kind is CellKind.Number or CellKind.Day || Exponent().IsMatch(id);
        return isSpoilt ? throw Refused(RefusalReason.IdSpoilt, row, column, id) : id;
    }

    private Cell Cell(TableRow row, string column)
    {
        int at = header[column];
        return at < row.Cells.Length ? row.Cells[at] : Banking.Cell.Blank;
    }

    private string Text(TableRow row, string column)
    {
        Cell cell = Cell(row, column);
        if (cell.IsError) throw Refused(RefusalReason.CellError, row, column, cell.Text);
        if (cell.Kind == CellKind.Formula) throw Refused(RefusalReason.FormulaCell, row, column);
        // Fifteen digits are what a spreadsheet keeps: 0.1 + 0.2 is 0.3 again.
        string text = cell.Kind == CellKind.Number && Math.Abs(cell.Number) < 1e13
            ? ((decimal)cell.Number).ToString(CultureInfo.InvariantCulture) : CsvCell.Read(TableHeader.Bare(cell.Text, layout));
        return layout.Blanks.Contains(text) ? "" : text;
    }

    private static RefusedException Refused(RefusalReason reason, TableRow row, string? field, params ReadOnlySpan<string> arguments) =>
        RefusedException.Of(reason, row.Line, field, arguments);

    [GeneratedRegex("^[0-9]+(\\.[0-9]+)?[Ee]\\+?[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Exponent();
}
