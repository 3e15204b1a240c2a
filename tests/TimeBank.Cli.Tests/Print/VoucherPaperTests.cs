using System.Diagnostics;
using System.Text;
using SkiaSharp;
using TimeBank.Proofs;
using TimeBank.V1;
using UglyToad.PdfPig;
using Xunit;
using ZXing;
using ZXing.Common;

namespace TimeBank.Cli.Tests;

/// <summary>Paper as a scanner sees it: drawn at the 203 dots per inch of a label printer, laid askew, read by another library.</summary>
public sealed class VoucherPaperTests : IDisposable
{
    private const int DotsPerInch = 203;
    private const double AskewDegrees = 7, HandDegrees = 0.5;

    private readonly string _folder = Directory.CreateTempSubdirectory("timebank-paper-").FullName;

    /// <summary>The key of 32 bytes of 1, so that every run draws the same codes.</summary>
    private readonly SigningKey _key = SigningKey.Read(string.Join('\n', "-----BEGIN PRIVATE KEY-----",
        Convert.ToBase64String([.. Convert.FromHexString("302e020100300506032b657004220420"), .. Enumerable.Repeat((byte)1, 32)]),
        "-----END PRIVATE KEY-----"))[0];

    private VoucherSigner Signer => _key.VoucherSigner(VoucherSigner.NameOf("timebank.example", "430211"));

    [Theory]
    [InlineData(1, false)]
    [InlineData(7, false)]
    public async Task Code_on_A6_is_read_askew_at_203_dpi(int services, bool isA4)
    {
        PrintableVoucher printed = Printed(0, services);
        Gray page = await DrawAsync(VoucherPaper.Pdf([printed], isA4, PrintFont.Open(null)), 1);

        string code = Decode(page, AskewDegrees);

        Assert.Equal(printed.Code, code);
        Assert.Equal("0123456789A0", VoucherCode.Read(code, [Signer.Key]).Claims!.Voucher);
    }

    /// <summary>In one picture, by what <c>terminal accept --image</c> reads with.</summary>
    [Theory]
    [InlineData(AskewDegrees)]
    [InlineData(-AskewDegrees)]
    public async Task Code_on_paper_that_lies_askew_is_read_from_one_picture_by_the_tool_itself(double degrees)
    {
        PrintableVoucher printed = Printed(0, 7);
        Gray look = (await DrawAsync(VoucherPaper.Pdf([printed], isA4: false, PrintFont.Open(null)), 1)).Turned(degrees);
        string picture = Path.Combine(_folder, "look.png");
        var grey = new SKImageInfo(look.Width, look.Height, SKColorType.Gray8, SKAlphaType.Opaque);
        using (SKImage image = SKImage.FromPixelCopy(grey, look.Dots))
        {
            using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
            await File.WriteAllBytesAsync(picture, png.ToArray());
        }

        Assert.Equal(printed.Code, CodeImage.Read(picture));
    }

    [Fact]
    public async Task Each_of_four_codes_on_A4_is_read_askew_from_its_quarter()
    {
        PrintableVoucher[] printed = [.. Enumerable.Range(0, 5).Select(at => Printed(at, 1))];
        byte[] pdf = VoucherPaper.Pdf(printed, isA4: true, PrintFont.Open(null));
        Gray first = await DrawAsync(pdf, 1), second = await DrawAsync(pdf, 2);

        string[] codes = [.. Enumerable.Range(0, 4).Select(at => Decode(first.Quarter(at), -AskewDegrees)),
            Decode(second.Quarter(0), AskewDegrees)];

        Assert.Equal(printed.Select(one => one.Code), codes);
    }

