using System.Globalization;
using System.Text;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace TimeBank.Pages.Shell;

/// <summary>One bar, or one point of a line.</summary>
/// <param name="Value">In the unit that the title names, such as yuan.</param>
/// <param name="Text">The value as people write it; stands at the end of the bar.</param>
public sealed record ChartPoint(string Label, double Value, string Text)
{
    /// <summary>Money, in yuan.</summary>
    public static ChartPoint Money(string label, long fen) => new(label, fen / 100.0, Written.Yuan(fen));

    public static ChartPoint Count(string label, long count) => new(label, count, Written.Grouped(count));
}

/// <summary>Draws charts as SVG, without any native library.</summary>
public static class ChartDrawing
{
    private const int Width = 700, BarHeight = 30, LineHeight = 260, Frame = 70, Letter = 8, MostLabel = 260;

    private const double RoomForText = 0.25;

    // The first font that the reader's machine has; all of them have Chinese letters.
    private const string Fonts = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif";

    private static readonly OxyColor Ink = OxyColor.Parse("#1b2420"), Accent = OxyColor.Parse("#0b5d4e"), Line = OxyColor.Parse("#b8c2bd");

    /// <returns>The picture as an address of its own (data:).</returns>
    public static string Of(string title, IReadOnlyList<ChartPoint> points, bool isLine)
    {
        var model = new PlotModel
        {
            Title = title, DefaultFont = Fonts, TitleFont = Fonts, SubtitleFont = Fonts, TitleFontSize = 15, TextColor = Ink,
            TitleColor = Ink, PlotAreaBorderColor = OxyColors.Transparent, Background = OxyColors.White,
        };
        if (isLine) DrawLine(model, points);
        else DrawBars(model, points);
        int height = isLine ? LineHeight : Frame + BarHeight * points.Count;
        var exporter = new SvgExporter { Width = Width, Height = height, IsDocument = false };
        return "data:image/svg+xml;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(exporter.ExportToString(model)));
    }

    private static void DrawBars(PlotModel model, IReadOnlyList<ChartPoint> points)
    {
        // The library measures letters by a font without Chinese ones, so the room for labels is reckoned here.
        int room = Math.Min(MostLabel, points.Max(point => WidthOf(point.Label)) + 2 * Letter);
        model.PlotMargins = new OxyThickness(room, 0, Letter, 10);
        // The first point stands at the top.
        var names = new CategoryAxis
        {
            Position = AxisPosition.Left, StartPosition = 1, EndPosition = 0, GapWidth = 0.4, TickStyle = TickStyle.None,
            AxislineColor = Line, AxislineStyle = LineStyle.Solid,
        };
        names.Labels.AddRange(points.Select(point => point.Label));
        double least = Math.Min(0, points.Min(point => point.Value)), most = Math.Max(1, points.Max(point => point.Value));
        // The longest bar leaves room for the text at its end.
        most += (most - least) * RoomForText;
        model.Axes.Add(names);
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, IsAxisVisible = false, Minimum = least, Maximum = most });
        var bars = new BarSeries { FillColor = Accent };
        foreach ((int at, ChartPoint point) in points.Index())
        {
            bars.Items.Add(new BarItem(point.Value));
            model.Annotations.Add(new OxyPlot.Annotations.TextAnnotation
            {
                Text = point.Text, TextPosition = new DataPoint(Math.Max(0, point.Value), at), StrokeThickness = 0, TextColor = Ink,
                TextHorizontalAlignment = HorizontalAlignment.Left, TextVerticalAlignment = VerticalAlignment.Middle,
                Offset = new ScreenVector(6, 0), ClipByXAxis = false, ClipByYAxis = false,
            });
        }
        model.Series.Add(bars);
    }

    private static void DrawLine(PlotModel model, IReadOnlyList<ChartPoint> points)
    {
        var names = new CategoryAxis { Position = AxisPosition.Bottom, AxislineColor = Line, TickStyle = TickStyle.None };
        names.Labels.AddRange(points.Select(point => point.Label));
        model.Axes.Add(names);
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = Line, StringFormat = "#,0",
            MinimumPadding = 0.05, MaximumPadding = 0.1, TickStyle = TickStyle.None,
        });
        var line = new LineSeries { Color = Accent, StrokeThickness = 2, MarkerType = MarkerType.Circle, MarkerFill = Accent };
        line.Points.AddRange(points.Select((point, at) => new DataPoint(at, point.Value)));
        model.Series.Add(line);
    }

    private static int WidthOf(string label) =>
        label.EnumerateRunes().Sum(rune =>
            CharUnicodeInfo.GetUnicodeCategory(rune.Value) == UnicodeCategory.OtherLetter ? 2 * Letter - 2 : Letter);
}
