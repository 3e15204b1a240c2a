using System.Globalization;

namespace TimeBank.Banking;

/// <summary>A row of a table, whatever kind of file it comes from.</summary>
/// <param name="Line">The line of the file, or the row of the sheet, counted from 1.</param>
internal sealed record TableRow(int Line, Cell[] Cells)
{
    /// <summary>How many cells there are up to the last one that isn't blank.</summary>
    public int Width
    {
        get
        {
            int width = Cells.Length;
            while (width > 0 && Cells[width - 1].IsBlank) width--;
            return width;
        }
    }

    /// <summary>The row as one text, its cells joined by commas, as heads and totals are found in it.</summary>
    public string Text => string.Join(',', Cells.Take(Width).Select(cell => cell.Text.Trim()));
}

internal enum CellKind
{
    Text,

    /// <summary>A number of a spreadsheet.</summary>
    Number,

    /// <summary>A day that the spreadsheet itself knows as one; the number is its serial number.</summary>
    Day,

    /// <summary>A formula of a spreadsheet.</summary>
    Formula,

    /// <summary>An error of a spreadsheet.</summary>
    Error,
}

/// <summary>A cell: its text is always text, whatever it begins with.</summary>
internal readonly record struct Cell(CellKind Kind, string Text, double Number)
{
    private static readonly string[] ErrorTexts = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "####"];

    public static Cell Blank { get; } = OfText("");

    public bool IsBlank => Kind == CellKind.Text && string.IsNullOrWhiteSpace(Text);

    /// <summary>Whether the cell holds an error of a spreadsheet, also where a CSV file has it as text.</summary>
    public bool IsError => Kind == CellKind.Error
        || (Kind == CellKind.Text && Text.StartsWith('#') && Array.Exists(ErrorTexts, Text.StartsWith));

    public static Cell OfText(string text) => new(CellKind.Text, text, 0);

    public static Cell OfNumber(double number) => new(CellKind.Number, number.ToString("R", CultureInfo.InvariantCulture), number);

    public static Cell OfDay(DateTime day) =>
        new(CellKind.Day, day.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), day.ToOADate());

    public static Cell OfError(string text) => new(CellKind.Error, text, 0);

    public static Cell OfFormula(string result) => new(CellKind.Formula, result, 0);
}
