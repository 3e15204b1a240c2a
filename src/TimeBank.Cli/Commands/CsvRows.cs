using System.Text;

namespace TimeBank.Cli;

/// <summary>The rows of a CSV table (RFC 4180): quoted cells may have commas, doubled quotes and line ends in them.</summary>
internal static class CsvRows
{
    /// <summary>Each row with the number of the line that it begins on; empty lines are left out.</summary>
    /// <exception cref="UsageException">A quote is never closed, or something follows one that is.</exception>
    public static IEnumerable<(int Line, IReadOnlyList<string> Cells)> Read(TextReader text)
    {
        int line = 0;
        while (text.ReadLine() is { } row)
        {
            int began = ++line;
            var cells = new List<string>();
            var cell = new StringBuilder();
            bool quoted = false, closed = false;
            for (int at = 0; ; at++)
            {
                if (at == row.Length && !quoted) break;
                if (at == row.Length)
                {
                    row = text.ReadLine() ?? throw Unclosed(began);
                    line++;
                    at = -1;
                    cell.Append('\n');
                    continue;
                }
                char letter = row[at];
                if (quoted && letter == '"' && at + 1 < row.Length && row[at + 1] == '"') cell.Append(row[at++]);
                else if (quoted && letter == '"') (quoted, closed) = (false, true);
                else if (quoted) cell.Append(letter);
                else if (letter == ',')
                {
                    cells.Add(cell.ToString());
                    cell.Clear();
                    closed = false;
                }
                else if (closed) throw new UsageException($"第 {line} 行：引号之后应是逗号。", $"Line {line}: a comma must follow the closing quote.");
                else if (letter == '"' && cell.Length == 0) quoted = true;
                else cell.Append(letter);
            }
            cells.Add(cell.ToString());
            if (cells.Count > 1 || cells[0].Length > 0) yield return (began, cells);
        }
    }

    private static UsageException Unclosed(int line) => new($"第 {line} 行：引号没有结束。", $"Line {line}: a quote is never closed.");
}
