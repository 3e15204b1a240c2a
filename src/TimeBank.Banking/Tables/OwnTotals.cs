using System.Globalization;
using System.Text.RegularExpressions;
using TimeBank.Ledger;

namespace TimeBank.Banking;

/// <summary>Counts and sums that a table gives of itself, held against its rows.</summary>
internal sealed class OwnTotals(TableLayout layout)
{
    private readonly List<Stated> stated = [];
    private readonly HashSet<OwnTotal> found = [];
    private OwnTotal? valuesFollow;
    private List<(string Name, int Column)> followingColumns = [];
    private Tally counted, leftOut;

    /// <param name="side">The side that the file gives the row, before any rule of the profile.</param>
    /// <param name="isLine">Whether the row is a line; else it was left out, and the issuer may count it or not.</param>
    public void Add(MoneyFlow side, Fen amount, long feeMilliFen, bool isLine)
    {
        ref Tally tally = ref isLine ? ref counted : ref leftOut;
        tally.Add(side, amount.Value, feeMilliFen);
    }

    /// <summary>Looks for totals in a text of the head or of a remark.</summary>
    public void ReadText(TableRow row)
    {
        string text = row.Text;
        foreach (OwnTotal total in layout.Totals.Where(total => total.Pattern is not null && !found.Contains(total)))
        {
            if (total.Pattern!.Match(text) is not { Success: true } match) continue;
            Group count = match.Groups["count"], sum = match.Groups["sum"];
            found.Add(total);
            stated.Add(new Stated(total, total.Of, text, row.Line, count.Success ? Count(count.Value, row.Line) : null,
                sum.Success ? Fen(sum.Value, row.Line, text) : null));
        }
    }

    /// <returns>Whether the row is totals, or their header, and no line.</returns>
    public bool TryRead(TableRow row, TableHeader header)
    {
        if (valuesFollow is { } rule)
        {
            foreach ((string name, int at) in followingColumns) State(rule, rule.Columns[name], name, row, at);
            valuesFollow = null;
            return true;
        }
        string first = row.Cells.Length == 0 ? "" : TableHeader.Name(row.Cells[0], layout);
        foreach (OwnTotal total in layout.Totals)
        {
            if (total.Row is { } start && first.StartsWith(start, StringComparison.Ordinal))
            {
                found.Add(total);
                foreach ((string name, TotalOf of) in InOrder(total.Columns)) State(total, of, name, row, header[name]);
                return true;
            }
            if (total.Header is { } head && first == head)
            {
                found.Add(total);
                valuesFollow = total;
                followingColumns = [.. InOrder(total.Columns).Select(pair => pair.Key).Select(name =>
                    (name, row.Cells.Index().Where(cell => TableHeader.Name(cell.Item, layout) == name).Select(cell => cell.Index)
                        .DefaultIfEmpty(-1).First()))];
                if (followingColumns.Find(column => column.Column < 0) is { Name: { } missing })
                    throw RefusedException.Of(RefusalReason.HeaderNotFound, row.Line, missing, missing);
                return true;
            }
        }
        return false;
    }

    /// <returns>What the lines were held against.</returns>
    /// <exception cref="RefusedException">A count or sum differs, or one that every whole file has is missing.</exception>
    public TieOuts Check(List<StatementWarning> warnings)
    {
        if (valuesFollow is not null) throw RefusedException.Of(RefusalReason.StatementCut, 0, valuesFollow.Header);
        if (layout.Totals.FirstOrDefault(total => !total.IsOptional && !found.Contains(total)) is { } missing)
            throw RefusedException.Of(RefusalReason.StatementCut, 0, missing.Row ?? missing.Header ?? missing.Pattern!.ToString());
        TieOuts held = TieOuts.None;
        foreach (Stated total in stated)
        {
            if (total.Count is { } count) held |= Hold(total.Rule, total.Line, total.Field, count, tally => tally.CountOf(total.Of),
                RefusalReason.CountDiffers, number => $"{number}", warnings);
            if (total.Sum is { } sum) held |= Hold(total.Rule, total.Line, total.Field, sum, tally => tally.SumOf(total.Of),
                RefusalReason.TotalDiffers, total.Of == TotalOf.Fees ? MilliYuan : StatementRefusal.Yuan, warnings);
        }
        return held;
    }

