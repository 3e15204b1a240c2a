using System.Collections.Concurrent;
using System.Text;
using PdfSharp.Drawing;
using PdfSharp.Fonts;
using PdfSharp.Pdf;
using QRCoder;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>
/// Vouchers on paper, as PDF: each on a sheet of A6, or four on a sheet of A4 that is cut. In Chinese and English, in large letters, with
/// the signed code as a QR code (level Q) and the number that people type. Lengths are in millimetres, letters in points.
/// </summary>
internal sealed class VoucherPaper(PrintFont font)
{
    private const double Width = 105, Height = 148, Margin = 8, PointsPerMillimetre = 72 / 25.4, Code = 50;
    private const double SecondHalfOfA4 = 148.5, ServicesHeight = 17, Small = 0.6, LineHeight = 1.35, SmallGap = 0.09;
    private const string Stars = "**";
    private static readonly double[] ServiceSizes = [18, 15, 13, 11, 9];

    private readonly List<Text> _texts = [];
    private readonly List<XRect> _marks = [];

    /// <param name="isA4">Four on a sheet; else each has a sheet of its own.</param>
    /// <exception cref="UsageException">The font lacks a letter.</exception>
    public static byte[] Pdf(IReadOnlyList<PrintableVoucher> vouchers, bool isA4, PrintFont font)
    {
        VoucherPaper[] papers = [.. vouchers.Select(voucher => Of(voucher, font))];
        string family = SubsetFonts.Add(font,
            papers.SelectMany(paper => paper._texts).SelectMany(text => text.Letters.EnumerateRunes()));
        using var document = new PdfDocument();
        document.Info.Title = "TimeBank vouchers";
        foreach (VoucherPaper[] sheet in papers.Chunk(isA4 ? 4 : 1))
        {
            PdfPage page = document.AddPage();
            (page.Width, page.Height) = isA4 ? (XUnit.FromMillimeter(210), XUnit.FromMillimeter(297))
                : (XUnit.FromMillimeter(Width), XUnit.FromMillimeter(Height));
            using XGraphics drawing = XGraphics.FromPdfPage(page);
            for (int at = 0; at < sheet.Length; at++)
            {
                XGraphicsState before = drawing.Save();
                drawing.TranslateTransform(at % 2 * Width * PointsPerMillimetre, at / 2 * SecondHalfOfA4 * PointsPerMillimetre);
                sheet[at].Draw(drawing, family);
                drawing.Restore(before);
            }
            if (isA4) Cuts(drawing);
        }
        using var file = new MemoryStream();
        document.Save(file);
        return file.ToArray();
    }

    /// <summary>False: the font lacks the elder's letter, and the paper has the two stars alone.</summary>
    public static bool CanWriteName(PrintableVoucher printed, PrintFont font) => printed.MaskedName.EnumerateRunes().All(font.Has);

    /// <summary>How much a provider may accept without a network, in words.</summary>
    public static string OfflineOf(Amount amount, Language language) =>
        amount.Value == 0 ? language["需联网", "needs a network"] : AmountText.Of(amount, language);

    private static VoucherPaper Of(PrintableVoucher printed, PrintFont font)
    {
        var paper = new VoucherPaper(font);
        Voucher voucher = printed.Voucher;
        string Both(Func<Language, string> text) => $"{text(Language.Chinese)}  {text(Language.English)}";
        string Services(Language language) =>
            string.Join(language["、", ", "], voucher.ServiceTypes.Select(type => EnumText.Of(type, language)));
        paper.Line("养老服务券", Margin, 14, 24);
        paper.Line("Care voucher", Margin, 19.5, 11);
        // As large as the list of services allows: it may have one of them or all.
        double large = ServiceSizes.FirstOrDefault(size =>
            paper.HeightOf(Services(Language.Chinese), size) + paper.HeightOf(Services(Language.English), size * Small) <= ServicesHeight,
            ServiceSizes[^1]);
        double below = paper.Lines(Services(Language.Chinese), Margin, 30, large, Width - (2 * Margin));
        paper.Lines(Services(Language.English), Margin, below - (large * SmallGap), large * Small, Width - (2 * Margin));
        paper.Line(AmountText.Of(voucher.Remaining, Language.Chinese), Margin, 55, 28);
        paper.Line(AmountText.Of(voucher.Remaining, Language.English), Margin, 60, 11);
        const double codeTop = 62, column = Margin + Code + 2, columnWidth = Width - column - 6;
        paper.Qr(printed.Code, Margin - 2, codeTop);
        double next = codeTop + 8;
        (string Chinese, string English, string Value)[] facts =
        [
            ("使用期", "valid", voucher.UseBy is null ? Both(language => TimeText.LastDay(null, language))
                : $"{TimeText.Of(voucher.ValidFrom)} – {TimeText.Of(voucher.UseBy)}"),
            ("此纸用到", "this paper until", voucher.UseBy is null ? TimeText.Of(printed.PaperUseBy) : ""),
            ("姓名", "name", CanWriteName(printed, font) ? printed.MaskedName : Stars),
            ("离线最多可用", "offline at most", Both(language => OfflineOf(printed.OfflineAmount, language))),
        ];
        foreach ((string chinese, string english, string value) in facts.Where(fact => fact.Value.Length > 0))
        {
            paper.Line($"{chinese} {english}", column, next, 8);
            next = paper.Lines(value, column, next + 5.5, 12, columnWidth) + 2;
        }
        paper.Line("券号 number", Margin, codeTop + Code + 4, 8);
        paper.Line(printed.Number, Margin, codeTop + Code + 13, 24);
        next = paper.Lines("扫码可离线验真；余额以联网查询为准。丢失可补印，同一张券不会重复支付。咨询 12349。", Margin, codeTop + Code + 20, 8,
            Width - (2 * Margin));
        paper.Lines("The code proves without a network that this voucher is genuine; what is left on it, the server knows. A lost paper is "
            + "printed again.", Margin, next, 6.5, Width - (2 * Margin));
        return paper;
    }

