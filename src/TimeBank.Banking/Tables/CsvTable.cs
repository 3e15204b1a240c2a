using System.Buffers;
using nietras.SeparatedValues;

namespace TimeBank.Banking;

/// <summary>
/// The rows of a text table. The separator is the profile's and never found out. The library splits; what quotes mean is settled here,
/// since it takes a file that is cut inside a quote for a whole one, and a row of any length for right.
/// </summary>
internal static class CsvTable
{
    private const char Quote = '"';

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");

    /// <exception cref="RefusedException">A quote is never closed, or text follows one that is.</exception>
    public static IEnumerable<TableRow> Rows(TextReader text, char separator)
    {
        using SepReader rows = Sep.New(separator).Reader(options => options with
        {
            HasHeader = false,
            DisableColCountCheck = true,
            DisableFastFloat = true,
            Unescape = false,
        }).From(text);
        for (int line = 1; ;)
        {
            if (!MoveNext(rows, line)) yield break;
            TableRow row = Row(rows.Current, line);
            yield return row;
            line = rows.Current.LineNumberToExcl;
        }
    }

    private static bool MoveNext(SepReader rows, int line)
    {
        try
        {
            return rows.MoveNext();
        }
        catch (NotSupportedException)
        {
            // A row of 16 million letters: a quote that was never closed swallowed the lines behind it.
            throw RefusedException.Of(RefusalReason.QuoteUnclosed, line);
        }
    }

    private static TableRow Row(SepReader.Row row, int line)
    {
        var cells = new Cell[row.ColCount];
        for (int at = 0; at < cells.Length; at++) cells[at] = Cell.OfText(Unquote(row[at].Span, line));
        return new TableRow(line, cells);
    }

    /// <summary>
    /// The text of a cell. Quotes hold it where they begin it; blanks and tabs may stand behind the closing one, as WeChat writes them.
    /// Quotes inside a text that doesn't begin with one are letters of it, as in 底部"多多视频".
    /// </summary>
    private static string Unquote(ReadOnlySpan<char> cell, int line)
    {
        ReadOnlySpan<char> start = cell.TrimStart(" \t");
        if (start.IsEmpty || start[0] != Quote)
        {
            return cell.IndexOfAny(LineEnds) < 0 && (cell.Count(Quote) & 1) == 0
                ? cell.ToString() : throw RefusedException.Of(RefusalReason.QuoteUnclosed, line);
        }
        ReadOnlySpan<char> inside = start[1..];
        int close = 0;
        while (true)
        {
            int next = inside[close..].IndexOf(Quote);
            if (next < 0) throw RefusedException.Of(RefusalReason.QuoteUnclosed, line);
            close += next;
            if (close + 1 < inside.Length && inside[close + 1] == Quote) close += 2;
            else break;
        }
        if (!inside[(close + 1)..].IsWhiteSpace()) throw RefusedException.Of(RefusalReason.TextAfterQuote, line);
        return inside[..close].Contains(Quote)
            ? inside[..close].ToString().Replace("\"\"", "\"", StringComparison.Ordinal) : inside[..close].ToString();
    }
}
