using System.Net;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>A complaint from the elder's voucher to its end, through the pages of everybody who has to do with it.</summary>
[Collection(HalfMonth.Name)]
public sealed class ComplaintRoadTests(HalfMonth month)
{
    private const string Wrong = "我没有吃这顿饭 <b>", Answer = "食堂有签到记录";

    [Fact]
    public async Task An_elder_complains_is_answered_contests_and_it_is_closed()
    {
        (string elder, string about, string provider) = await EatenAsync();
        using Surfer mine = new(month.Address), clerk = new(month.Address),
            counter = await Office.SurferAsync(month, "counter"), checker = await Office.SurferAsync(month, "finance_checker"),
            maker = await Office.SurferAsync(month, "finance_maker");
        await mine.SignInAsync("elder", elder);
        await clerk.SignInAsync("provider_clerk", provider);
        string voucher = about.Split('/')[1], file = $"/complaints/new?about={about}";
        Assert.Contains($"href=\"{file}\"", (await mine.GetAsync($"/vouchers/{voucher}")).Text, StringComparison.Ordinal);
        Assert.Contains(file, (await clerk.GetAsync($"/redemptions/{voucher}/{about.Split('/')[^1]}")).Text, StringComparison.Ordinal);
        // The form has its id in the address.
        string form = (await mine.GetAsync(file)).Answer.Headers.Location!.PathAndQuery;
        var none = await mine.SendAsync(form, "file", ("Words", Wrong));
        Assert.Equal(HttpStatusCode.BadRequest, none.Status);
        Assert.Contains("什么不对", none.Text[none.Text.IndexOf("panel fault", StringComparison.Ordinal)..], StringComparison.Ordinal);

        string page = await mine.DoAsync(form, "file", ("Category", nameof(ComplaintCategory.NotReceived)), ("Words", $"{Wrong}\r\n真的"));
        Assert.Equal(page, await mine.DoAsync(form, "file", ("Category", nameof(ComplaintCategory.NotReceived)), ("Words", $"{Wrong} 真的")));
        string id = page.Split('/')[^1], filed = (await mine.GetAsync(page)).Text;
        foreach (string part in (string[])["我没有吃这顿饭 &lt;b&gt; 真的", "待答复", "2026年10月27日", "没有收到"])
            Assert.Contains(part, filed, StringComparison.Ordinal);
        string hidden = (await clerk.GetAsync(page)).Text;
        Assert.Contains("没有收到", hidden, StringComparison.Ordinal);
        Assert.DoesNotContain("我没有吃这顿饭", hidden, StringComparison.Ordinal);
        foreach (Surfer reader in (Surfer[])[mine, clerk, counter, checker])
            Assert.Contains($"href=\"/complaints/{id}\"", (await reader.GetAsync("/complaints")).Text, StringComparison.Ordinal);
        Assert.Contains("未结的投诉", (await checker.GetAsync("/finance")).Text, StringComparison.Ordinal);
        string prepared = (await maker.GetAsync($"/finance/batches/prepare?provider={provider}")).Text;
        Assert.Contains($"/complaints/{id}", prepared, StringComparison.Ordinal);
        Assert.DoesNotContain(">答复</button>", filed, StringComparison.Ordinal);

        await counter.DoAsync(page, "answer", ("Words", Answer));
        Assert.Contains(Answer, (await mine.GetAsync(page)).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await checker.SendAsync(page, "close", ("Words", "没错"), ("Entry", ""))).Status);
        await mine.DoAsync(page, "contest", ("Words", "不对"));
        Assert.Equal(HttpStatusCode.Forbidden, (await counter.SendAsync(page, "answer", ("Words", Answer))).Status);
        await checker.DoAsync(page, "answer", ("Words", "复核无误"));
        await checker.DoAsync(page, "close", ("Words", "没错"), ("Entry", ""));
        string closed = (await mine.GetAsync(page)).Text;
        Assert.Contains("已结案", closed, StringComparison.Ordinal);
        Assert.DoesNotContain("撤回投诉", closed, StringComparison.Ordinal);
        Assert.DoesNotContain(id, (await mine.GetAsync("/complaints")).Text, StringComparison.Ordinal);
        Assert.Contains(id, (await mine.GetAsync("/complaints?show=all")).Text, StringComparison.Ordinal);
    }

    /// <summary>The id of an elder who can sign in, what they had for a voucher, and the id of who gave it.</summary>
    private async Task<(string Elder, string About, string Provider)> EatenAsync()
    {
        string[] clerks = await month.OfferedAsync("provider_clerk");
        var providers = new ProviderService.ProviderServiceClient(await month.CallerAsync("auditor"));
        foreach (string elder in await month.OfferedAsync("elder"))
        {
            ListRedemptionsResponse had = await providers.ListRedemptionsAsync(new ListRedemptionsRequest
            {
                Parent = Office.Parent, Elder = $"{Office.Parent}/elders/{Office.Last(elder)}", State = RedemptionState.Redeemed,
                PageSize = 100,
            });
            if (had.Redemptions.FirstOrDefault(one => one.Bill.Length == 0
                && clerks.Any(clerk => Office.Last(clerk) == Office.Last(one.Provider))) is { } eaten)
                return (Office.Last(elder), eaten.Name.Split('/', 3)[2], Office.Last(eaten.Provider));
        }
        throw new InvalidOperationException("No elder of the sign-in has eaten.");
    }
}