    [Theory]
    [InlineData(false, 1, 297.6, 419.5)]
    [InlineData(true, 1, 595.3, 841.9)]
    public void Text_is_text_letter_by_letter_in_a_small_file(bool isA4, int pages, double width, double height)
    {
        PrintableVoucher printed = Printed(0, 7);
        byte[] pdf = VoucherPaper.Pdf([printed], isA4, PrintFont.Open(null));
        using PdfDocument document = PdfDocument.Open(pdf);
        UglyToad.PdfPig.Content.Page page = document.GetPage(1);

        Assert.Equal((pages, width, height), (document.NumberOfPages, Math.Round(page.Width, 1), Math.Round(page.Height, 1)));
        foreach (string text in new[] { "养老服务券", "Care voucher", printed.Number, "王**", "2026-11-30", "离线最多可用", "50.00元", "助餐、助浴" })
        {
            Assert.Contains(text, page.Text, StringComparison.Ordinal);
        }
        Assert.InRange(pdf.Length, 1, 100_000);
    }

    [Fact]
    public void Paper_of_what_never_expires_says_so_and_has_a_last_day_of_its_own()
    {
        PrintableVoucher printed = Printed(0, 1);
        printed.Voucher.UseBy = null;
        printed.PaperUseBy = new Date { Year = 2027, Month = 1, Day = 31 };
        using PdfDocument document = PdfDocument.Open(VoucherPaper.Pdf([printed], isA4: false, PrintFont.Open(null)));
        string text = document.GetPage(1).Text;

        foreach (string words in new[] { "长期有效", "no expiry", "此纸用到", "2027-01-31" })
            Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.DoesNotContain("2026-11-01", text, StringComparison.Ordinal);
    }

    /// <summary>A font without its letters prints boxes, and a test of the text alone would still pass.</summary>
    [Fact]
    public async Task Letters_are_drawn_and_not_boxes()
    {
        Gray page = await DrawAsync(VoucherPaper.Pdf([Printed(0, 1)], isA4: false, PrintFont.Open(null)), 1);
        // 养老服务券 stands from 8 to 50 mm, 24 points high. Each letter has ink, and each looks otherwise.
        double dots = DotsPerInch / 25.4, letter = 24 / 72.0 * DotsPerInch;
        long[] ink = [.. Enumerable.Range(0, 5).Select(at =>
            page.Ink((int)((8 * dots) + (at * letter)), (int)(6.5 * dots), (int)letter, (int)letter))];

        Assert.All(ink, dark => Assert.InRange(dark, letter * letter / 20, letter * letter / 2));
        Assert.Equal(5, ink.Distinct().Count());
    }

    [Theory]
    [InlineData("missing.ttc", "can't be read")]
    [InlineData("text.ttc", "must be an OpenType font with CFF outlines")]
    public void Font_that_is_none_is_said_clearly(string name, string words)
    {
        string file = Path.Combine(_folder, name);
        if (name == "text.ttc") File.WriteAllText(file, new string('x', 1_000));

        Assert.Contains(words, Assert.Throws<UsageException>(() => PrintFont.Open(file)).Message, StringComparison.Ordinal);
    }

