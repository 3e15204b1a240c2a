using System.Net;
using TimeBank.Pages.ForFinance;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>What an officer signs can be followed to its source, and what stands in the way is said before.</summary>
[Collection(WholeMonth.Name)]
public sealed class FinanceTraceTests(WholeMonth month)
{
    /// <summary>The next batch has no line of its own: each fen is a line of the batch that was withdrawn.</summary>
    [Fact]
    public async Task What_a_withdrawn_batch_left_is_linked_and_listed_line_by_line()
    {
        (string provider, string redemption) = await Office.OweAsync(month, 3);
        string id = Office.Last(provider), prepare = $"/finance/batches/prepare?provider={id}";
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        string withdrawn = (await maker.DoAsync(prepare, "prepare")).Split('?')[0];
        await maker.DoAsync(withdrawn, "withdraw", ("Note", "再核一次"));
        string link = $"href=\"{withdrawn}/payments/1\"";

        Assert.Contains(link, (await maker.GetAsync(prepare)).Text, StringComparison.Ordinal);
        Assert.Contains(link, (await maker.GetAsync($"/finance/batches/prepare/{id}")).Text, StringComparison.Ordinal);
        string next = (await maker.DoAsync(prepare, "prepare")).Split('?')[0];
        Assert.Contains(link, (await maker.GetAsync(next)).Text, StringComparison.Ordinal);
        Assert.Contains(link, (await maker.GetAsync($"{next}/payments/1")).Text, StringComparison.Ordinal);
        string file = (await maker.GetAsync($"/finance/reports/provider.csv?payment={Office.Last(next)}/1")).Text;
        Assert.Contains($"{Office.Last(withdrawn)}-001", file, StringComparison.Ordinal);
        Assert.Contains($"\r\n{Office.Last(redemption)},2026-11-", file, StringComparison.Ordinal);
        await maker.DoAsync(next, "withdraw", ("Note", "路测"));
    }

