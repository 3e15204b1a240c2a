using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Banking;

/// <summary>The header of a table: found by its names, so that lines before it and columns between may come and go.</summary>
internal sealed class TableHeader
{
    private readonly Dictionary<string, int> places;

    private TableHeader(Dictionary<string, int> places, int width) => (this.places, Width) = (places, width);

    /// <summary>How many cells a row has, up to the last name.</summary>
    public int Width { get; }

    /// <exception cref="KeyNotFoundException">The profile doesn't need this column.</exception>
    public int this[string column] => places[column];

    /// <param name="missing">The needed names that the row doesn't have.</param>
    /// <exception cref="RefusedException">A needed name stands in the header more than once.</exception>
    public static bool TryFind(
        TableRow row, TableLayout layout, [NotNullWhen(true)] out TableHeader? header, out IReadOnlyList<string> missing)
    {
        HashSet<string> needed = [.. layout.Columns.Needed];
        Dictionary<string, int> places = [];
        string? twice = null;
        for (int at = 0; at < row.Cells.Length; at++)
        {
            string name = Name(row.Cells[at], layout);
            if (needed.Contains(name) && !places.TryAdd(name, at)) twice = name;
        }
        missing = [.. needed.Where(name => !places.ContainsKey(name))];
        header = missing.Count == 0 ? new TableHeader(places, row.Width) : null;
        if (header is not null && twice is not null) throw RefusedException.Of(RefusalReason.ColumnTwice, row.Line, twice, twice);
        return header is not null;
    }

    public static string Name(Cell cell, TableLayout layout) => Bare(cell.Text, layout).Trim().Trim('\uFEFF');

    /// <summary>A cell's text without blanks around it and without the profile's letter before it.</summary>
    public static string Bare(string text, TableLayout layout)
    {
        string bare = text.Trim();
        return layout.CellPrefix.Length > 0 && bare.StartsWith(layout.CellPrefix, StringComparison.Ordinal)
            ? bare[layout.CellPrefix.Length..].Trim() : bare;
    }
}
