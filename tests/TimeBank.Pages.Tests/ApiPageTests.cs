using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TimeBank.Pages.Tests;

/// <summary>The page on which a programmer reads the calls and tries them.</summary>
[Collection(WholeMonth.Name)]
public sealed class ApiPageTests(WholeMonth month)
{
    [Fact]
    public async Task A_programmer_finds_a_call_and_tries_it_and_the_page_asks_no_other_address()
    {
        IPage page = await month.VisitAsync(width: 1_200);
        List<string> errors = [], elsewhere = [];
        page.Console += (_, message) =>
        {
            if (message.Type == "error") errors.Add(message.Text);
        };
        page.Request += (_, request) =>
        {
            bool isOurs = request.Url.StartsWith(month.Address, StringComparison.Ordinal);
            if (!isOurs && !request.Url.StartsWith("data:", StringComparison.Ordinal)) elsewhere.Add(request.Url);
        };
        await page.GotoAsync("/api/index.html");
        await page.Locator("#operations-tag-StatisticsService").ClickAsync();
        ILocator call = page.Locator("[id$=StatisticsService_GetPublicStatistics]");
        await call.Locator(".opblock-summary").ClickAsync();
        await call.Locator(".try-out__btn").ClickAsync();
        await call.Locator("tr[data-param-name=region] input").FillAsync("430211");
        await call.Locator("tr[data-param-name='period.year'] input").FillAsync("2026");
        await call.Locator("tr[data-param-name='period.month'] input").FillAsync("10");
        await call.Locator(".execute").ClickAsync();
        await Expect(call.Locator(".live-responses-table .response .response-col_status")).ToHaveTextAsync("200");
        await Expect(call.Locator(".live-responses-table .response")).ToContainTextAsync("\"checkpoint\"");
        Assert.Empty(errors);
        Assert.Empty(elsewhere);
        await page.Context.CloseAsync();
    }
}
