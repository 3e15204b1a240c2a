using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TimeBank.Proofs;
using TimeBank.V1;
using UglyToad.PdfPig;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>Printed pages: the text is text, in Chinese too, and what is for the screen alone is not there.</summary>
[Collection(HalfMonth.Name)]
public sealed class PrintTests(HalfMonth month)
{
    [Fact]
    public async Task A_volunteers_statement_and_certificate()
    {
        IPage page = await month.SignInAsync("volunteer");
        string statement = await PrintAsync(page, "/hours/statement?month=2026-10");
        Assert.Contains("2026年10月对账单", statement, StringComparison.Ordinal);
        Assert.Contains("期末余额", statement, StringComparison.Ordinal);
        Assert.Contains("打印于", statement, StringComparison.Ordinal);
        Assert.DoesNotContain("退出", statement, StringComparison.Ordinal);
        string certificate = await PrintAsync(page, "/hours/certificate");
        Assert.Contains("志愿服务证明", certificate, StringComparison.Ordinal);
        Assert.Contains("签名根值", certificate, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_elders_voucher()
    {
        VoucherService.VoucherServiceClient client = new(await month.CallerAsync("auditor"));
        string[] offered = await month.OfferedAsync("elder");
        ListVouchersResponse vouchers = await client.ListVouchersAsync(new ListVouchersRequest
        {
            Parent = $"regions/{PlayedServer.Tianyuan}", State = VoucherState.Active, PageSize = 1_000,
        });
        Voucher voucher = vouchers.Vouchers.First(one => offered.Contains(one.Elder.Split('/')[^1]));
        IPage page = await month.SignInAsync("elder", voucher.Elder.Split('/')[^1]);
        string id = voucher.Name.Split('/')[^1], text = await PrintAsync(page, $"/vouchers/{id}");
        Assert.Contains("养老服务券", text, StringComparison.Ordinal);
        Assert.Contains(string.Join("", id), text.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a6", 298, 420)]
    [InlineData("a4", 595, 842)]
    public async Task Vouchers_on_paper(string paper, int width, int height)
    {
        VoucherService.VoucherServiceClient client = new(await month.CallerAsync("counter"));
        string[] offered = await month.OfferedAsync("elder");
        Voucher voucher = (await client.ListVouchersAsync(new ListVouchersRequest
        {
            Parent = $"regions/{PlayedServer.Tianyuan}", State = VoucherState.Active, PageSize = 1_000,
        })).Vouchers.First(one => offered.Contains(one.Elder.Split('/')[^1]));
        PrintableVoucher printed = await client.GetPrintableVoucherAsync(
            new GetPrintableVoucherRequest { Name = voucher.Name, OnBehalfOf = voucher.Elder });
        IPage page = await month.SignInAsync("elder", voucher.Elder.Split('/')[^1]);
        await page.GotoAsync($"/vouchers/paper?paper={paper}&id={voucher.Name.Split('/')[^1]}");
        // The picture is that of the signed code, at the level that survives a fold.
        string id = voucher.Name.Split('/')[^1];
        Assert.Equal(Shell.QrPicture.Of(printed.Code, QRCoder.QRCodeGenerator.ECCLevel.Q),
            await page.Locator($"section.paper[data-voucher='{id}'] .paper-code img").GetAttributeAsync("src"));
        byte[] pdf = await page.PdfAsync(new() { PreferCSSPageSize = true, PrintBackground = true });
        if (Environment.GetEnvironmentVariable("TIMEBANK_PAPERS") is { Length: > 0 } folder)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, $"page-{paper}.pdf"), pdf);
        }
        using PdfDocument document = PdfDocument.Open(pdf);
        UglyToad.PdfPig.Content.Page only = document.GetPage(1);

        Assert.Equal(1, document.NumberOfPages);
        Assert.Equal(width, only.Width, tolerance: 1.0);
        Assert.Equal(height, only.Height, tolerance: 1.0);
        string text = only.Text.Replace(" ", "", StringComparison.Ordinal);
        Assert.Contains(printed.Number, text, StringComparison.Ordinal);
        Assert.Contains("Carevoucher", text, StringComparison.Ordinal);
        Assert.Contains(printed.MaskedName, text, StringComparison.Ordinal);
        Assert.DoesNotContain("退出", text, StringComparison.Ordinal);
        // The code is as large on paper as it must be: 50 mm.
        Assert.Equal(50 * 72 / 25.4, only.GetImages().Single().BoundingBox.Width, tolerance: 1.5);
    }

    [Fact]
    public async Task A_clerk_scans_a_papers_code_and_is_told_of_a_forged_one()
    {
        VoucherService.VoucherServiceClient client = new(await month.CallerAsync("counter"));
        Voucher voucher = (await client.ListVouchersAsync(new ListVouchersRequest
        {
            Parent = $"regions/{PlayedServer.Tianyuan}", State = VoucherState.Active, PageSize = 1,
        })).Vouchers[0];
        string code = (await client.GetPrintableVoucherAsync(
            new GetPrintableVoucherRequest { Name = voucher.Name, OnBehalfOf = voucher.Elder })).Code;
        string forged = $"{code[..^10]}{(code[^10] == '0' ? '1' : '0')}{code[^9..]}";
        IPage page = await month.SignInAsync("provider_clerk");

        async Task TypeAsync(string typed)
        {
            await page.GotoAsync("/redeem");
            await page.FillAsync("#voucher", typed);
            await page.Locator("main form button").First.ClickAsync();
        }
        await TypeAsync(code);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/redeem\\?voucher={voucher.Name.Split('/')[^1]}$"));
        Assert.Equal(0, await page.Locator("main [role=alert]").CountAsync());
        await TypeAsync(forged);
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("假券或被改动");
        // What was scanned can be spent: it is in no address.
        Assert.DoesNotContain("TBV1", page.Url, StringComparison.OrdinalIgnoreCase);
        string number = VoucherNumber.Write(voucher.Name.Split('/')[^1]);
        await TypeAsync($"{number[..^1]}{(number[^1] == '0' ? '1' : '0')}");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("有一位写错，或两位颠倒");
    }

    [Fact]
    public async Task A_providers_account()
    {
        IPage page = await month.SignInAsync("provider_clerk");
        string text = await PrintAsync(page, "/payments?month=2026-10");
        Assert.Contains("现在应付给您", text, StringComparison.Ordinal);
        Assert.Contains("期初余额", text, StringComparison.Ordinal);
    }

    // Noto Sans CJK draws a radical and the character of the same shape with one glyph, and Chromium's PDF names the radical. A reader sees
    // no difference; a search finds the character only where the reader's program folds the two, as most do.
    private static readonly (char Radical, char Letter)[] Radicals =
    [
        ('⻚', '页'), ('⾯', '面'), ('⾸', '首'), ('⼊', '入'), ('⽼', '老'), ('⽉', '月'), ('⽰', '示'), ('⽂', '文'), ('⽇', '日'), ('⽀', '支'),
        ('⾏', '行'), ('⼋', '八'), ('⼈', '人'), ('⼆', '二'), ('⼗', '十'), ('⼀', '一'), ('⽤', '用'), ('⽅', '方'), ('⾃', '自'), ('⼤', '大'),
        ('⼩', '小'), ('⾦', '金'), ('⻓', '长'),
    ];

    private static async Task<string> PrintAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        using PdfDocument document = PdfDocument.Open(await page.PdfAsync(new() { PreferCSSPageSize = true }));
        Assert.Equal(595, document.GetPage(1).Width, tolerance: 1.0);
        var text = new StringBuilder();
        foreach (UglyToad.PdfPig.Content.Page one in document.GetPages()) text.Append(one.Text);
        foreach ((char radical, char letter) in Radicals) text.Replace(radical, letter);
        return text.ToString();
    }
}