    private TieOuts Hold(OwnTotal rule, int line, string field, Int128 said, Func<Tally, Int128> of, RefusalReason reason,
        Func<Int128, string> show, List<StatementWarning> warnings)
    {
        Int128 lines = of(counted);
        // Some issuers count what isn't paid yet and some don't: either is their total.
        if (said == lines || said == lines + of(leftOut))
            return rule.IsLoose ? TieOuts.None : reason == RefusalReason.CountDiffers ? TieOuts.Count : TieOuts.Totals;
        if (!rule.IsLoose) throw RefusedException.Of(reason, line, field, show(lines + of(leftOut)), show(said));
        warnings.Add(new StatementWarning(WarningReason.LooseTotalDiffers, line, $"{field}: {show(lines)}"));
        return TieOuts.None;
    }

    private void State(OwnTotal rule, TotalOf of, string name, TableRow row, int at)
    {
        string text = at < row.Cells.Length ? TableHeader.Bare(row.Cells[at].Text, layout) : "";
        bool isCount = of is TotalOf.Rows or TotalOf.InRows or TotalOf.OutRows;
        stated.Add(new Stated(rule, of, name, row.Line, isCount ? Count(text, row.Line, name) : null,
            isCount ? null : of == TotalOf.Fees ? MilliFen(text, row.Line, name) : Fen(text, row.Line, name)));
    }

    // A dictionary has another order in every process, and what differs first is what a refusal names.
    private static IEnumerable<KeyValuePair<string, TotalOf>> InOrder(IEnumerable<KeyValuePair<string, TotalOf>> columns) =>
        columns.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    private static Int128 Count(string text, int line, string? field = null) =>
        long.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long count)
            ? count : throw RefusedException.Of(RefusalReason.FieldInvalid, line, field, text);

    private static Int128 Fen(string text, int line, string? field) => WrittenAmount.TryReadFen(text, out long fen) is { } reason
        ? throw RefusedException.Of(reason, line, field, text) : Int128.Abs(fen);

    private static Int128 MilliFen(string text, int line, string? field) => WrittenAmount.TryReadMilliFen(text, out long fen) is { } reason
        ? throw RefusedException.Of(reason, line, field, text) : (Int128)fen;

    private static string MilliYuan(Int128 milliFen) =>
        $"{(milliFen < 0 ? "-" : "")}{Int128.Abs(milliFen) / 100_000}.{(int)(Int128.Abs(milliFen) % 100_000):00000}";

    private readonly record struct Stated(OwnTotal Rule, TotalOf Of, string Field, int Line, Int128? Count, Int128? Sum);

    private record struct Tally(long In, long Out, long Neither, Int128 InFen, Int128 OutFen, Int128 NeitherFen, Int128 FeesMilliFen)
    {
        public void Add(MoneyFlow side, long fen, long feeMilliFen)
        {
            FeesMilliFen += feeMilliFen;
            if (side == MoneyFlow.In) (In, InFen) = (In + 1, InFen + fen);
            else if (side == MoneyFlow.Out) (Out, OutFen) = (Out + 1, OutFen + fen);
            else (Neither, NeitherFen) = (Neither + 1, NeitherFen + fen);
        }

        public readonly Int128 CountOf(TotalOf of) => of switch
        {
            TotalOf.Rows => In + Out + Neither,
            TotalOf.In or TotalOf.InRows => In,
            TotalOf.Out or TotalOf.OutRows => Out,
            TotalOf.Neither => Neither,
            TotalOf.Fees => 0,
        };

        public readonly Int128 SumOf(TotalOf of) => of switch
        {
            TotalOf.Rows => InFen + OutFen + NeitherFen,
            TotalOf.In or TotalOf.InRows => InFen,
            TotalOf.Out or TotalOf.OutRows => OutFen,
            TotalOf.Neither => NeitherFen,
            TotalOf.Fees => FeesMilliFen,
        };
    }
}
