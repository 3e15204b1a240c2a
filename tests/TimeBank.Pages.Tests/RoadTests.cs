using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TimeBank.Pages.Tests;

/// <summary>The main roads of volunteers and clerks, each with JavaScript on and off.</summary>
[Collection(PlayedMonth.Name)]
public sealed class RoadTests(PlayedMonth month)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_volunteer_donates_hours_and_gets_a_receipt(bool scripts)
    {
        IPage page = await VolunteerWithHoursAsync(scripts);
        await page.GotoAsync("/hours/give");
        await page.Locator("input[value=pool]").CheckAsync();
        await page.FillAsync("#m", "1");
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator(".panel.good")).ToContainTextAsync("1分钟");
        await page.Locator("main a[href^='/hours/proof/']").ClickAsync();
        await Expect(page.Locator("main pre")).ToContainTextAsync("c2sp.org/tlog-proof@v1");
        await Expect(page.Locator("img.qr")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task The_same_form_sent_twice_moves_hours_once()
    {
        IPage page = await VolunteerWithHoursAsync(scripts: false);
        long before = await LatestEntryAsync(page);
        await page.GotoAsync("/hours/give");
        await page.Locator("input[value=pool]").CheckAsync();
        await page.FillAsync("#m", "1");
        await page.Locator("main form button").ClickAsync();
        string done = page.Url;
        // Back brings the form with its id; sent again it leads to the first answer.
        await page.GoBackAsync();
        await page.Locator("input[value=pool]").CheckAsync();
        await page.FillAsync("#m", "1");
        await page.Locator("main form button").ClickAsync();
        Assert.Equal(done, page.Url);
        Assert.Equal(before + 1, await LatestEntryAsync(page));
    }

    [Fact]
    public async Task A_refused_form_says_why_and_can_be_mended()
    {
        IPage page = await VolunteerWithHoursAsync(scripts: false);
        await page.GotoAsync("/hours/give");
        await page.Locator("input[value=pool]").CheckAsync();
        await page.FillAsync("#h", "9999");
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator("[data-reason=INSUFFICIENT_BALANCE]")).ToContainTextAsync("9,999小时");
        await page.FillAsync("#h", "0");
        await page.FillAsync("#m", "1");
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator(".panel.good")).ToContainTextAsync("1分钟");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clerk_redeems_a_voucher_and_takes_it_back(bool scripts)
    {
        (IPage page, string voucher) = await ClerkAndVoucherAsync(scripts);
        await page.GotoAsync("/redeem");
        await page.FillAsync("#voucher", voucher.ToLowerInvariant().Insert(4, " "));
        await page.Locator("main form button").First.ClickAsync();
        await page.FillAsync("#price", "10");
        await page.Locator("main form button").First.ClickAsync();
        await Expect(page.Locator("main tfoot")).ToBeVisibleAsync();
        string own = await page.Locator("main tfoot td").InnerTextAsync();
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator(".panel.good")).ToBeVisibleAsync();
        Assert.Equal(own, await page.Locator("main tfoot td").InnerTextAsync());
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator(".panel.warn")).ToContainTextAsync("已退回");
    }

    private async Task<IPage> VolunteerWithHoursAsync(bool scripts)
    {
        for (int which = 0; ; which++)
        {
            IPage page = await month.SignInAsync("volunteer", which: which, scripts: scripts);
            await page.GotoAsync("/hours");
            if (await page.Locator(".figure").First.InnerTextAsync() is not ("0分钟" or "0 min")) return page;
            await page.Context.CloseAsync();
        }
    }

    private static async Task<long> LatestEntryAsync(IPage page)
    {
        await page.GotoAsync("/hours");
        return await page.Locator("main a[href^='/hours/proof/']").CountAsync() == 0 ? 0
            : long.Parse((await page.Locator("main a[href^='/hours/proof/']").First.GetAttributeAsync("href"))!.Split('/')[^1], null);
    }

    /// <summary>A clerk, and a voucher of some elder that pays for something the clerk's provider gives.</summary>
    private async Task<(IPage Page, string Voucher)> ClerkAndVoucherAsync(bool scripts)
    {
        IPage clerk = await month.SignInAsync("provider_clerk", which: 0, scripts: scripts);
        for (int provider = 0; provider < 6; provider++)
        {
            if (provider > 0) clerk = await month.SignInAsync("provider_clerk", which: provider, scripts: scripts);
            for (int elder = 0; elder < 6; elder++)
            {
                IPage owner = await month.SignInAsync("elder", which: elder, scripts: scripts);
                await owner.GotoAsync("/vouchers");
                foreach (ILocator link in await owner.Locator("main [data-voucher]").AllAsync())
                {
                    string voucher = (await link.GetAttributeAsync("data-voucher"))!;
                    await clerk.GotoAsync($"/redeem?voucher={voucher}");
                    if (await clerk.Locator("#price").CountAsync() > 0) return (clerk, voucher);
                }
                await owner.Context.CloseAsync();
            }
        }
        throw new InvalidOperationException("No voucher of the month can be redeemed.");
    }
}
