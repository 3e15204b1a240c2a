using System.Net;
using Grpc.Core;
using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TimeBank.Pages.Tests;

/// <summary>The finance office's roads inside the house: funds and programmes, payees, debts, what is returned.</summary>
[Collection(WholeMonth.Name)]
public sealed class FinanceMoneyTests(WholeMonth month)
{
    [Fact]
    public async Task A_fund_is_opened_filled_and_allotted_and_gets_back_what_was_not_spent()
    {
        IPage page = await month.SignInAsync("finance_maker", scripts: false);
        await page.GotoAsync("/finance");
        await page.Locator("main nav a[href='/finance/funds']").ClickAsync();
        await page.Locator("summary", new() { HasText = "登记一项资金" }).ClickAsync();
        await page.FillAsync("#create-Code", "Road Fund");
        await page.FillAsync("#create-Subject", "路测·取暖捐赠");
        await page.SelectOptionAsync("#create-Choice", nameof(FundKind.Donation));
        await Press(page, "登记");
        await Expect(page.Locator(".panel.fault")).ToContainTextAsync("代号");
        await page.FillAsync("#create-Code", "road-fund");
        await Press(page, "登记");
        await Expect(page.Locator(".panel.good")).ToBeVisibleAsync();

        await page.Locator("main a[href='/finance/funds/road-fund']").ClickAsync();
        await ReceiveAsync(page);
        await Expect(page.Locator(".sum").First).ToHaveTextAsync("1,000.05元");
        // Back brings the form with its id; sent again it leads to the first answer.
        await page.GoBackAsync();
        await ReceiveAsync(page);
        await Expect(page.Locator(".panel.good")).ToBeVisibleAsync();
        await Expect(page.Locator(".sum").First).ToHaveTextAsync("1,000.05元");

        await page.Locator("main nav a[href='/finance/programmes']").ClickAsync();
        await page.Locator("main a[href='/finance/programmes/new']").ClickAsync();
        await page.FillAsync("#create-Code", "road-baths");
        await page.FillAsync("#create-Subject", "路测·助浴券");
        await page.SelectOptionAsync("#create-Choice", nameof(ProgrammeScheme.UnitVoucher));
        await page.SelectOptionAsync("#create-Account", "BATH");
        await page.FillAsync("#create-Number", "two");
        await page.FillAsync("#create-Amount", "60");
        await page.FillAsync("#create-Holder", "70");
        await page.Locator("input[value=LivesAlone]").CheckAsync();
        await Press(page, "登记");
        await Expect(page.Locator(".panel.fault")).ToContainTextAsync("每人每月几次：请填写整数");
        await page.FillAsync("#create-Number", "2");
        await page.SelectOptionAsync("#create-Note", nameof(AbilityGrade.Mild));
        await page.SelectOptionAsync("#create-LowIncome", "1");
        await page.FillAsync("#create-Residence", "430");
        await page.Locator("input[value=HomeCareProject]").CheckAsync();
        await page.Locator($"input[value='{Office.Parent}/programmes/{Office.Meals}']").CheckAsync();
        await Press(page, "登记");
        await Expect(page.Locator(".panel.fault")).ToContainTextAsync("须住在哪个地区");
        await page.FillAsync("#create-Residence", "430211");
        await Press(page, "登记");
        await Expect(page.Locator(".panel.fault")).ToContainTextAsync("哪些服务");
        await page.Locator("input[value=Bath]").CheckAsync();
        await Expect(page.Locator("input[value=LivesAlone]")).ToBeCheckedAsync();
        await Press(page, "登记");
        await Expect(page.Locator("h1")).ToHaveTextAsync("路测·助浴券");
        Programme made = await new FundService.FundServiceClient(await month.CallerAsync("auditor")).GetProgrammeAsync(
            new GetProgrammeRequest { Name = $"{Office.Parent}/programmes/road-baths" });
        Assert.Equal((2, "BATH", 6_000, 70), (made.MonthlyQuota.Value, made.Unit, made.ContractPrice.Value, made.Eligibility.MinAge));
        Assert.Equal(Difficulty.LivesAlone, Assert.Single(made.Eligibility.AnyDifficulty));
        Assert.Equal(
            new Eligibility
            {
                MinAge = 70, MinGrade = AbilityGrade.Mild, AnyDifficulty = { Difficulty.LivesAlone }, LowIncome = true,
                Residence = "regions/430211", ExcludedBenefits = { Benefit.HomeCareProject },
                YieldsTo = { $"{Office.Parent}/programmes/{Office.Meals}" },
            },
            made.Eligibility);
        await Expect(page.Locator("dl.facts")).ToContainTextAsync("居家和社区基本养老服务提升行动项目");

        await page.Locator("summary", new() { HasText = "拨付资金" }).ClickAsync();
        await page.SelectOptionAsync("#allot-Subject", $"{Office.Parent}/funds/road-fund");
        await page.FillAsync("#allot-Amount", "600");
        await Press(page, "拨付");
        await Expect(page.Locator(".sum").First).ToHaveTextAsync("600.00元");
        // A total by shares: first only what each would give.
        await page.Locator("summary", new() { HasText = "按比例拨付" }).ClickAsync();
        await page.FillAsync("#share-Amount", "100.01");
        await page.FillAsync("[id='share-Part.road-fund']", "55");
        await page.FillAsync("[id='share-Part.fiscal']", "45");
        await Press(page, "先试算");
        await Expect(page.Locator("[role=status]")).ToContainTextAsync("路测·取暖捐赠 55.01元");
        await Expect(page.Locator(".sum").First).ToHaveTextAsync("600.00元");
        await Press(page, "按比例拨付");
        await Expect(page.Locator(".sum").First).ToHaveTextAsync("700.01元");

        // The maker sees what would go back before it goes.
        await page.GotoAsync("/finance/programmes/return?programme=road-baths");
        await Press(page, "试算");
        await Expect(page.Locator(".panel.warn")).ToContainTextAsync("合计 700.01元");
        await Expect(page.Locator("main")).ToContainTextAsync("路测·取暖捐赠 655.01元");
        await Press(page, "正式办理");
        await Expect(page.Locator(".panel.good")).ToContainTextAsync("合计 700.01元");
        await page.GotoAsync("/finance/funds/road-fund");
        await Expect(page.Locator(".sum").First).ToHaveTextAsync("1,000.05元");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_run_can_be_tried_out_and_goes_on_where_its_server_forgot_it()
    {
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        string tried = await maker.DoAsync("/finance/vouchers/expire", "try", ("Subject", ""));
        string page = (await maker.GetAsync(tried)).Text;
        Assert.Contains("还没有记录", page, StringComparison.Ordinal);
        // Nothing is past its time, so nothing is offered.
        Assert.DoesNotContain("value=\"do\"", page, StringComparison.Ordinal);
        // The first one may issue the month's vouchers; the second one finds that everybody has one.
        string last = "";
        for (int times = 0; times < 2; times++)
        {
            string run = $"/finance/programmes/{Office.Meals}/issue?run={Office.Id()}";
            Assert.Contains("没有这次办理的进度", (await maker.GetAsync(run)).Text, StringComparison.Ordinal);
            Assert.Equal(run, await maker.DoAsync(run, "go-on"));
            last = (await maker.GetAsync(run)).Text;
            Assert.Contains("已办完", last, StringComparison.Ordinal);
        }
        Assert.Contains("发放 0，略过", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payee_is_proposed_by_one_and_approved_by_another_who_types_the_number()
    {
        var register = new RegisterProviderRequest
        {
            RequestId = Office.Id(), Parent = Office.Parent, DisplayName = "路测·新食堂",
            Accreditation = new Period { FirstDay = Office.Contract(new(2026, 11, 29)), LastDay = Office.Contract(new(2027, 12, 31)) },
        };
        register.ServiceTypes.Add(ServiceType.Meal);
        string provider = (await new ProviderService.ProviderServiceClient(await month.CallerAsync("administrator"))
            .RegisterProviderAsync(register)).Name;
        using Surfer maker = await Office.SurferAsync(month, "finance_maker"), checker = await Office.SurferAsync(month, "finance_checker");
        string path = $"/finance/payees/{Office.Last(provider)}";
        Assert.Contains($"href=\"{path}\"", (await maker.GetAsync("/finance/payees")).Text, StringComparison.Ordinal);
        (string, string)[] account = [("Holder", "路测·新食堂"), ("Number", "00002602099999"), ("Bank", "演示银行"), ("Code", "123")];
        var wrong = await maker.SendAsync(path, "propose", account);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Contains("行号", wrong.Text[wrong.Text.IndexOf("panel fault", StringComparison.Ordinal)..], StringComparison.Ordinal);
        BankAccount ours = await new BankAccountService.BankAccountServiceClient(await month.CallerAsync("auditor")).GetBankAccountAsync(
            new GetBankAccountRequest { Name = $"{Office.Parent}/bankAccounts/{Office.Bank}" });
        account[3] = ("Code", ours.BankCode);
        await maker.DoAsync(path, "propose", account);
        // The office page has the account masked; the checker types it from the provider's own paper.
        Assert.DoesNotContain("00002602099999", (await checker.GetAsync(path)).Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{path}\"", (await checker.GetAsync("/finance/payees?show=proposed")).Text, StringComparison.Ordinal);
        Assert.InRange((int)(await checker.SendAsync(path, "approve", ("Number", "00002602099998"))).Status, 400, 409);
        await checker.DoAsync(path, "approve", ("Number", "00002602099999"));
        string approved = (await maker.GetAsync(path)).Text;
        Assert.Contains("finance_checker", approved, StringComparison.Ordinal);
        Assert.Contains("2026年11月30日", approved, StringComparison.Ordinal);
    }

    /// <summary>The month's clock doesn't reach the day on which it can be paid: <c>EstateTests</c> pays it over the API.</summary>
    [Fact]
    public async Task A_persistent_subsidy_is_opened_and_what_an_elder_left_waits_for_its_day()
    {
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        string opened = await maker.DoAsync("/finance/programmes/new", "create", ("Code", "road-subsidy"), ("Subject", "路测·护理补贴"),
            ("Choice", nameof(ProgrammeScheme.PersistentSubsidy)), ("Services", nameof(ServiceType.Care)), ("Monthly", "200"),
            ("Holder", "110"));
        Assert.Contains("去世后余额归继承人", (await maker.FollowAsync(opened)).Text, StringComparison.Ordinal);
        await maker.DoAsync("/finance/programmes/road-subsidy", "allot", ("Subject", $"{Office.Parent}/funds/fiscal"), ("Amount", "200"));
        var elders = new ElderService.ElderServiceClient(await month.CallerAsync("counter"));
        string elder = (await elders.RegisterElderAsync(new RegisterElderRequest
        {
            RequestId = Office.Id(), Parent = Office.Parent, DisplayName = "路测", BirthDate = Office.Contract(new(1910, 1, 1)),
        })).Name;
        var vouchers = new VoucherService.VoucherServiceClient(await month.CallerAsync("finance_maker"));
        using (AsyncServerStreamingCall<RunProgress> run = vouchers.IssueVouchers(new IssueVouchersRequest
        {
            RequestId = Office.Id(), Programme = $"{Office.Parent}/programmes/road-subsidy",
            Month = new Google.Type.Date { Year = 2026, Month = 11 },
        }))
        {
            while (await run.ResponseStream.MoveNext(CancellationToken.None)) { }
        }
        string voucher = Assert.Single((await vouchers.ListVouchersAsync(
            new ListVouchersRequest { Parent = Office.Parent, Elder = elder })).Vouchers).Name;
        using Surfer clerk = await Office.SurferAsync(month, "provider_clerk");
        Assert.Contains("长期有效", (await clerk.GetAsync($"/redeem?voucher={Office.Last(voucher)}")).Text, StringComparison.Ordinal);
        await DiedAsync("ESTATE-1", new(2026, 11, 29));

        string path = $"/finance/estates/{Office.Last(elder)}", list = (await maker.GetAsync("/finance/estates")).Text;
        Assert.Contains($"href=\"{path}\"", list, StringComparison.Ordinal);
        Assert.Contains("2026年12月29日起可支付", list, StringComparison.Ordinal);
        string page = (await maker.GetAsync(path)).Text;
        Assert.Contains("200.00元", page, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"propose\"", page, StringComparison.Ordinal);

        // The death was earlier: the voucher was nobody's.
        await DiedAsync("ESTATE-2", new(2026, 10, 31));
        Assert.Contains("去世后发放的券待作废", (await maker.GetAsync("/finance")).Text, StringComparison.Ordinal);
        Assert.Contains("有券待作废", (await maker.GetAsync("/finance/estates")).Text, StringComparison.Ordinal);
        await maker.DoAsync(path, "void", ("Choice", voucher), ("Note", "去世后发放"));
        Assert.DoesNotContain($"href=\"{path}\"", (await maker.GetAsync("/finance/estates")).Text, StringComparison.Ordinal);
        Assert.Contains("没有待付的余额", (await maker.GetAsync(path)).Text, StringComparison.Ordinal);

        async Task DiedAsync(string key, DateOnly day) => await elders.ImportNoticesAsync(new ImportNoticesRequest
        {
            RequestId = Office.Id(), Parent = Office.Parent, Source = "road",
            Lines =
            {
                new NoticeLine { Number = 1, Key = key, Elder = elder, Kind = NoticeKind.Deceased, Date = Office.Contract(day) },
            },
        });
    }

    [Fact]
    public async Task A_debt_that_no_settlement_brings_back_gets_an_owner()
    {
        (string provider, string redemption) = await Office.OweAsync(month, 1);
        await Office.ApprovedBatchAsync(month, provider);
        CallInvoker administrator = await month.CallerAsync("administrator");
        await new VoucherService.VoucherServiceClient(await month.CallerAsync("provider_clerk", provider)).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Office.Id(), Redemption = redemption, Memo = "记错" });
        var providers = new ProviderService.ProviderServiceClient(administrator);
        Task Stand(Standing standing) => providers.SetStandingAsync(new SetStandingRequest
        {
            RequestId = Office.Id(), Provider = provider, Standing = standing, Note = "路测",
        }).ResponseAsync;
        await Stand(Standing.BlackListed);
        try
        {
            IPage maker = await month.SignInAsync("finance_maker");
            await maker.GotoAsync("/finance");
            await maker.Locator("main a[href='/finance/claims']").ClickAsync();
            await Expect(maker.Locator("main tbody")).ToContainTextAsync("22.00元");
            await maker.SelectOptionAsync("#assign-Subject", provider);
            await maker.FillAsync("#assign-Holder", "李四");
            await maker.FillAsync("#assign-Note", "已电话催收");
            await Press(maker, "指定");
            await Expect(maker.Locator("main tbody")).ToContainTextAsync("李四");
            await Expect(maker.Locator("main tbody")).ToContainTextAsync("已电话催收");
            await maker.Context.CloseAsync();
        }
        finally
        {
            await Stand(Standing.Good);
        }
    }

    [Fact]
    public async Task A_difference_of_the_five_legs_gets_an_owner_and_a_month_that_is_not_over_says_why()
    {
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        const string Day = "/finance/close/day?date=2026-11-28";
        string page = (await maker.GetAsync(Day)).Text, name = Between(page, "<option value=\"", "\"");
        Assert.StartsWith($"{Office.Parent}/differences/", name, StringComparison.Ordinal);
        string next = await maker.DoAsync(Day, "assign", ("Subject", name), ("Holder", "赵六"), ("Note", "等银行对账单"));
        Assert.Contains("赵六", (await maker.GetAsync(next)).Text, StringComparison.Ordinal);
        page = (await maker.GetAsync("/finance/close/2026-11")).Text;
        Assert.Contains("现在还不能结账", page, StringComparison.Ordinal);
        Assert.Contains("2026-11-30", page, StringComparison.Ordinal);
        // A form that somebody made up is refused by the same reason.
        Dictionary<string, string> forged = Surfer.Hidden((await maker.GetAsync(Day)).Text, "assign");
        forged["_handler"] = "prepare";
        var refused = await maker.PostAsync("/finance/close/2026-11", forged);
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("没有任何变动", refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/finance/reports/month", "month=2026-10", "bank/main|银行账户 main")]
    [InlineData("/finance/reports/funders", "year=2026", "演示·福彩公益金")]
    [InlineData("/finance/reports/hours", "date=2026-11-29&price=30", "存入年份")]
    [InlineData("/finance/reports/aging", "account=main", "账龄|负责人")]
    public async Task A_report_is_the_same_on_the_page_and_in_the_file(string path, string query, string words)
    {
        using Surfer auditor = await Office.SurferAsync(month, "auditor");
        var page = await auditor.GetAsync($"{path}?{query}");
        var file = await auditor.GetAsync($"{path}.csv?{query}");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("text/csv", file.Answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(words.Split('|'), word => file.Text.Contains(word, StringComparison.Ordinal));
        // An empty report has no table on its page.
        if (file.Text.Split("\r\n").Length < 3) return;
        foreach (string cell in file.Text.Split("\r\n")[0].TrimStart('\uFEFF').Split(','))
            Assert.Contains(cell, page.Text, StringComparison.Ordinal);
    }

    private static async Task ReceiveAsync(IPage page)
    {
        await page.Locator("summary", new() { HasText = "记录到账" }).ClickAsync();
        await page.FillAsync("#receive-Amount", "1000.05");
        await page.FillAsync("#receive-Day", "2026-11-29");
        await page.FillAsync("#receive-Note", "ROAD-FUND-1");
        await Press(page, "记录到账");
    }

    private static Task Press(IPage page, string button) =>
        page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    private static string Between(string text, string before, string after)
    {
        int at = text.IndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0, $"The page has no {before}.");
        return text[(at + before.Length)..text.IndexOf(after, at + before.Length, StringComparison.Ordinal)];
    }
}

/// <summary>A month is closed by two persons, where one is still open.</summary>
[Collection(HalfMonth.Name)]
public sealed class ClosingRoadTests(HalfMonth month)
{
    [Fact]
    public async Task A_month_is_prepared_by_one_and_signed_by_another()
    {
        IPage maker = await month.SignInAsync("finance_maker"), checker = await month.SignInAsync("finance_checker");
        // A month before the first entry needs no close, so nothing waits; it can be closed all the same.
        await maker.GotoAsync("/finance");
        await Expect(maker.Locator("main a[href='/finance/close/2026-09']")).ToHaveCountAsync(0);
        await maker.GotoAsync("/finance/close");
        await maker.Locator("main tbody a[href='/finance/close/2026-09']").ClickAsync();
        await maker.GetByRole(AriaRole.Button, new() { Name = "编制结账" }).ClickAsync();
        await Expect(maker.Locator(".panel.good")).ToBeVisibleAsync();
        await Expect(maker.GetByRole(AriaRole.Button, new() { Name = "签字结账" })).ToHaveCountAsync(0);
        await checker.GotoAsync("/finance");
        await checker.Locator("main tbody a[href='/finance/close/2026-09']").ClickAsync();
        await checker.GetByRole(AriaRole.Button, new() { Name = "签字结账" }).ClickAsync();
        await Expect(checker.Locator("main")).ToContainTextAsync("签名的原文");
        BooksPeriod closed = await new PeriodService.PeriodServiceClient(await month.CallerAsync("auditor")).GetPeriodAsync(
            new GetPeriodRequest { Name = $"{Office.Parent}/periods/2026-09" });
        Assert.Equal((PeriodState.Closed, "finance_maker", "finance_checker"), (closed.State, closed.PreparedBy, closed.ApprovedBy));
        await maker.Context.CloseAsync();
        await checker.Context.CloseAsync();
    }
}
