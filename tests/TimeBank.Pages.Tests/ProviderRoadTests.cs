using System.Net;
using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TimeBank.Pages.Tests;

/// <summary>
/// A provider's file from all sides: its clerk publishes prices and hours, an elder and the public find them, the office registers,
/// accredits and decides, and whoever leads the staff gives rights.
/// </summary>
[Collection(HalfMonth.Name)]
public sealed class ProviderRoadTests(HalfMonth month)
{
    private const string Meal = "meal-canteen";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clerk_publishes_price_and_hours_and_an_elder_finds_them_from_a_voucher(bool scripts)
    {
        Provider canteen = await CanteenAsync();
        // Above what the month's meals cost, so that nobody's payment is refused for it; another one in each run.
        long fen = scripts ? 1_200 : 1_250;
        IPage clerk = await month.SignInAsync("provider_clerk", Office.Last(canteen.Name), scripts: scripts);
        await clerk.GotoAsync("/");
        await clerk.Locator("nav.ways a[href='/provider']").ClickAsync();
        await Expect(clerk.Locator("h1")).ToHaveTextAsync(canteen.DisplayName);

        await clerk.Locator("main a[href='/provider/prices']").ClickAsync();
        await clerk.SelectOptionAsync("#check-Item", Meal);
        await clerk.FillAsync("#check-Price", "999");
        await PressAsync(clerk, "下一步");
        await Expect(clerk.Locator("[data-reason=PRICE_ABOVE_CEILING]")).ToContainTextAsync("999.00元");
        await clerk.FillAsync("#check-Price", "十二");
        await PressAsync(clerk, "下一步");
        await Expect(clerk.Locator(".panel.fault .field-name")).ToHaveTextAsync("价格");
        await clerk.FillAsync("#check-Price", $"１２.{fen % 100:D2}");
        await PressAsync(clerk, "下一步");
        await Expect(clerk.Locator(".panel.warn")).ToContainTextAsync($"12.{fen % 100:D2}元");
        Assert.DoesNotContain((await FileAsync(canteen)).Prices, one => one.AtMost.Value == fen);
        await PressAsync(clerk, "确认公布");
        await Expect(clerk.Locator(".panel.good[role=status]")).ToBeVisibleAsync();
        Assert.Contains((await FileAsync(canteen)).Prices, one => one.Item == Meal && one.AtMost.Value == fen);

        await clerk.GotoAsync("/provider/opening");
        await clerk.FillAsync("#check-Day1", "8:00-12:00，14:00-18:00");
        await clerk.FillAsync("#check-Day2", "早上");
        await PressAsync(clerk, "下一步");
        await Expect(clerk.Locator(".panel.fault")).ToContainTextAsync("周二：“早上”读不出来");
        await clerk.FillAsync("#check-Day2", "12:00-08:00");
        await PressAsync(clerk, "下一步");
        await Expect(clerk.Locator(".panel.fault .field-name")).ToHaveTextAsync("关门时间");
        await clerk.FillAsync("#check-Day2", "08:00-12:00、14:00-18:00");
        await clerk.FillAsync("#check-Closed", "2026-12-31");
        foreach (string area in (string[])["430203", "430211"]) await clerk.Locator($"input[value='{area}']").CheckAsync();
        await clerk.SelectOptionAsync("#check-Home", "1");
        await PressAsync(clerk, "下一步");
        await Expect(clerk.Locator(".panel.warn")).ToContainTextAsync("周一至周二 08:00–12:00、14:00–18:00");
        await PressAsync(clerk, "确认公布");
        await Expect(clerk.Locator("main")).ToContainTextAsync("芦淞区、天元区");
        Opening opening = (await FileAsync(canteen)).Opening;
        // The month gave it hours for the other days.
        Assert.Equal((14, 1, true), (opening.Hours.Count, opening.ClosedDays.Count, opening.HomeService));

        IPage elder = await month.SignInAsync("elder", await EaterAsync(), scripts: scripts, large: true);
        await elder.GotoAsync("/vouchers");
        await elder.Locator("main a[href='/providers?service=Meal']").First.ClickAsync();
        ILocator card = elder.Locator("article", new() { HasText = canteen.DisplayName });
        foreach (string said in (string[])[$"堂食 12.{fen % 100:D2}元 十二元", "限价", "周一至周二 08:00–12:00、14:00–18:00", "芦淞区、天元区", "2026年12月31日"])
            await Expect(card).ToContainTextAsync(said);

        IPage anybody = await month.VisitAsync(scripts: scripts);
        await anybody.GotoAsync("/");
        await anybody.Locator("footer a[href='/providers']").ClickAsync();
        await anybody.FillAsync("#region", PlayedServer.Tianyuan);
        await anybody.Locator("main form button").ClickAsync();
        await Expect(anybody.Locator("h1")).ToHaveTextAsync("服务机构 · 天元区");
        await anybody.SelectOptionAsync("#service", nameof(ServiceType.Meal));
        await anybody.SelectOptionAsync("#area", "430203");
        await anybody.Locator("main form button").ClickAsync();
        await Expect(anybody.Locator("article h2")).ToHaveTextAsync([canteen.DisplayName]);
        foreach (IPage page in (IPage[])[clerk, elder, anybody]) await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_office_registers_accredits_and_decides_and_the_public_reads_it()
    {
        IPage office = await month.SignInAsync("administrator", scripts: false);
        await office.GotoAsync("/finance");
        await office.Locator("main nav a[href='/finance/providers']").ClickAsync();
        await office.Locator("main a[href='/finance/providers/new']").ClickAsync();
        await office.FillAsync("#check-Called", "试办代办站 <b>");
        await office.FillAsync("#check-First", "2026-10-01");
        await office.FillAsync("#check-Last", "2027-09-30");
        await PressAsync(office, "下一步");
        await Expect(office.Locator(".panel.fault .field-name")).ToHaveTextAsync("哪些服务");
        await office.Locator("input[value=Errands]").CheckAsync();
        await PressAsync(office, "下一步");
        await Expect(office.Locator(".panel.warn")).ToContainTextAsync("试办代办站 <b> · 代办");
        await PressAsync(office, "确认登记");
        await Expect(office.Locator("h1")).ToHaveTextAsync("试办代办站 <b>");
        string file = new Uri(office.Url).AbsolutePath, id = file.Split('/')[^1];

        await office.Locator($"main a[href='{file}/accredit']").ClickAsync();
        await office.SelectOptionAsync("#check-Service", nameof(ServiceType.Errands));
        await office.FillAsync("#check-Last", "2026-12-31");
        await office.FillAsync("#check-Note", "评审合格");
        await PressAsync(office, "下一步");
        await Expect(office.Locator("[data-reason=ACCREDITATION_OVERLAPS]")).ToBeVisibleAsync();
        await office.SelectOptionAsync("#check-Service", nameof(ServiceType.DigitalHelp));
        await PressAsync(office, "下一步");
        await PressAsync(office, "确认授予");
        await office.Locator($"main a[href='{file}/accreditations/2']").ClickAsync();
        await office.FillAsync("#check-Last", "2026-11-30");
        await office.FillAsync("#check-Note", "复核");
        await PressAsync(office, "下一步");
        await Expect(office.Locator(".panel.warn")).ToContainTextAsync("2026年12月31日改为2026年11月30日");
        await PressAsync(office, "确认更改");
        await Expect(office.Locator("main")).ToContainTextAsync("2026年12月31日改为2026年11月30日");

        using Surfer maker = await Office.SurferAsync(month, "finance_maker"), checker = await Office.SurferAsync(month, "finance_checker"),
            anybody = new(month.Address);
        Assert.Contains("您只能查看", (await maker.GetAsync($"{file}/standing")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"{file}/standing", (await maker.GetAsync(file)).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await checker.SendAsync($"{file}/standing", "check", ("Standing", ""))).Status);
        // What the contract refuses is refused at the first step.
        var past = await checker.SendAsync(
            $"{file}/standing", "check", ("Standing", nameof(Standing.Suspended)), ("First", "2026-10-01"), ("Note", "查"));
        Assert.Equal(HttpStatusCode.BadRequest, past.Status);
        Assert.Contains("<span class=\"field-name\">从</span>", past.Text, StringComparison.Ordinal);
        var looked = await checker.SendAsync(
            $"{file}/standing", "check", ("Standing", nameof(Standing.BlackListed)), ("First", ""), ("Last", "2026-12-31"),
            ("Note", "虚报 <i>"));
        Assert.Contains("虚报 &lt;i&gt;", looked.Text, StringComparison.Ordinal);
        // Nothing was decided yet.
        string black = $"/providers?region={PlayedServer.Tianyuan}&list=black";
        Assert.DoesNotContain("虚报", (await anybody.GetAsync(black)).Text, StringComparison.Ordinal);
        Dictionary<string, string> confirm = Surfer.Hidden(looked.Text, "check");
        Assert.Equal(HttpStatusCode.Redirect, (await checker.PostAsync($"{file}/standing", confirm)).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await checker.PostAsync($"{file}/standing", confirm)).Status);
        // Sent twice it is one decision.
        Assert.Single((await FileAsync(id)).Decisions);
        string listed = (await anybody.GetAsync(black)).Text;
        foreach (string said in (string[])["试办代办站 &lt;b&gt;", "虚报 &lt;i&gt;", "2026年10月20日至2026年12月31日"])
            Assert.Contains(said, listed, StringComparison.Ordinal);
        Assert.DoesNotContain("待答复", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("试办代办站", (await anybody.GetAsync("/providers?region=430211&service=Errands")).Text, StringComparison.Ordinal);

        string name = $"{Office.Parent}/providers/{id}";
        await new ProviderService.ProviderServiceClient(await month.CallerAsync("provider_clerk", name)).AppealStandingAsync(
            new AppealStandingRequest { RequestId = Office.Id(), Provider = name, Decision = 1, Note = "票据齐全" });
        Assert.Contains("机构已申诉，待答复", (await anybody.GetAsync(black)).Text, StringComparison.Ordinal);
        foreach (string page in (string[])[file, "/finance/providers?appeals=open"])
            Assert.Contains($"href=\"/finance/appeals/{id}/1\"", (await maker.GetAsync(page)).Text, StringComparison.Ordinal);
        looked = await checker.SendAsync($"{file}/standing", "check", ("Standing", nameof(Standing.Good)), ("Note", "已改正"));
        await checker.PostAsync($"{file}/standing", Surfer.Hidden(looked.Text, "check"));
        Assert.Equal(Standing.Good, (await FileAsync(id)).Standing);
        Assert.Contains("试办代办站", (await anybody.GetAsync("/providers?region=430211&service=Errands")).Text, StringComparison.Ordinal);
        await office.Context.CloseAsync();
    }

    [Fact]
    public async Task Who_leads_the_staff_gives_rights_and_who_lacks_one_reads_only()
    {
        string id = Office.Last((await month.OfferedAsync("provider_clerk"))[^1]), office = $"/finance/providers/{id}/staff";
        using Surfer clerk = new(month.Address), administrator = await Office.SurferAsync(month, "administrator");
        await clerk.SignInAsync("provider_clerk", id);
        Assert.Contains("还没有指定人员", (await clerk.GetAsync("/provider")).Text, StringComparison.Ordinal);
        Assert.Contains("第一位负责人由管理员指定", (await clerk.GetAsync("/provider/staff")).Text, StringComparison.Ordinal);
        // One who doesn't lead can't be the first; one who has all rights is as before in other tests.
        string all = string.Join(',', Enum.GetValues<ProviderRight>().Skip(1));
        string without = all.Replace(",Offer", "", StringComparison.Ordinal);
        var refused = await administrator.SendAsync(office, "check", ("Person", id), ("Rights", "Redeem"));
        Assert.Contains("PROVIDER_STAFF_NEEDED", refused.Text, StringComparison.Ordinal);
        refused = await administrator.SendAsync(office, "check", ("Person", "a b"), ("Rights", all));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        await NameAsync(administrator, office, id, all);
        // A form that was shown while the clerk had the right, and is sent after it was taken away.
        Dictionary<string, string> late = Surfer.Hidden((await clerk.GetAsync("/provider/prices")).Text, "check");
        (late["Sent.Item"], late["Sent.Price"]) = (Meal, "12");
        try
        {
            await NameAsync(administrator, office, id, without);
            refused = await clerk.PostAsync("/provider/prices", late);
            Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
            Assert.Contains("PROVIDER_RIGHT_MISSING", refused.Text, StringComparison.Ordinal);
            string mine = (await clerk.GetAsync("/provider")).Text;
            Assert.Contains("没有给您的权限：价格、时间和范围", mine, StringComparison.Ordinal);
            Assert.DoesNotContain("href=\"/provider/prices\"", mine, StringComparison.Ordinal);
            string prices = (await clerk.GetAsync("/provider/prices")).Text;
            Assert.Contains("只能查看", prices, StringComparison.Ordinal);
            Assert.DoesNotContain("value=\"check\"", prices, StringComparison.Ordinal);

            string till = $"till-{Office.Id()[..8]}";
            await NameAsync(clerk, "/provider/staff", till, "Redeem,Refund");
            Assert.Contains(till, (await clerk.GetAsync("/provider")).Text, StringComparison.Ordinal);
            string change = (await clerk.GetAsync($"/provider/staff?person={till}")).Text;
            Assert.Contains("value=\"Redeem\" checked", change, StringComparison.Ordinal);
            Assert.DoesNotContain("value=\"Money\" checked", change, StringComparison.Ordinal);
            await NameAsync(clerk, "/provider/staff", till, "");
            Assert.Contains((await FileAsync(id)).Staff, one => one.Person == till && one.Active && one.Rights.Count == 0);
            // The last one who leads stays.
            refused = await clerk.SendAsync("/provider/staff/end", "check", ("Person", id), ("Note", "离职"));
            Assert.Contains("PROVIDER_STAFF_NEEDED", refused.Text, StringComparison.Ordinal);
            var looked = await clerk.SendAsync("/provider/staff/end", "check", ("Person", till), ("Note", "离职"));
            Assert.Contains((await FileAsync(id)).Staff, one => one.Person == till && one.Active);
            await clerk.PostAsync("/provider/staff/end", Surfer.Hidden(looked.Text, "check"));
            Assert.DoesNotContain((await FileAsync(id)).Staff, one => one.Person == till && one.Active);
            Assert.DoesNotContain(till, (await clerk.GetAsync("/provider")).Text, StringComparison.Ordinal);
            Assert.Contains("离职", (await clerk.GetAsync("/provider?staff=all")).Text, StringComparison.Ordinal);
        }
        finally
        {
            await NameAsync(administrator, office, id, all);
        }
    }

    /// <summary>Names a person by both steps of a page.</summary>
    private static async Task NameAsync(Surfer surfer, string path, string person, string rights)
    {
        var looked = await surfer.SendAsync(path, "check", ("Person", person), ("Rights", rights));
        Assert.Equal(HttpStatusCode.OK, looked.Status);
        Assert.Equal(HttpStatusCode.Redirect, (await surfer.PostAsync(path, Surfer.Hidden(looked.Text, "check"))).Status);
    }

    private static Task PressAsync(IPage page, string text) =>
        page.Locator("main form button", new() { HasTextString = text }).ClickAsync();

    private Task<Provider> FileAsync(Provider provider) => FileAsync(Office.Last(provider.Name));

    private async Task<Provider> FileAsync(string id) => await new ProviderService.ProviderServiceClient(await month.CallerAsync("auditor"))
        .GetProviderAsync(new GetProviderRequest { Name = $"{Office.Parent}/providers/{id}" });

    /// <summary>A canteen in good standing whose clerk can sign in.</summary>
    private async Task<Provider> CanteenAsync()
    {
        foreach (string clerk in await month.OfferedAsync("provider_clerk"))
        {
            Provider provider = await FileAsync(Office.Last(clerk));
            if (provider.Standing == Standing.Good && provider.ServiceTypes.Contains(ServiceType.Meal)) return provider;
        }
        throw new InvalidOperationException("No canteen's clerk can sign in.");
    }

    /// <summary>An elder who can sign in and has a voucher for meals that is good today.</summary>
    private async Task<string> EaterAsync()
    {
        var vouchers = new VoucherService.VoucherServiceClient(await month.CallerAsync("auditor"));
        foreach (string elder in (await month.OfferedAsync("elder")).Select(Office.Last))
        {
            ListVouchersResponse had = await vouchers.ListVouchersAsync(new ListVouchersRequest
            {
                Parent = Office.Parent, Elder = $"{Office.Parent}/elders/{elder}", State = VoucherState.Active, PageSize = 100,
            });
            if (had.Vouchers.Any(one => one.ServiceTypes.Contains(ServiceType.Meal))) return elder;
        }
        throw new InvalidOperationException("No elder of the sign-in has a voucher for meals.");
    }
}