    /// <summary>Before the batch, in it, at the refusal, and on the desk while the batch holds the money.</summary>
    [Fact]
    public async Task A_provider_without_an_account_is_named_before_a_batch_can_not_be_approved()
    {
        const string Name = "路测·没有账户的食堂";
        var register = new RegisterProviderRequest
        {
            RequestId = Office.Id(), Parent = Office.Parent, DisplayName = Name,
            Accreditation = new Period { FirstDay = Office.Contract(new(2026, 11, 29)), LastDay = Office.Contract(new(2027, 12, 31)) },
        };
        register.ServiceTypes.Add(ServiceType.Meal);
        string provider = (await new ProviderService.ProviderServiceClient(await month.CallerAsync("administrator"))
            .RegisterProviderAsync(register)).Name, prepare = $"/finance/batches/prepare?provider={Office.Last(provider)}";
        await Office.OweAsync(month, 4, provider);
        using Surfer maker = await Office.SurferAsync(month, "finance_maker"), checker = await Office.SurferAsync(month, "finance_checker");
        string before = Row((await maker.GetAsync("/finance")).Text, "/finance/payees?show=missing");

        Assert.Contains(Name, Warning((await maker.GetAsync(prepare)).Text), StringComparison.Ordinal);
        string path = (await maker.DoAsync(prepare, "prepare")).Split('?')[0];
        Assert.Contains(Name, Warning((await maker.GetAsync(path)).Text), StringComparison.Ordinal);
        Assert.Equal(before, Row((await maker.GetAsync("/finance")).Text, "/finance/payees?show=missing"));
        Assert.Contains(Name, (await maker.GetAsync("/finance/payees?show=missing")).Text, StringComparison.Ordinal);
        await maker.DoAsync(path, "submit");
        var refused = await checker.SendAsync(path, "approve");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains(Name, refused.Text[refused.Text.IndexOf("panel fault", StringComparison.Ordinal)..], StringComparison.Ordinal);

        // The checker sends it back; the maker sees who did and why.
        await checker.DoAsync(path, "withdraw", ("Note", "先登记收款账户"));
        string desk = (await maker.GetAsync("/finance")).Text;
        Assert.Contains("先登记收款账户", Row(desk, path), StringComparison.Ordinal);
        Assert.Contains("finance_checker", Row(desk, path), StringComparison.Ordinal);
        Assert.Contains("先登记收款账户", (await maker.GetAsync(path)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_of_which_nothing_was_sent_says_so_and_gives_no_file()
    {
        (string provider, _) = await Office.OweAsync(month, 5);
        string path = await Office.ApprovedBatchAsync(month, provider);
        var providers = new ProviderService.ProviderServiceClient(await month.CallerAsync("administrator"));
        Task Stand(Standing standing) => providers.SetStandingAsync(new SetStandingRequest
        {
            RequestId = Office.Id(), Provider = provider, Standing = standing, Note = "路测",
        }).ResponseAsync;
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        await Stand(Standing.BlackListed);
        try
        {
            await maker.DoAsync(path, "export", ("Account", Office.Bank), ("Choice", "Pain001"), ("Day", "2026-11-30"));
        }
        finally
        {
            await Stand(Standing.Good);
        }
        string page = (await maker.GetAsync(path)).Text;
        Assert.Contains("没有生成付款文件", page, StringComparison.Ordinal);
        Assert.DoesNotContain("download", page[page.IndexOf("<main", StringComparison.Ordinal)..], StringComparison.Ordinal);
        var file = await maker.GetAsync($"{path}/file");
        Assert.Equal(HttpStatusCode.NotFound, file.Status);
        Assert.Contains("没有生成付款文件", file.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_has_both_its_days_and_a_double_is_recorded_only_if_it_is_meant()
    {
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        const string Path = "/finance/funds/fiscal";
        (string, string)[] late = [("Amount", "123.45"), ("Day", "2026-10-31"), ("Account", Office.Bank), ("Note", "ROAD-LATE")];
        string next = await maker.DoAsync(Path, "receive", late);
        Assert.Contains("归属 2026年11月1日", (await maker.FollowAsync(next)).Text, StringComparison.Ordinal);
        string row = RowOf((await maker.FollowAsync(Path)).Text, "ROAD-LATE");
        Assert.Contains("2026年10月31日", row, StringComparison.Ordinal);
        Assert.Contains("2026年11月1日", row, StringComparison.Ordinal);

        var again = await maker.SendAsync(Path, "receive", late);
        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Contains("name=\"Sent.Choice\"", again.Text, StringComparison.Ordinal);
        string fault = again.Text[again.Text.IndexOf("panel fault", StringComparison.Ordinal)..];
        Assert.Matches("href=\"/journal/[0-9]+\"", fault[..fault.IndexOf("</div>", StringComparison.Ordinal)]);
        await maker.DoAsync(Path, "receive", [.. late, ("Choice", "repeat")]);
    }

    [Theory]
    [InlineData("/journal/trial-balance", "按记录日", "by the day on which")]
    [InlineData("/finance/close/2026-10", "按归属日", "by the day it counts for")]
    [InlineData("/finance/reports/month?month=2026-10", "按归属日", "by the day it counts for")]
    [InlineData("/finance/close/day?date=2026-10-31", "按记录日", "by the day on which")]
    [InlineData("/finance/funds/fiscal", "按记录日", "by the day on which")]
    [InlineData("/journal?account=fund/fiscal/available&code=RECEIVE_MONEY", "不只是所选事项", "and not of the chosen kind alone")]
    [InlineData("/finance/reports/month?month=2026-11", "还没有结账", "is not closed yet")]
    public async Task A_page_says_in_both_languages_what_its_figures_are_of(string path, string chinese, string english)
    {
        using Surfer auditor = await Office.SurferAsync(month, "auditor");
        Assert.Contains(chinese, (await auditor.GetAsync(path, "zh-CN")).Text, StringComparison.Ordinal);
        Assert.Contains(english, (await auditor.GetAsync(path, "en")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bound_gift_names_its_purpose_and_goes_to_it_alone()
    {
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        const string Purpose = "路测·冬季取暖", Programme = $"/finance/programmes/{Office.Meals}";
        await maker.DoAsync("/finance/funds", "create",
            ("Code", "road-bound"), ("Subject", "路测·限定捐赠"), ("Choice", nameof(FundKind.Donation)), ("Note", Purpose));
        await maker.DoAsync("/finance/funds/road-bound", "receive",
            ("Amount", "50"), ("Day", "2026-11-29"), ("Account", Office.Bank), ("Note", "ROAD-BOUND"));
        Assert.Contains(Purpose, (await maker.FollowAsync("/finance/funds/road-bound")).Text, StringComparison.Ordinal);
        (string, string)[] allotment = [("Subject", $"{Office.Parent}/funds/road-bound"), ("Amount", "20")];
        var refused = await maker.SendAsync(Programme, "allot", allotment);
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains(Purpose, refused.Text[refused.Text.IndexOf("panel fault", StringComparison.Ordinal)..], StringComparison.Ordinal);
        await maker.DoAsync(Programme, "allot", [.. allotment, ("Choice", "serves")]);
        Assert.Contains(Purpose, (await maker.FollowAsync(Programme)).Text, StringComparison.Ordinal);
        var wrong = await maker.SendAsync(Programme, "allot", ("Subject", "nothing"), ("Amount", "20"));
        string fault = wrong.Text[wrong.Text.IndexOf("panel fault", StringComparison.Ordinal)..];
        Assert.DoesNotContain("by_amounts", fault[..fault.IndexOf("</div>", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trust_names_its_conditions_and_no_tick_lifts_them()
    {
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        (string, string)[] trust =
        [
            ("Code", "road-trust"), ("Subject", "路测·敬老信托"), ("Choice", nameof(FundKind.CharitableTrust)), ("Note", "路测·高龄助餐"),
            ("Residence", "430211"), ("Services", nameof(ServiceType.Meal)),
        ];
        var wrong = await maker.SendAsync("/finance/funds", "create", [.. trust, ("Number", "old")]);
        Assert.Contains("最低年龄", wrong.Text[wrong.Text.IndexOf("panel fault", StringComparison.Ordinal)..], StringComparison.Ordinal);
        await maker.DoAsync("/finance/funds", "create", [.. trust, ("Number", "99")]);
        const string Conditions = "年满 99 周岁的老人；居住在 430211 的老人；助餐", Programme = $"/finance/programmes/{Office.Meals}";
        Assert.Contains(Conditions, (await maker.FollowAsync("/finance/funds/road-trust")).Text, StringComparison.Ordinal);
        Assert.Contains(Conditions, (await maker.FollowAsync(Programme)).Text, StringComparison.Ordinal);

        var refused = await maker.SendAsync(
            Programme, "allot", ("Subject", $"{Office.Parent}/funds/road-trust"), ("Amount", "20"), ("Choice", "serves"));

        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("data-reason=\"FUND_AGE_BOUND\"", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payment_shows_its_account_masked_and_one_is_no_plural()
    {
        (string provider, _) = await Office.OweAsync(month, 6);
        string path = await Office.ApprovedBatchAsync(month, provider);
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        string batch = (await maker.GetAsync(path, "en")).Text, payment = (await maker.GetAsync($"{path}/payments/1", "en")).Text;
        Assert.Contains("1 payment has no answer", batch, StringComparison.Ordinal);
        Assert.DoesNotContain("1 payments", batch, StringComparison.Ordinal);
        PayeeAccount account = (await new PayeeService.PayeeServiceClient(await month.CallerAsync("auditor")).GetPayeeAsync(
            new GetPayeeRequest { Provider = provider })).InForce.Account;
        Assert.Contains("*", account.AccountNumber, StringComparison.Ordinal);
        Assert.Contains(account.AccountNumber, payment, StringComparison.Ordinal);
        Assert.Contains(account.HolderName, payment, StringComparison.Ordinal);
        // The layouts that there are stand in the form, and the approval can't be reversed.
        Assert.Contains("<option value=\"batch-transfer\"", batch, StringComparison.Ordinal);
        SettlementBatch read = await new SettlementService.SettlementServiceClient(await month.CallerAsync("auditor")).GetBatchAsync(
            new GetBatchRequest { Name = $"{Office.Parent}/settlements/{Office.Last(path)}" });
        string final = Office.Last(read.ApprovedEntry), own = Office.Last((await ReceiptAsync()).Entry);
        string refused = (await maker.GetAsync($"/journal/{final}?reverse=1")).Text;
        Assert.DoesNotContain("value=\"reverse\"", refused, StringComparison.Ordinal);
        Assert.Contains("data-reason=\"ENTRY_NOT_REVERSIBLE\"", refused, StringComparison.Ordinal);
        Assert.Contains("value=\"reverse\"", (await maker.GetAsync($"/journal/{own}?reverse=1")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clerk_reads_what_a_voucher_pays_and_is_warned_of_a_price_far_above()
    {
        (string provider, _) = await Office.OweAsync(month, 7);
        Voucher voucher = (await new VoucherService.VoucherServiceClient(await month.CallerAsync("finance_maker")).ListVouchersAsync(
            new ListVouchersRequest
            {
                Parent = Office.Parent, Programme = $"{Office.Parent}/programmes/{Office.Meals}", State = VoucherState.Active,
                PageSize = 1_000,
            })).Vouchers.First(one => one.Remaining.Value > 2);
        Programme programme = await new FundService.FundServiceClient(await month.CallerAsync("auditor")).GetProgrammeAsync(
            new GetProgrammeRequest { Name = voucher.Programme });
        using var clerk = new Surfer(month.Address);
        await clerk.SignInAsync("provider_clerk", Office.Last(provider));
        string form = (await clerk.GetAsync($"/redeem?voucher={Office.Last(voucher.Name)}")).Text;
        long fen = programme.ContractPrice.Value;
        Assert.Contains($"最多付 {fen / 100}.{fen % 100:D2}元", form, StringComparison.Ordinal);
        string asked =
            $"/redeem/confirm?voucher={Office.Last(voucher.Name)}&item=meal-canteen&quantity=1&insurance=0&date=2026-11-29&price=";
        Assert.DoesNotContain("panel warn", (await clerk.FollowAsync($"{asked}15.50")).Text, StringComparison.Ordinal);
        Assert.Contains("远高于", Warning((await clerk.FollowAsync($"{asked}1550")).Text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/finance/reports/month.csv?month=2026-10", "month-430211-2026-10.csv", "期初方向", "合计")]
    [InlineData("/finance/reports/funders.csv?year=2026", "funders-430211-2026.csv", "资金", "合计")]
    [InlineData("/finance/reports/hours.csv?date=2026-11-29&price=30", "hours-430211-2026-11-29.csv", "累计", "可用年份")]
    [InlineData("/finance/reports/aging.csv?account=main", "aging-430211-main-2026-11-29.csv", "明细", "")]
    [InlineData("/journal/export?format=csv&from=2026-10-01&to=2026-10-31", "430211-2026-10-01-2026-10-31.csv", "", "")]
    public async Task A_file_is_named_by_what_it_is_of_and_adds_up(string path, string name, string column, string total)
    {
        using Surfer auditor = await Office.SurferAsync(month, "auditor");
        var file = await auditor.GetAsync(path);
        Assert.Equal(name, file.Answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        Assert.Contains(column, file.Text, StringComparison.Ordinal);
        Assert.Contains(total, file.Text, StringComparison.Ordinal);
        // A side stands in a cell of its own.
        Assert.DoesNotMatch(",(借|贷) ", file.Text);
    }

    [Fact]
    public async Task A_closed_months_table_adds_up_on_the_page()
    {
        using Surfer auditor = await Office.SurferAsync(month, "auditor");
        foreach (string path in new[]
        {
            "/finance/close/2026-10", "/finance/reports/month?month=2026-10", "/finance/reports/funders?year=2026",
        })
        {
            string page = (await auditor.GetAsync(path)).Text;
            Assert.Contains("<tfoot", page, StringComparison.Ordinal);
            Assert.Contains("合计", page[page.IndexOf("<tfoot", StringComparison.Ordinal)..], StringComparison.Ordinal);
        }
    }

    /// <summary>The choices on the page are the ones that can be read and written.</summary>
    [Fact]
    public async Task Layouts_are_chosen_and_a_spreadsheet_is_refused_where_the_banks_file_is_none()
    {
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        const string Import = $"/finance/bank/{Office.Bank}/import";
        string page = (await maker.GetAsync(Import)).Text;
        string[] profiles = [.. Directory.GetFiles(Path.Combine(Repository.Root, "src/TimeBank.Banking/Profiles"), "*.json")
            .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(profiles, page.Split("<option value=\"").Skip(1).Select(part => part[..part.IndexOf('"', StringComparison.Ordinal)])
            .Where(value => value.Length > 0).Order(StringComparer.Ordinal));
        foreach (string layout in Directory.GetFiles(Path.Combine(Repository.Root, "src/TimeBank.Banking/Payments/Profiles"), "*.json"))
            Assert.Contains(Path.GetFileNameWithoutExtension(layout), StatementUpload.Sheets.Select(sheet => sheet.Name));
        var refused = await maker.PostFileAsync(Import, Surfer.Hidden(page, "import"), "Sent.File", "对账单.xlsx", "PK"u8.ToArray());
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        string fault = refused.Text[refused.Text.IndexOf("panel fault", StringComparison.Ordinal)..];
        Assert.Contains("camt.053", fault, StringComparison.Ordinal);
        Assert.Contains("CSV", fault, StringComparison.Ordinal);
    }

    private async Task<RecordReceiptResponse> ReceiptAsync() =>
        await new FundService.FundServiceClient(await month.CallerAsync("finance_maker")).RecordReceiptAsync(new RecordReceiptRequest
        {
            RequestId = Office.Id(), Fund = $"{Office.Parent}/funds/fiscal", Amount = new Amount { Value = 77, Unit = "CNY" },
            BankAccount = Office.Bank, ReceivedDate = Office.Contract(new(2026, 11, 28)), Reference = Office.Id(),
        });

    /// <summary>The row of a table that leads to an address.</summary>
    private static string Row(string page, string path) => RowOf(page, $"href=\"{path}\"");

    private static string RowOf(string page, string holds)
    {
        int at = page.IndexOf(holds, StringComparison.Ordinal);
        Assert.True(at >= 0, $"The page has no {holds}.");
        return page[page.LastIndexOf("<tr", at, StringComparison.Ordinal)..page.IndexOf("</tr>", at, StringComparison.Ordinal)];
    }

    private static string Warning(string page)
    {
        int at = page.IndexOf("panel warn", StringComparison.Ordinal);
        Assert.True(at >= 0, "The page warns of nothing.");
        return page[at..page.IndexOf("</div>", at, StringComparison.Ordinal)];
    }
}
