using System.Globalization;
using System.Net;
using System.Text;

namespace TimeBank.Cli;

/// <summary>A report as one HTML page for A4 paper, with nothing loaded from elsewhere.</summary>
internal static class ReportPage
{
    private const int LabelWidth = 220, BarWidth = 420, BarHeight = 22;

    private const string Style =
        """
        @page { size: A4; margin: 15mm }
        body { font: 11pt/1.4 "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif; color: #000; margin: 0 auto; max-width: 180mm }
        h1 { font-size: 16pt; margin: 0 0 4mm }
        h2 { font-size: 12pt; margin: 6mm 0 2mm }
        table { border-collapse: collapse; width: 100% }
        thead { display: table-header-group }
        tr { break-inside: avoid }
        th, td { border: 1px solid #888; padding: 1mm 2mm; text-align: left; vertical-align: top; overflow-wrap: anywhere }
        th { background: #eee }
        .amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
        dl { display: grid; grid-template-columns: max-content auto; gap: 0 4mm; margin: 0 0 4mm }
        dt { color: #444 }
        dd { margin: 0 }
        .sign { margin-top: 14mm; display: flex; gap: 20mm }
        .sign span { border-top: 1px solid #000; min-width: 50mm; padding-top: 1mm }
        """;

    public static string Of(ReportTable report, Language language)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture,
            $"<!DOCTYPE html>\n<html lang=\"{language["zh-CN", "en"]}\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>{Text(report.Title)}</title>\n")
            .Append(CultureInfo.InvariantCulture, $"<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>{Text(report.Title)}</h1>\n<dl>\n");
        foreach ((string label, string value) in report.Facts.Where(fact => fact.Value.Length > 0))
            page.Append(CultureInfo.InvariantCulture, $"<dt>{Text(label)}</dt><dd>{Text(value)}</dd>\n");
        page.Append("</dl>\n");
        if (report.Chart is { Bars.Count: > 0 } chart) Draw(page, chart);
        page.Append("<table>\n<thead><tr>");
        foreach (Column column in report.Columns)
            page.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\"{Class(column)}>{Text(column.Header)}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in report.Shown)
        {
            page.Append("<tr>");
            for (int at = 0; at < row.Count; at++)
                page.Append(CultureInfo.InvariantCulture, $"<td{Class(report.Columns[at])}>{Text(row[at])}</td>");
            page.Append("</tr>\n");
        }
        return page.Append("</tbody>\n</table>\n<p class=\"sign\">")
            .Append(CultureInfo.InvariantCulture,
                $"<span>{language["编制", "Prepared"]}</span><span>{language["复核", "Checked"]}</span></p>\n")
            .Append("</body>\n</html>\n").ToString();
    }

    private static void Draw(StringBuilder page, ReportChart chart)
    {
        long most = Math.Max(1, chart.Bars.Max(bar => bar.Value));
        int width = LabelWidth + BarWidth + LabelWidth, height = chart.Bars.Count * BarHeight;
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(chart.Title)}</h2>\n")
            .Append(CultureInfo.InvariantCulture,
                $"<svg role=\"img\" aria-label=\"{Text(chart.Title)}\" viewBox=\"0 0 {width} {height}\" width=\"100%\">\n");
        foreach ((int at, (string label, long value, string text)) in chart.Bars.Index())
        {
            int top = at * BarHeight, length = (int)((Int128)Math.Max(0, value) * BarWidth / most);
            page.Append(CultureInfo.InvariantCulture,
                $"<text x=\"0\" y=\"{top + 15}\" font-size=\"13\">{Text(label)}</text>"
                + $"<rect x=\"{LabelWidth}\" y=\"{top + 3}\" width=\"{length}\" height=\"{BarHeight - 6}\" fill=\"#4a6fa5\"/>"
                + $"<text x=\"{LabelWidth + length + 6}\" y=\"{top + 15}\" font-size=\"13\">{Text(text)}</text>\n");
        }
        page.Append("</svg>\n");
    }

    private static string Class(Column column) => column.IsAmount ? " class=\"amount\"" : "";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
