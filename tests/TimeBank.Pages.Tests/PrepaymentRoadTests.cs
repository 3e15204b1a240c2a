using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;
using static Microsoft.Playwright.Assertions;
using Client = TimeBank.V1.PrepaymentService.PrepaymentServiceClient;

namespace TimeBank.Pages.Tests;

/// <summary>Prepaid fees in custody, through the pages of the elder, the provider, the counter and the finance office.</summary>
[Collection(LaterMonths.Name)]
public sealed partial class PrepaymentRoadTests(LaterMonths months)
{
    private const string Parent = Office.Parent;

    [Fact]
    public async Task Fees_are_agreed_paid_in_drawn_by_month_and_the_rest_is_paid_back()
    {
        (string provider, string elderId) = (await ProviderAsync(), (await months.OfferedAsync("elder"))[0]);
        IPage clerk = await months.SignInAsync("provider_clerk", provider, scripts: false);
        IPage elder = await months.SignInAsync("elder", elderId, scripts: false);
        IPage maker = await months.SignInAsync("finance_maker", scripts: false);
        string id = await ProposeAsync(clerk, elderId);

        await elder.GotoAsync("/prepayments");
        await elder.Locator($"main .card a[href='/prepayments/{id}']").ClickAsync();
        await Expect(elder.Locator("main > .panel.warn")).ToContainTextAsync("您同意以前，什么钱都不用付");
        await Press(elder, "同意这个约定");
        await Expect(elder.Locator("[role=status]")).ToContainTextAsync("一共 1,100.00元");
        await Expect(elder.Locator("dl.facts")).ToContainTextAsync("待老人同意");
        await Press(elder, "我同意");
        await Expect(elder.Locator("dl.facts")).ToContainTextAsync("履行中");

        await PayInAsync(maker, id);
        await elder.ReloadAsync();
        // Each instalment with its day, its amount and its entry.
        await Expect(elder.Locator("#movements tbody tr")).ToHaveCountAsync(2);
        await Expect(elder.Locator("#movements tbody tr").First).ToContainTextAsync("500.00元");
        await Expect(elder.Locator("#movements tbody tr").Last).ToContainTextAsync("预收 600");
        await months.NextMonthAsync();
        await DrawAsync(maker);
        await elder.ReloadAsync();
        await Expect(elder.Locator("main tbody tr").First).ToContainTextAsync("300.00元");
        await Expect(elder.Locator("main tbody tr").First).ToContainTextAsync("800.00元");
        await Expect(elder.Locator("img.chart")).ToHaveCountAsync(1);
        // What was drawn can be complained about.
        await elder.Locator("main tbody a[href^='/complaints/new?about=entries/']").ClickAsync();
        await Expect(elder.Locator("h1")).ToHaveTextAsync("提出投诉");

        await DisputeAsync(elder, maker, id);
        await elder.GotoAsync($"/prepayments/{id}");
        await elder.Locator("summary", new() { HasText = "今天结束" }).ClickAsync();
        await elder.FillAsync("#why", "搬到女儿家");
        await Press(elder, "下一步：核对");
        // The second month has just begun: two of its days are earned.
        await Expect(elder.Locator("[role=status]")).ToContainTextAsync("今天结束后，退给您 780.00元");
        await Press(elder, "今天结束");
        await Expect(elder.Locator("dl.facts")).ToContainTextAsync("已终止");
        await Expect(elder.Locator("main")).ToContainTextAsync("搬到女儿家");

        await RefundAsync(maker, id);
        await elder.ReloadAsync();
        await Expect(elder.Locator("dl.facts")).ToContainTextAsync("780.00元");
        // It came in twice, a month was drawn, it ended, and the rest went back, was sent back by the bank and went back again.
        await Expect(elder.Locator("#movements tbody tr")).ToHaveCountAsync(7);
        await Expect(elder.Locator("#movements tbody tr").Last).ToContainTextAsync("780.00元");
        await Expect(elder.Locator("main > .panel").First).ToContainTextAsync("没有等着退给您的钱");
        await clerk.GotoAsync($"/provider/prepayments/{id}");
        await Expect(clerk.Locator(".cards")).ToContainTextAsync("20.00元");
        await Expect(clerk.Locator("#movements tbody tr")).ToHaveCountAsync(7);
        foreach (IPage page in (IPage[])[clerk, elder, maker]) await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_counter_agrees_for_an_elder_and_a_clerk_takes_back_what_nobody_agreed_to()
    {
        string elderId = (await months.OfferedAsync("elder"))[1], elder = $"{Parent}/elders/{elderId}";
        (Prepayment agreed, Prepayment taken, string provider) = (
            await ProposedAsync(elderId), await ProposedAsync(elderId), await ProviderAsync());
        using Surfer counter = await Office.SurferAsync(months, "counter"), clerk = new(months.Address), mine = new(months.Address),
            other = new(months.Address);
        await clerk.SignInAsync("provider_clerk", provider);
        await mine.SignInAsync("elder", elderId);
        await other.SignInAsync("elder", (await months.OfferedAsync("elder"))[2]);
        string page = $"/prepayments/{Office.Last(agreed.Name)}", behalf = $"?for={Uri.EscapeDataString(elder)}";
        Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync(page)).Status);
        Assert.Contains($"/prepayments{behalf}", (await counter.GetAsync($"/desk/elders/{elderId}")).Text, StringComparison.Ordinal);
        Assert.Contains(page, (await counter.GetAsync($"/prepayments{behalf}")).Text, StringComparison.Ordinal);

