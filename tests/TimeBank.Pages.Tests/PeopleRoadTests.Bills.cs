using System.Net;
using System.Text.RegularExpressions;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <content>Bills that several vouchers pay, at the provider's counter and at the service counter.</content>
public sealed partial class PeopleRoadTests
{
    [Fact]
    public async Task A_clerk_adds_lines_sees_who_pays_what_confirms_it_and_takes_a_line_back()
    {
        DateTimeOffset now = await days.NextDayAsync(10);
        (Surfer clerk, string confirm) = await ConfirmPageAsync(now);
        using (clerk)
        {
            // The form of one redemption leads on with what was typed; a line is added to it, without scripts.
            string one = confirm.Replace("/redeem/confirm", "/redeem/bill", StringComparison.Ordinal);
            string edit = (await clerk.FollowAsync($"{one}&add=line")).Text;
            Assert.Contains("第 2 行", WebUtility.HtmlDecode(edit), StringComparison.Ordinal);
            Assert.Contains("name=\"price\" inputmode=\"decimal\" size=\"8\" value=\"10\"", edit, StringComparison.Ordinal);
            string item = ItemOf().Match(confirm).Groups["id"].Value;
            string bill = $"{confirm.Replace("/redeem/confirm", "/redeem/bill/confirm", StringComparison.Ordinal)}"
                + $"&item={item}&quantity=1&price=9000&insurance=0&item={item}&quantity=1&price=&insurance=0";

            foreach ((string price, string said) in new[] { ("15,50", "请写成 12"), ("０", "大于零") })
            {
                string wrong = (await clerk.FollowAsync(bill.Replace("price=10", $"price={price}", StringComparison.Ordinal))).Text;
                Assert.Contains(said, WebUtility.HtmlDecode(wrong), StringComparison.Ordinal);
                Assert.DoesNotContain("value=\"bill\"", wrong, StringComparison.Ordinal);
            }
            string shown = WebUtility.HtmlDecode((await clerk.FollowAsync(bill)).Text);
            Assert.Contains("9,010.00元", shown, StringComparison.Ordinal);
            Assert.Contains("第 2 行价格远高于清单最高价", shown, StringComparison.Ordinal);
            Dictionary<string, string> form = Surfer.Hidden(shown, "bill"),
                other = Surfer.Hidden((await clerk.FollowAsync(bill)).Text, "bill");
            string receipt = await DoneAsync(clerk, bill, form);
            // Sent again it is the same bill; from another tab the quote is out of date, and the page shows the new one.
            Assert.Equal(receipt, await DoneAsync(clerk, bill, form));
            var late = await clerk.PostAsync(bill, other);
            await ToldAsync(late, "QUOTE_CHANGED", "报价已变");
            Assert.Contains("老人自付", WebUtility.HtmlDecode(late.Text), StringComparison.Ordinal);
            Assert.NotEqual(other["Sent.Quote"], Surfer.Hidden(late.Text, "bill")["Sent.Quote"]);

            string given = WebUtility.HtmlDecode((await clerk.GetAsync(receipt)).Text);
            Assert.Contains("核销成功", given, StringComparison.Ordinal);
            Assert.Contains("还可以直接撤回", given, StringComparison.Ordinal);
            Assert.Contains($"href=\"{receipt}\"", (await clerk.GetAsync("/today")).Text, StringComparison.Ordinal);
            await FinanceReadsAsync(receipt);
            Dictionary<string, string> refund = Surfer.Hidden(given, "refund");
            refund["line"] = "1";
            await DoneAsync(clerk, receipt, refund);
            Assert.Contains("有几行已退回", WebUtility.HtmlDecode((await clerk.GetAsync(receipt)).Text), StringComparison.Ordinal);
            string complain = $"href=\"/complaints/new?about={receipt[1..]}\"";
            Assert.Contains(complain, (await clerk.GetAsync(receipt)).Text, StringComparison.Ordinal);
            // Past the minutes for taking it back at once, the rest wants a reason.
            await days.MoveAsync(TimeSpan.FromMinutes(11));
            Dictionary<string, string> rest = Surfer.Hidden((await clerk.GetAsync(receipt)).Text, "refund");
            rest.Remove("line");
            Assert.Equal(HttpStatusCode.BadRequest, (await clerk.PostAsync(receipt, rest)).Status);
            rest = Surfer.Hidden((await clerk.GetAsync(receipt)).Text, "refund");
            rest.Remove("line");
            rest["Sent.Note"] = "另一位老人的";
            await DoneAsync(clerk, receipt, rest);
            Assert.Contains("这张账单已退回", WebUtility.HtmlDecode((await clerk.GetAsync(receipt)).Text), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_counter_pays_a_bill_for_an_elder_with_all_vouchers()
    {
        DateTimeOffset now = await days.NextDayAsync(11);
        (Surfer clerk, string confirm) = await ConfirmPageAsync(now);
        clerk.Dispose();
        var auditor = await days.CallerAsync("auditor");
        Voucher voucher = await new VoucherService.VoucherServiceClient(auditor).GetVoucherAsync(
            new GetVoucherRequest { Name = $"{Parent}/vouchers/{VoucherOf().Match(confirm).Groups["id"].Value}" });
        string provider = (await new ProviderService.ProviderServiceClient(auditor).ListProvidersAsync(
            new ListProvidersRequest { Parent = Parent, ServiceType = ServiceType.Care, Standing = Standing.Good })).Providers[0].Name;
        using Surfer counter = await InAsync("counter");
        string elder = voucher.Elder.Split('/')[^1];
        Assert.Contains("/redeem/bill?for=", (await counter.GetAsync($"/desk/elders/{elder}")).Text, StringComparison.Ordinal);
        string bill = $"/redeem/bill/confirm?for={Uri.EscapeDataString(voucher.Elder)}&item={ItemOf().Match(confirm).Groups["id"].Value}"
            + $"&quantity=1&price=10&insurance=0&voucher=&place=1&date={now:yyyy-MM-dd}&memo=&provider={provider.Split('/')[^1]}";

        string receipt = await DoneAsync(counter, bill, Surfer.Hidden((await counter.FollowAsync(bill)).Text, "bill"));

        Assert.Contains("for=", receipt, StringComparison.Ordinal);
        await DoneAsync(counter, receipt, Surfer.Hidden((await counter.GetAsync(receipt)).Text, "refund"));
        Assert.Contains("这张账单已退回", WebUtility.HtmlDecode((await counter.GetAsync(receipt)).Text), StringComparison.Ordinal);
    }

    /// <summary>A bill's entry leads to its page, where a maker may take it back; nobody is offered to reverse it.</summary>
    private async Task FinanceReadsAsync(string receipt)
    {
        using Surfer maker = await InAsync("finance_maker"), auditor = await InAsync("auditor");
        string entry = (await maker.GetAsync(receipt.Replace("/bills/", "/journal/", StringComparison.Ordinal))).Text;
        Assert.Contains($"href=\"{receipt}\"", entry, StringComparison.Ordinal);
        Assert.DoesNotContain("reverse=1", entry, StringComparison.Ordinal);
        string toMaker = (await maker.GetAsync(receipt)).Text, toAuditor = (await auditor.GetAsync(receipt)).Text;
        Assert.Contains("value=\"refund\"", toMaker, StringComparison.Ordinal);
        Assert.Contains("9,010.00元", WebUtility.HtmlDecode(toAuditor), StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"refund\"", toAuditor, StringComparison.Ordinal);
        Assert.DoesNotContain("/redeem/bill", toAuditor, StringComparison.Ordinal);
        Assert.DoesNotContain("/complaints/new", toAuditor, StringComparison.Ordinal);

        // Its lines are set aside together, by one box that says so; the funds beside the first are the whole bill's.
        string provider = (await new VoucherService.VoucherServiceClient(await days.CallerAsync("auditor"))
            .GetBillAsync(new GetBillRequest { Name = $"{Parent}{receipt}" })).Provider, bill = receipt.Split('/')[^1];
        string lines = WebUtility.HtmlDecode(
            (await maker.GetAsync($"/finance/batches/prepare/{provider.Split('/')[^1]}?sort=-entry&funders=1")).Text);
        Assert.Equal(2, lines.Split($"href=\"/journal/{bill}\"").Length - 1);
        Assert.Equal(1, lines.Split($"name=\"aside\" value=\"{bill}\"").Length - 1);
        Assert.Contains($"整张账单 {bill}</label>", lines, StringComparison.Ordinal);
        Assert.Contains($"整张账单 {bill} 在本项目的资金：", lines, StringComparison.Ordinal);
    }

    [GeneratedRegex("item=(?<id>[a-z-]+)")]
    private static partial Regex ItemOf();

    [GeneratedRegex("voucher=(?<id>[0-9A-Z]{12})")]
    private static partial Regex VoucherOf();
}
