namespace TimeBank.Cli;

/// <summary>A report as it is shown at a terminal, and written as a table, a spreadsheet or a page to print.</summary>
/// <param name="Facts">What the report is of and what it comes to, as label and value.</param>
/// <param name="Chart">What a picture says more clearly; null where nothing does.</param>
internal sealed record ReportTable(
    string Title, IReadOnlyList<(string Label, string Value)> Facts, IReadOnlyList<Column> Columns,
    IReadOnlyList<IReadOnlyList<string>> Rows, ReportChart? Chart = null);

/// <summary>Bars, one under the other.</summary>
/// <param name="Bars">What each stands for, its length, and the text at its end.</param>
internal sealed record ReportChart(string Title, IReadOnlyList<(string Label, long Value, string Text)> Bars);