        var asked = await counter.SendAsync(page + behalf, "agree");
        Assert.Equal(PrepaymentState.Proposed, (await ReadAsync(agreed)).State);
        Dictionary<string, string> confirm = Surfer.Hidden(asked.Text, "agree");
        Assert.Equal(HttpStatusCode.Redirect, (await counter.PostAsync(page + behalf, confirm)).Status);
        // Sent twice it is one effect.
        Assert.Equal(HttpStatusCode.Redirect, (await counter.PostAsync(page + behalf, confirm)).Status);
        PrepaymentEvent step = Assert.Single((await ReadAsync(agreed)).History, one => one.Step == PrepaymentStep.Agree);
        Assert.Equal(("counter", elder), (step.By, step.OnBehalfOf));
        Assert.Contains("（为老人代办）", (await mine.GetAsync(page)).Text, StringComparison.Ordinal);

        // The elder's form is open while the clerk takes the other one back.
        string late = $"/prepayments/{Office.Last(taken.Name)}", back = $"/provider/prepayments/{Office.Last(taken.Name)}";
        Dictionary<string, string> form = Surfer.Hidden((await mine.SendAsync(late, "agree")).Text, "agree");
        await ConfirmAsync(clerk, back, "take-back", ("Note", "填错了 <b>"));
        var told = await mine.PostAsync(late, form);
        Assert.Equal(HttpStatusCode.Conflict, told.Status);
        Assert.Contains("data-reason=\"PREPAYMENT_WRONG_STATE\"", told.Text, StringComparison.Ordinal);
        Assert.Contains("填错了 &lt;b&gt;", (await mine.GetAsync(late)).Text, StringComparison.Ordinal);
        string list = (await clerk.GetAsync("/provider/prepayments?state=Ended")).Text;
        Assert.Contains(back, list, StringComparison.Ordinal);
        Assert.DoesNotContain(Office.Last(agreed.Name), list, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"take-back\"", (await clerk.GetAsync($"/provider/prepayments/{Office.Last(agreed.Name)}")).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finance_ends_it_on_a_providers_failing_and_a_wrong_field_is_named()
    {
        Prepayment agreed = await AgreedAsync((await months.OfferedAsync("elder"))[3]);
        string path = $"/finance/prepayments/{Office.Last(agreed.Name)}", today = $"{await months.TodayAsync():yyyy-MM-dd}";
        using Surfer maker = await Office.SurferAsync(months, "finance_maker"),
            checker = await Office.SurferAsync(months, "finance_checker");
        (string, string)[] receipt = [("Amount", "300"), ("Number", ""), ("Day", today), ("Account", Office.Bank), ("Note", "存入 7")];
        (string, string, string)[] wrong =
            [("Amount", "三百", "数量"), ("Day", "昨天", "到账日"), ("Number", "-1", "押金"), ("Note", "", "凭证号"), ("Number", "301", "押金")];
        foreach ((string field, string value, string words) in wrong)
        {
            var refused = await maker.SendAsync(path, "receive", [.. receipt.Where(one => one.Item1 != field), (field, value)]);
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
            Assert.Contains($"<span class=\"field-name\">{words}</span>", refused.Text, StringComparison.Ordinal);
        }
        await ConfirmAsync(maker, path, "receive", receipt);
        // The same reference is another movement only if a person says so.
        var again = await maker.SendAsync(path, "receive", receipt);
        Assert.Contains("data-reason=\"PREPAYMENT_REFERENCE_USED\"", again.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"repeat\"", again.Text, StringComparison.Ordinal);
        Assert.Equal(300_00, (await ReadAsync(agreed)).PaidIn.Value);

        Assert.Equal(HttpStatusCode.BadRequest, (await maker.SendAsync(path, "end", ("Day", today), ("Note", ""))).Status);
        var tried = await maker.SendAsync(path, "end", ("Day", today), ("Note", "机构停业"));
        Assert.Equal(HttpStatusCode.OK, tried.Status);
        Assert.Equal(PrepaymentState.Agreed, (await ReadAsync(agreed)).State);
        Assert.Equal(HttpStatusCode.Redirect, (await maker.PostAsync(path, Surfer.Hidden(tried.Text, "end"))).Status);
        Prepayment ended = await ReadAsync(agreed);
        Assert.Equal((PrepaymentState.Ended, 300_00), (ended.State, ended.RefundDue.Value + ended.FeesLeft.Value));
        Assert.Contains("预收费退款待批准", (await checker.GetAsync("/finance")).Text, StringComparison.Ordinal);
        Assert.Contains(path, (await checker.GetAsync("/finance/prepayments?show=refunds")).Text, StringComparison.Ordinal);
        // Who ended it is offered no approval.
        Assert.DoesNotContain("value=\"approve\"", (await maker.FollowAsync(path)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en-US", false)]
    public async Task Everybody_can_read_an_agreement(string locale, bool large)
    {
        string elderId = (await months.OfferedAsync("elder"))[4], provider = await ProviderAsync();
        Prepayment proposed = await ProposedAsync(elderId), paid = await AgreedAsync(elderId);
        await PaidAsync(paid, 400_00);
        await new Client(await months.CallerAsync("elder", $"{Parent}/elders/{elderId}")).DisputePrepaymentAsync(
            new DisputePrepaymentRequest { RequestId = Office.Id(), Name = paid.Name, Disputed = true, Note = "没有服务" });
        Prepayment ended = await AgreedAsync(elderId);
        await PaidAsync(ended, 300_00);
        await new Client(await months.CallerAsync("elder", $"{Parent}/elders/{elderId}")).EndPrepaymentAsync(
            new EndPrepaymentRequest { RequestId = Office.Id(), Name = ended.Name });
        string[] ids = [.. new[] { proposed, paid, ended }.Select(one => Office.Last(one.Name))];
        string behalf = $"?for={Uri.EscapeDataString($"{Parent}/elders/{elderId}")}";
        (string Role, string? Party, string[] Paths)[] readers =
        [
            ("elder", elderId, ["/prepayments", .. ids.Select(id => $"/prepayments/{id}")]),
            ("counter", null, [$"/prepayments{behalf}", $"/prepayments/{ids[1]}{behalf}"]),
            ("provider_clerk", provider, ["/provider/prepayments", .. ids.Select(id => $"/provider/prepayments/{id}")]),
            ("finance_maker", null, ["/finance", "/finance/prepayments", .. ids.Select(id => $"/finance/prepayments/{id}")]),
            ("finance_checker", null, ["/finance/prepayments?show=disputed", .. ids[1..].Select(id => $"/finance/prepayments/{id}")]),
            ("auditor", null, [$"/finance/prepayments/{ids[2]}"]),
        ];
        foreach ((string role, string? party, string[] paths) in readers)
        {
            IPage page = await months.SignInAsync(role, party, locale: locale, width: 320, large: large);
            foreach (string path in paths) await PageTests.ReadableAsync(page, path);
            await page.Context.CloseAsync();
        }
    }

    /// <summary>The clerk's road: a field that is wrong is named, what is right is looked at, then it is proposed.</summary>
    /// <returns>The agreement's id.</returns>
    private static async Task<string> ProposeAsync(IPage clerk, string elderId)
    {
        await clerk.GotoAsync("/");
        await clerk.Locator("main a[href='/provider/prepayments']").ClickAsync();
        await clerk.Locator("main a[href='/provider/prepayments/new']").ClickAsync();
        await clerk.FillAsync("#elder", elderId.ToLowerInvariant().Insert(4, " "));
        await clerk.FillAsync("#purpose", "日间照料");
        await clerk.FillAsync("#monthly", "300");
        await clerk.FillAsync("#bed", "100");
        await clerk.FillAsync("#months", "三");
        await clerk.FillAsync("#deposit", "200");
        await Press(clerk, "下一步：核对");
        await Expect(clerk.Locator(".panel.fault")).ToContainTextAsync("几个月：请填写几个月");
        await clerk.FillAsync("#months", "13");
        await Press(clerk, "下一步：核对");
        await Expect(clerk.Locator("[data-reason=PREPAYMENT_TOO_LONG] .field-name")).ToHaveTextAsync("几个月：");
        await clerk.FillAsync("#months", "3");
        await Press(clerk, "下一步：核对");
        await Expect(clerk.Locator("[role=status] dl.facts")).ToContainTextAsync("1,100.00元");
        await Press(clerk, "确认提出");
        await Expect(clerk.Locator("dl.facts")).ToContainTextAsync("待老人同意");
        return clerk.Url.Split('/')[^1];
    }

    /// <summary>Two instalments, the second one after it was looked at.</summary>
    private static async Task PayInAsync(IPage maker, string id)
    {
        await maker.GotoAsync("/finance/prepayments");
        await maker.Locator($"main a[href='/finance/prepayments/{id}']").ClickAsync();
        (string, string, string)[] instalments = [("500", "200", "300.00元"), ("600", "", "900.00元")];
        foreach ((string amount, string deposit, string sum) in instalments)
        {
            await maker.Locator("summary", new() { HasText = "记录存入" }).ClickAsync();
            await maker.FillAsync("#receive-Amount", amount);
            await maker.FillAsync("#receive-Number", deposit);
            await maker.SelectOptionAsync("#receive-Account", Office.Bank);
            await maker.FillAsync("#receive-Note", $"预收 {amount}");
            await Press(maker, "下一步：核对");
            await Expect(maker.Locator("[role=status]")).ToContainTextAsync($"之后存管费用 {sum}");
            await Press(maker, "记录存入");
            await Expect(maker.Locator(".panel.good")).ToBeVisibleAsync();
        }
        await Expect(maker.Locator(".cards")).ToContainTextAsync("900.00元");
        await Expect(maker.Locator("img.chart")).ToHaveCountAsync(1);
    }

    /// <summary>From what waits to the run: tried out first, then done, and nothing is left to do.</summary>
    private static async Task DrawAsync(IPage maker)
    {
        await maker.GotoAsync("/finance");
        await maker.Locator("main a[href='/finance/prepayments/draw']").ClickAsync();
        await Press(maker, "试算");
        await Expect(maker.Locator(".panel.warn")).ToContainTextAsync(Drawn());
        await Press(maker, "正式划付");
        await Expect(maker.Locator(".panel.good")).ToContainTextAsync(Drawn());
        await maker.GotoAsync("/finance/prepayments/draw");
        await Press(maker, "试算");
        await Expect(maker.Locator(".panel.warn")).ToContainTextAsync("划付 0 份");
        await Expect(maker.GetByRole(AriaRole.Button, new() { Name = "正式划付" })).ToHaveCountAsync(0);
    }

    /// <summary>The elder disputes it, and the checker settles that.</summary>
    private async Task DisputeAsync(IPage elder, IPage maker, string id)
    {
        await elder.GotoAsync($"/prepayments/{id}");
        await elder.Locator("summary", new() { HasText = "提出争议" }).ClickAsync();
        await elder.FillAsync("#wrong", "饭菜是凉的");
        await Press(elder, "下一步：核对");
        await Expect(elder.Locator("[role=status]")).ToContainTextAsync("饭菜是凉的");
        await Press(elder, "提出争议");
        await Expect(elder.Locator("main > .panel.warn")).ToContainTextAsync("机构领不到钱");
        await maker.GotoAsync("/finance");
        await Expect(maker.Locator("main tr", new() { HasText = "预收费有争议" })).ToHaveCountAsync(1);
        IPage checker = await months.SignInAsync("finance_checker", scripts: false);
        await checker.GotoAsync("/finance");
        await checker.Locator("main a[href='/finance/prepayments?show=disputed']").ClickAsync();
        await checker.Locator($"main a[href='/finance/prepayments/{id}']").ClickAsync();
        await checker.FillAsync("#settle-Note", "已经整改");
        await Press(checker, "下一步：核对");
        await Press(checker, "了结争议");
        await Expect(checker.Locator(".panel.good")).ToBeVisibleAsync();
        await checker.Context.CloseAsync();
    }

    /// <summary>Approved, paid, sent back by the bank and reversed; approved anew and paid again.</summary>
    private async Task RefundAsync(IPage maker, string id)
    {
        IPage checker = await months.SignInAsync("finance_checker", scripts: false);
        string path = $"/finance/prepayments/{id}";
        for (int time = 1; time <= 2; time++)
        {
            await maker.GotoAsync(path);
            // The approval of the payment that was reversed is used up.
            await Expect(maker.Locator("#refund-Note")).ToHaveCountAsync(0);
            await checker.GotoAsync(path);
            await Press(checker, "批准退款");
            await Expect(checker.Locator("[role=status]")).ToContainTextAsync("将批准退还 780.00元");
            await Press(checker, "批准退款");
            await Expect(checker.Locator(".panel.good")).ToBeVisibleAsync();
            await Expect(checker.GetByRole(AriaRole.Button, new() { Name = "批准退款" })).ToHaveCountAsync(0);
            await maker.GotoAsync(path);
            await maker.SelectOptionAsync("#refund-Account", Office.Bank);
            await maker.FillAsync("#refund-Note", string.Create(CultureInfo.InvariantCulture, $"退还 {time}"));
            await Press(maker, "下一步：核对");
            await Expect(maker.Locator("[role=status]")).ToContainTextAsync("780.00元");
            await Press(maker, "登记已退还");
            await Expect(maker.Locator(".panel.good")).ToBeVisibleAsync();
            if (time == 2) continue;
            await maker.Locator("main tbody tr", new() { HasText = "预收费退还" }).Locator("a[href*='reverse=1']").ClickAsync();
            await maker.FillAsync("#reverse-Note", "银行退回");
            await Press(maker, "冲正");
            await Expect(maker.Locator(".panel.good")).ToBeVisibleAsync();
        }
        await checker.Context.CloseAsync();
    }

    private static Task Press(IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    /// <summary>Sends a form of two steps, and confirms what its page shows.</summary>
    private static async Task ConfirmAsync(Surfer surfer, string path, string form, params (string Name, string Value)[] filled)
    {
        var tried = await surfer.SendAsync(path, form, filled);
        Assert.True(tried.Status == HttpStatusCode.OK, tried.Text);
        var sent = await surfer.PostAsync(path, Surfer.Hidden(tried.Text, form));
        Assert.True(sent.Status == HttpStatusCode.Redirect, sent.Text);
    }

    /// <summary>A provider in good standing that a clerk of the sign-in works for.</summary>
    private async Task<string> ProviderAsync()
    {
        var providers = new ProviderService.ProviderServiceClient(await months.CallerAsync("auditor"));
        foreach (string id in await months.OfferedAsync("provider_clerk"))
        {
            Provider provider = await providers.GetProviderAsync(new GetProviderRequest { Name = $"{Parent}/providers/{Office.Last(id)}" });
            if (provider.Standing == Standing.Good) return Office.Last(id);
        }
        throw new InvalidOperationException("No clerk of the sign-in works for a provider in good standing.");
    }

    private async Task<Prepayment> ProposedAsync(string elderId)
    {
        string name = $"{Parent}/providers/{await ProviderAsync()}";
        Provider provider = await new ProviderService.ProviderServiceClient(await months.CallerAsync("auditor")).GetProviderAsync(
            new GetProviderRequest { Name = name });
        DateOnly today = await months.TodayAsync();
        return await new Client(await months.CallerAsync("provider_clerk", name)).ProposePrepaymentAsync(new ProposePrepaymentRequest
        {
            RequestId = Office.Id(), Provider = name, Elder = $"{Parent}/elders/{elderId}", ServiceType = provider.ServiceTypes[0],
            Purpose = "日间照料 <b>", MonthlyAmount = Fen(300_00), FirstMonth = new Google.Type.Date { Year = today.Year, Month = today.Month },
            Months = 3,
        });
    }

    private async Task<Prepayment> AgreedAsync(string elderId) =>
        await new Client(await months.CallerAsync("elder", $"{Parent}/elders/{elderId}")).AgreePrepaymentAsync(
            new AgreePrepaymentRequest { RequestId = Office.Id(), Name = (await ProposedAsync(elderId)).Name });

    private async Task PaidAsync(Prepayment agreed, long fen) =>
        await new Client(await months.CallerAsync("finance_maker")).RecordPrepaymentReceiptAsync(new RecordPrepaymentReceiptRequest
        {
            RequestId = Office.Id(), Name = agreed.Name, Amount = Fen(fen), BankAccount = Office.Bank,
            ReceivedDate = Office.Contract(await months.TodayAsync()), Reference = Office.Id(),
        });

    private async Task<Prepayment> ReadAsync(Prepayment one) =>
        await new Client(await months.CallerAsync("auditor")).GetPrepaymentAsync(new GetPrepaymentRequest { Name = one.Name });

    // Agreements of other tests of this class may be drawn with it.
    [GeneratedRegex("划付 [1-9][0-9]* 份，合计 [3-9][0-9][0-9]\\.[0-9]{2}元")]
    private static partial Regex Drawn();

    private static Amount Fen(long fen) => new() { Unit = "CNY", Value = fen };
}
