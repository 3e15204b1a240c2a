using System.Globalization;
using System.Text.RegularExpressions;
using Grpc.Core;
using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TimeBank.Pages.Tests;

/// <summary>The main roads of volunteers and clerks, each with JavaScript on and off.</summary>
[Collection(HalfMonth.Name)]
public sealed class RoadTests(HalfMonth month)
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
        await Expect(page).ToHaveURLAsync(new Regex("/hours/done/[^/]+$"));
        string done = page.Url;
        // Back brings the form with its id; sent again it leads to the first answer.
        await page.GoBackAsync();
        await page.Locator("input[value=pool]").CheckAsync();
        await page.FillAsync("#m", "1");
        await page.Locator("main form button").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/hours/done/[^/]+$"));
        Assert.Equal(done, page.Url);
        Assert.Equal(long.Parse(done.Split('/')[^1], CultureInfo.InvariantCulture), await LatestEntryAsync(page));
        Assert.True(await LatestEntryAsync(page) > before);
    }

    [Fact]
    public async Task A_refused_form_says_why_and_can_be_mended()
    {
        IPage page = await VolunteerWithHoursAsync(scripts: false);
        await page.GotoAsync("/hours/give");
        await page.Locator("input[value=pool]").CheckAsync();
        await page.FillAsync("#h", "9999");
        await page.Locator("main form button").ClickAsync();
        await Expect(page.Locator("[data-reason=INSUFFICIENT_BALANCE]")).ToContainTextAsync("9999小时");
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
        var client = new VolunteerService.VolunteerServiceClient(await month.CallerAsync("auditor"));
        foreach (string id in await month.OfferedAsync("volunteer"))
        {
            Hours hours = await client.GetHoursAsync(new GetHoursRequest { Person = $"regions/{PlayedServer.Tianyuan}/volunteers/{id}" });
            if (hours.Available.Value >= 10) return await month.SignInAsync("volunteer", id, scripts: scripts);
        }
        throw new InvalidOperationException("No volunteer of the month has hours.");
    }

    private static async Task<long> LatestEntryAsync(IPage page)
    {
        await page.GotoAsync("/hours");
        ILocator proofs = page.Locator("main a[href^='/hours/proof/']");
        return await proofs.CountAsync() == 0 ? 0
            : long.Parse((await proofs.First.GetAttributeAsync("href"))!.Split('/')[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>A clerk, and a voucher that pays for something the clerk's provider gives.</summary>
    private async Task<(IPage Page, string Voucher)> ClerkAndVoucherAsync(bool scripts)
    {
        string parent = $"regions/{PlayedServer.Tianyuan}";
        CallInvoker auditor = await month.CallerAsync("auditor");
        ListVouchersResponse vouchers = await new VoucherService.VoucherServiceClient(auditor).ListVouchersAsync(
            new ListVouchersRequest { Parent = parent, State = VoucherState.Active, PageSize = 1_000 });
        foreach (string id in await month.OfferedAsync("provider_clerk"))
        {
            Provider provider = await new ProviderService.ProviderServiceClient(auditor).GetProviderAsync(
                new GetProviderRequest { Name = $"{parent}/providers/{id}" });
            Voucher? good = vouchers.Vouchers.FirstOrDefault(voucher => voucher.Issued.Unit == "CNY" && voucher.Remaining.Value > 10_000
                && voucher.ServiceTypes.Intersect(provider.ServiceTypes).Any());
            if (provider.Standing == Standing.Good && good is not null)
            {
                return (await month.SignInAsync("provider_clerk", id, scripts: scripts), good.Name.Split('/')[^1]);
            }
        }
        throw new InvalidOperationException("No voucher of the month can be redeemed.");
    }
}