    private void Line(string text, double x, double y, double size) => _texts.Add(new Text(text, x, y, size));

    /// <summary>A text in as many lines as it needs.</summary>
    /// <returns>Where a line after it would stand.</returns>
    private double Lines(string text, double x, double y, double size, double width)
    {
        foreach (string line in Broken(text, size, width))
        {
            Line(line, x, y, size);
            y += size * LineHeight / PointsPerMillimetre;
        }
        return y;
    }

    private double HeightOf(string text, double size) =>
        Broken(text, size, Width - (2 * Margin)).Count() * size * LineHeight / PointsPerMillimetre;

    private IEnumerable<string> Broken(string text, double size, double width)
    {
        Rune[] letters = [.. text.EnumerateRunes()];
        int from = 0;
        while (from < letters.Length)
        {
            int end = from, room = from;
            for (double used = 0; end < letters.Length; end++)
            {
                used += WidthOf(letters[end], size);
                if (used > width) break;
                // A line ends after a space, or beside a Chinese letter, but not before a sign that closes.
                bool mayEnd = end + 1 == letters.Length || letters[end].Value == ' '
                    || (letters[end].Value > 0x2E80 && !"、，。；：）".EnumerateRunes().Contains(letters[end + 1]));
                if (mayEnd) room = end + 1;
            }
            if (room == from) room = Math.Max(end, from + 1);
            yield return string.Concat(letters[from..room]).TrimEnd();
            from = room;
        }
    }

    private double WidthOf(Rune letter, double size) => font.Letter(letter).Width * size / font.UnitsPerEm / PointsPerMillimetre;

    private void Qr(string code, double x, double y)
    {
        using QRCodeData data = QRCodeGenerator.GenerateQrCode(code, QRCodeGenerator.ECCLevel.Q);
        double module = Code / data.ModuleMatrix.Count;
        for (int row = 0; row < data.ModuleMatrix.Count; row++)
        {
            for (int from = 0; from < data.ModuleMatrix.Count; from++)
            {
                int end = from;
                while (end < data.ModuleMatrix.Count && data.ModuleMatrix[row][end]) end++;
                if (end > from) _marks.Add(new XRect(x + (from * module), y + (row * module), (end - from) * module, module));
                from = end;
            }
        }
    }

    private void Draw(XGraphics drawing, string family)
    {
        foreach (Text text in _texts)
        {
            var options = new XPdfFontOptions(PdfFontEncoding.Unicode, PdfFontEmbedding.TryComputeSubset);
            drawing.DrawString(text.Letters, new XFont(family, text.Size, XFontStyleEx.Regular, options), XBrushes.Black,
                text.X * PointsPerMillimetre, text.Y * PointsPerMillimetre);
        }
        // One path: between rectangles of their own a printer may leave white hairs.
        var path = new XGraphicsPath { FillMode = XFillMode.Winding };
        foreach (XRect mark in _marks)
        {
            path.AddRectangle(mark.X * PointsPerMillimetre, mark.Y * PointsPerMillimetre, mark.Width * PointsPerMillimetre,
                mark.Height * PointsPerMillimetre);
        }
        drawing.DrawPath(XBrushes.Black, path);
    }

    private static void Cuts(XGraphics drawing)
    {
        var pen = new XPen(XColors.Gray, 0.4) { DashStyle = XDashStyle.Dash };
        drawing.DrawLine(pen, Width * PointsPerMillimetre, 0, Width * PointsPerMillimetre, 297 * PointsPerMillimetre);
        drawing.DrawLine(pen, 0, SecondHalfOfA4 * PointsPerMillimetre, 210 * PointsPerMillimetre, SecondHalfOfA4 * PointsPerMillimetre);
    }

    private readonly record struct Text(string Letters, double X, double Y, double Size);
}

/// <summary>The fonts of this process's papers. PDFsharp asks one resolver for all of them, and keeps each by its name.</summary>
internal sealed class SubsetFonts : IFontResolver
{
    private static readonly SubsetFonts All = new();
    private static readonly Lock Turn = new();

    private readonly ConcurrentDictionary<string, byte[]> _fonts = new();

    /// <returns>The name of a font with these letters.</returns>
    public static string Add(PrintFont font, IEnumerable<Rune> letters)
    {
        lock (Turn)
        {
            GlobalFontSettings.FontResolver ??= All;
            string family = FormattableString.Invariant($"NotoSansPaper{All._fonts.Count}");
            All._fonts[family] = TrueTypeSubset.Write(font, family, letters);
            return family;
        }
    }

    public byte[] GetFont(string faceName) => _fonts[faceName];

    public FontResolverInfo? ResolveTypeface(string familyName, bool isBold, bool isItalic) =>
        _fonts.ContainsKey(familyName) ? new FontResolverInfo(familyName) : null;
}
