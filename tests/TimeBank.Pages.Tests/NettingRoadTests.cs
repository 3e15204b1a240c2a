using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>The city's finance office nets hours between its districts. The month that was played has netted October.</summary>
[Collection(WholeMonth.Name)]
public sealed class NettingRoadTests(WholeMonth month)
{
    private const string Zhuzhou = "430200", September = "/finance/clearing/2026-09";

    [Fact]
    public async Task A_city_nets_a_month_by_two_persons_and_a_district_reads_what_was_settled()
    {
        using Surfer maker = await Office.SurferAsync(month, "finance_maker", Zhuzhou),
            checker = await Office.SurferAsync(month, "finance_checker", Zhuzhou),
            district = await Office.SurferAsync(month, "auditor", PlayedServer.Lusong);
        IPage narrow = await month.SignInAsync("finance_maker", region: Zhuzhou, width: 320);
        foreach (string path in new[] { "/finance/clearing", "/finance/clearing/2026-10", September })
            await PageTests.ReadableAsync(narrow, path);
        await narrow.Context.CloseAsync();
        string list = (await maker.FollowAsync("/finance/clearing")).Text;
        Assert.Contains("href=\"/finance/clearing/2026-10\"", list, StringComparison.Ordinal);
        string october = (await maker.FollowAsync("/finance/clearing/2026-10")).Text;
        Assert.Contains("已记账", october, StringComparison.Ordinal);
        Assert.DoesNotContain("撤回轧差", october, StringComparison.Ordinal);

        Assert.StartsWith(September, await maker.DoAsync(September, "propose"), StringComparison.Ordinal);
        Assert.DoesNotContain("批准，各地区记账", (await maker.FollowAsync(September)).Text, StringComparison.Ordinal);
        await checker.DoAsync(September, "approve");
        Netting posted = await new ClearingService.ClearingServiceClient(await month.CallerAsync("auditor", region: Zhuzhou))
            .GetNettingAsync(new GetNettingRequest { Name = $"regions/{Zhuzhou}/nettings/2026-09" });
        Assert.Equal(
            (NettingState.Posted, "finance_maker", "finance_checker"), (posted.State, posted.ProposedBy, posted.ApprovedBy));

        string positions = (await district.FollowAsync("/finance/clearing")).Text;
        Assert.Contains("轧差应结", positions, StringComparison.Ordinal);
        Assert.Contains($">{PlayedServer.Tianyuan}</th>", positions, StringComparison.Ordinal);
        Assert.Contains("由市或省的财务办理", positions, StringComparison.Ordinal);
    }
}