    /// <summary>No box, and no paper for anybody else withheld: the name is for the eye alone.</summary>
    [Fact]
    public async Task Of_a_letter_that_the_font_lacks_the_stars_are_printed_and_of_a_rare_surname_the_letter()
    {
        PrintFont font = PrintFont.Open(null);
        PrintableVoucher lacking = Printed(0, 1, maskedName: "\uE000**"), rare = Printed(1, 1, maskedName: "\U00020BB7**");
        byte[] pdf = VoucherPaper.Pdf([lacking, rare], isA4: false, font);
        using PdfDocument document = PdfDocument.Open(pdf);
        Gray page = await DrawAsync(pdf, 2);
        // The name stands 60 mm from the left and 95 mm from the top, 12 points high.
        double dots = DotsPerInch / 25.4, letter = 12 / 72.0 * DotsPerInch;

        Assert.Equal((false, true), (VoucherPaper.CanWriteName(lacking, font), VoucherPaper.CanWriteName(rare, font)));
        Assert.Contains("**", document.GetPage(1).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\uE000", document.GetPage(1).Text, StringComparison.Ordinal);
        // Drawn, though the PDF's table of letters, which PDFsharp writes, has four digits for each and none of plane 2.
        Assert.InRange(page.Ink((int)(60 * dots), (int)(90 * dots), (int)letter, (int)letter + 10),
            letter * letter / 20, letter * letter / 2);
    }

    [Fact]
    public void Voucher_that_no_provider_may_accept_offline_says_so()
    {
        PrintableVoucher printed = Printed(0, 1);
        printed.OfflineAmount.Value = 0;
        using PdfDocument document = PdfDocument.Open(VoucherPaper.Pdf([printed], isA4: false, PrintFont.Open(null)));

        Assert.Contains("需联网", document.GetPage(1).Text, StringComparison.Ordinal);
        // In two lines: the column is narrow.
        Assert.Contains("needs a", document.GetPage(1).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0}", "0123456789AB")]
    [InlineData("vouchers/{0}/redemptions/17", "0123456789AB/redemptions/17")]
    [InlineData("regions/430211/vouchers/{0}", "0123456789AB")]
    public void Papers_number_names_its_voucher_in_every_command(string typed, string name) => Assert.Equal(
        $"regions/430211/vouchers/{name}",
        ResourceNames.Full("vouchers", typed.Replace("{0}", VoucherNumber.Write("0123456789AB"), StringComparison.Ordinal), "430211"));

    [Theory]
    [InlineData("en", "Genuine")]
    [InlineData("zh-CN", "真券")]
    public async Task Check_shows_what_a_genuine_code_says(string language, string word)
    {
        var around = new TestEnvironment();

        Assert.Equal(0, await around.RunAsync("voucher", "check", Printed(0, 1).Code, "--key", $"{Signer.Key}", "--lang", language));

        foreach (string text in new[] { word, "regions/430211/vouchers/0123456789A0", "2026-11-30", VoucherNumber.Write("0123456789A0") })
        {
            Assert.Contains(text, around.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Check_repeats_nothing_of_a_forged_code_and_ends_with_1()
    {
        using SigningKey other = SigningKey.Read(SigningKey.Create())[0];
        var around = new TestEnvironment();

        Assert.Equal(1, await around.RunAsync("voucher", "check", Printed(0, 1).Code, "--lang", "en", "--json", "--key",
            $"{other.VoucherSigner(Signer.Key.Name).Key}"));

        Assert.Contains("\"genuine\":false", around.Out, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"UNKNOWN_KEY\"", around.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789A0", around.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journals_key_is_no_voucher_key()
    {
        var around = new TestEnvironment();

        Assert.Equal(2, await around.RunAsync("voucher", "check", "TBV1:", "--lang", "en", "--key",
            $"{_key.Signer("timebank.example/430211").Key}"));

        Assert.Contains("is no voucher key", around.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private PrintableVoucher Printed(int at, int services, string maskedName = "王**")
    {
        string id = $"0123456789A{at}";
        var voucher = new Voucher
        {
            Name = $"regions/430211/vouchers/{id}", ValidFrom = new Date { Year = 2026, Month = 11, Day = 1 },
            UseBy = new Date { Year = 2026, Month = 11, Day = 30 }, Remaining = new Amount { Value = 80_000, Unit = "CNY" },
        };
        voucher.ServiceTypes.Add(Enumerable.Range(1, services).Select(type => (ServiceType)type));
        var claims = new VoucherClaims("430211", id, "a1b2c3d4e5f6", VoucherClaims.BitsOf(Enumerable.Range(1, services)), 5_000,
            VoucherClaims.Money, new DateOnly(2026, 11, 30), 4_000_000_000);
        return new PrintableVoucher
        {
            Voucher = voucher, Code = VoucherCode.Sign(claims, Signer), Number = VoucherNumber.Write(id), MaskedName = maskedName,
            OfflineAmount = new Amount { Value = 5_000, Unit = "CNY" }, Serial = claims.Serial,
        };
    }

    /// <summary>Draws a page by poppler. Without it the test fails: ./timebank test installs it.</summary>
    private async Task<Gray> DrawAsync(byte[] pdf, int page)
    {
        string file = Path.Combine(_folder, "paper.pdf"), drawn = Path.Combine(_folder, $"paper-{page}");
        await File.WriteAllBytesAsync(file, pdf);
        if (Environment.GetEnvironmentVariable("TIMEBANK_PAPERS") is { Length: > 0 } kept)
        {
            File.Copy(file, Path.Combine(kept, $"paper-{pdf.Length}.pdf"), overwrite: true);
        }
        using Process drawing = Process.Start("pdftoppm",
            ["-r", $"{DotsPerInch}", "-gray", "-f", $"{page}", "-l", $"{page}", "-singlefile", file, drawn]);
        await drawing.WaitForExitAsync();
        Assert.Equal(0, drawing.ExitCode);
        return Gray.Read(await File.ReadAllBytesAsync($"{drawn}.pgm"));
    }

    /// <summary>
    /// Reads a paper that lies askew as a hand-held scanner does: by up to three pictures, between which the hand moves a little. In one
    /// picture ZXing found 317 of 320 random codes.
    /// </summary>
    private static string Decode(Gray page, double degrees)
    {
        var hints = new Dictionary<DecodeHintType, object> { [DecodeHintType.TRY_HARDER] = true };
        return new[] { 0, -HandDegrees, HandDegrees }.Select(moved => page.Turned(degrees + moved))
            .Select(look => new RGBLuminanceSource(look.Dots, look.Width, look.Height, RGBLuminanceSource.BitmapFormat.Gray8))
            .Select(source => new ZXing.QrCode.QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source)), hints)?.Text)
            .FirstOrDefault(text => text is not null) ?? "";
    }

    /// <summary>A picture in shades of grey.</summary>
    private sealed record Gray(int Width, int Height, byte[] Dots)
    {
        /// <summary>Reads PGM: P5, width, height and 255 as text, then the dots.</summary>
        public static Gray Read(byte[] pgm)
        {
            string[] head = Encoding.ASCII.GetString(pgm, 0, 40).Split((char[])[' ', '\n'], 5);
            int start = head.Take(4).Sum(word => word.Length + 1), width = int.Parse(head[1], null), height = int.Parse(head[2], null);
            return new Gray(width, height, pgm[start..(start + (width * height))]);
        }

        public Gray Quarter(int at)
        {
            int width = Width / 2, height = Height / 2, left = at % 2 * width, top = at / 2 * height;
            byte[] dots = new byte[width * height];
            for (int row = 0; row < height; row++) Dots.AsSpan(((top + row) * Width) + left, width).CopyTo(dots.AsSpan(row * width));
            return new Gray(width, height, dots);
        }

        /// <summary>Turned around its middle, as a paper lies under a scanner; white around it.</summary>
        public Gray Turned(double degrees)
        {
            byte[] dots = new byte[Dots.Length];
            (double sine, double cosine) = Math.SinCos(degrees * Math.PI / 180);
            for (int y = 0; y < Height; y++)
            {
                for (int x = 0; x < Width; x++)
                {
                    double dx = x - (Width / 2.0), dy = y - (Height / 2.0);
                    dots[(y * Width) + x] = At((cosine * dx) - (sine * dy) + (Width / 2.0), (sine * dx) + (cosine * dy) + (Height / 2.0));
                }
            }
            return new Gray(Width, Height, dots);
        }

        /// <summary>How many dots of a part are dark.</summary>
        public long Ink(int left, int top, int width, int height)
        {
            long dark = 0;
            for (int y = top; y < top + height; y++) dark += Dots.AsSpan((y * Width) + left, width).ToArray().Count(dot => dot < 128);
            return dark;
        }

        private byte At(double x, double y)
        {
            int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
            double right = x - left, below = y - top;
            return (byte)(((1 - below) * (((1 - right) * Dot(left, top)) + (right * Dot(left + 1, top))))
                + (below * (((1 - right) * Dot(left, top + 1)) + (right * Dot(left + 1, top + 1)))));
        }

        private byte Dot(int x, int y) => x < 0 || y < 0 || x >= Width || y >= Height ? (byte)255 : Dots[(y * Width) + x];
    }
}
