using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TimeBank.Pages.Tests;

/// <summary>What anybody may do without signing in: read figures, check a receipt. And taking back what was just given.</summary>
[Collection(WholeMonth.Name)]
public sealed class PublicPagesTests(WholeMonth month)
{
    [Theory]
    [InlineData("zh-CN", "天元区 · 2026年10月", "付给服务机构")]
    [InlineData("en", "Tianyuan District, October 2026", "Paid to providers")]
    public async Task Anybody_reads_the_figures_of_a_month_that_is_over(string locale, string title, string money)
    {
        IPage page = await month.VisitAsync(scripts: false, locale);
        await page.GotoAsync("/");
        await page.Locator("footer a[href='/statistics']").ClickAsync();
        await page.FillAsync("#region", WholeMonth.Tianyuan);
        await page.FillAsync("#month", "2026-10");
        await page.Locator("main form button").ClickAsync();

        await Expect(page.Locator("h1")).ToHaveTextAsync(title);
        await Expect(page.Locator("main")).ToContainTextAsync(money);
        await Expect(page.Locator("main table").First.Locator("tbody tr")).Not.ToHaveCountAsync(0);
        await Expect(page.Locator("main pre")).ToContainTextAsync("— ");
    }

    [Fact]
    public async Task A_month_that_is_not_over_says_from_when_it_is_published()
    {
        IPage page = await month.VisitAsync(scripts: false);
        await page.GotoAsync("/statistics?region=430211&month=2199-12");

        await Expect(page.Locator("[data-reason=STATISTICS_PERIOD_NOT_OVER]")).ToContainTextAsync("2200");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Anybody_checks_a_receipt_in_the_browser_or_without_scripts_on_the_server(bool scripts)
    {
        string receipt = await ReceiptAsync(), key = await KeyAsync();
        IPage page = await month.VisitAsync(scripts);
        var sent = new List<string>();
        page.Request += (_, request) => sent.Add($"{request.Method} {new Uri(request.Url).AbsolutePath}");

        await CheckAsync(page, receipt, key, ".panel.good", "收据有效");
        await Expect(page.Locator("main dl.facts")).ToContainTextAsync("1分钟");
        Assert.Equal(!scripts, sent.Contains("POST /check"));
        char[] flipped = receipt.ToCharArray();
        int at = receipt.IndexOf("extra ", StringComparison.Ordinal) + 60;
        flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
        await CheckAsync(page, new string(flipped), key, ".panel.fault", "被改过");
        await CheckAsync(page, receipt[..(receipt.Length / 2)], key, ".panel.fault", scripts ? "不完整" : "读不出来");
        await CheckAsync(page, receipt, key[..^4] + "AAAA", ".panel.fault", "抄错");
        await CheckAsync(page, "随便写的", key, ".panel.fault", "收据不能证明什么");
        // Without a key there is nothing to say about the receipt.
        await page.GotoAsync("/check");
        await page.FillAsync("#receipt", receipt);
        await page.Locator("main form button").ClickAsync();
        if (scripts) Assert.NotEmpty(await page.Locator("#key").EvaluateAsync<string>("key => key.validationMessage"));
        else await Expect(page.Locator("main .panel.fault")).ToContainTextAsync("请填写公告上的公钥");
        await Expect(page.Locator("main")).Not.ToContainTextAsync("收据不能证明什么");
        await page.Locator("input[value=server]").CheckAsync();
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator("main .panel.good[role=status]")).ToContainTextAsync("收据有效");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receipt_is_checked_as_a_file(bool scripts)
    {
        string receipt = await ReceiptAsync(), key = await KeyAsync();
        IPage page = await month.VisitAsync(scripts, "en");
        await page.GotoAsync("/check");
        await page.Locator("#file").SetInputFilesAsync(new FilePayload
        {
            Name = "1.tlog-proof", MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes(receipt),
        });
        await page.FillAsync("#key", key);
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator("main .panel.good[role=status]")).ToContainTextAsync("The receipt is sound");
        await page.Locator("#file").SetInputFilesAsync(new FilePayload
        {
            Name = "large", MimeType = "text/plain", Buffer = new byte[(1 << 20) + 1],
        });
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator("main .panel.fault")).ToContainTextAsync(scripts ? "too long" : "too large");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_volunteer_takes_back_what_was_given_a_moment_ago(bool scripts)
    {
        IPage page = await DonorAsync(scripts);
        await Expect(page.Locator("[data-seconds-left]")).ToHaveTextAsync(
            new System.Text.RegularExpressions.Regex(scripts ? "^(9|10):[0-9]{2}$" : "^10 "));
        string done = page.Url;
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator(".panel.good")).ToContainTextAsync("1分钟");
        Assert.NotEqual(done, page.Url);
        await Expect(page.Locator("main form")).ToHaveCountAsync(0);
        await page.GotoAsync(done);
        await Expect(page.Locator("main form")).ToHaveCountAsync(0);
    }

    private static async Task CheckAsync(IPage page, string receipt, string key, string panel, string said)
    {
        await page.GotoAsync("/check");
        await page.FillAsync("#receipt", receipt);
        await page.FillAsync("#key", key);
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator($"main {panel}[role=status]")).ToContainTextAsync(said);
    }

    private async Task<string> KeyAsync()
    {
        using var client = new HttpClient();
        return (await client.GetStringAsync(new Uri($"{month.Address}/regions/{WholeMonth.Tianyuan}/verifier-keys"))).Trim();
    }

    /// <summary>The receipt of a donation of one minute, as its giver gets it.</summary>
    private async Task<string> ReceiptAsync()
    {
        IPage page = await DonorAsync(scripts: false);
        await page.Locator("main a[href^='/hours/proof/']").ClickAsync();
        string receipt = await page.Locator("main pre").TextContentAsync() ?? "";
        // From its own page the receipt comes along to where it is checked.
        await page.Locator("main a[href^='/check?entry=']").ClickAsync();
        await Expect(page.Locator("#receipt")).ToHaveValueAsync(receipt);
        return receipt;
    }

    /// <summary>A volunteer who has just given one minute to the pool.</summary>
    private async Task<IPage> DonorAsync(bool scripts)
    {
        foreach (string id in await month.OfferedAsync("volunteer"))
        {
            IPage page = await month.SignInAsync("volunteer", id, scripts: scripts);
            await page.GotoAsync("/hours");
            if (await page.Locator(".figure").First.InnerTextAsync() is "0分钟" or "0 min")
            {
                await page.Context.CloseAsync();
                continue;
            }
            await page.GotoAsync("/hours/give");
            await page.Locator("input[value=pool]").CheckAsync();
            await page.FillAsync("#m", "1");
            await page.Locator("main form button").ClickAsync();
            await Expect(page.Locator(".panel.good")).ToContainTextAsync("1分钟");
            return page;
        }
        throw new InvalidOperationException("No volunteer of the month has hours.");
    }
}
