using System.Net;
using System.Text.RegularExpressions;
using Grpc.Core;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>The auditor's road through the journal, and who else comes along it.</summary>
[Collection(WholeMonth.Name)]
public sealed partial class AuditorRoadTests(WholeMonth month)
{
    [Fact]
    public async Task The_journal_is_filtered_ordered_and_paged_by_its_address()
    {
        using Surfer auditor = await Office.SurferAsync(month, "auditor");
        Assert.Contains("href=\"/journal\"", (await auditor.GetAsync("/finance")).Text, StringComparison.Ordinal);
        const string Redeemed = "/journal?code=REDEEM_VOUCHER&order=oldest";
        string first = (await auditor.GetAsync(Redeemed)).Text;
        long[] rows = Entries(first);
        Assert.Equal(50, rows.Length);
        Assert.Equal(rows.Order(), rows);
        string next = WebUtility.HtmlDecode(NextPage().Match(first).Groups["path"].Value);
        Assert.Contains("code=REDEEM_VOUCHER", next, StringComparison.Ordinal);
        long[] more = Entries((await auditor.GetAsync(next)).Text);
        Assert.True(more[0] > rows[^1], $"{more[0]} follows {rows[^1]}.");
        Assert.Equal(rows, Entries((await auditor.GetAsync(Redeemed)).Text));
        // A day, an actor, an account: each alone.
        long[] day = Entries((await auditor.GetAsync("/journal?day=2026-11-03")).Text);
        Assert.Equal(day.OrderDescending(), day);
        Assert.NotEmpty(day);
        Assert.NotEmpty(Entries((await auditor.GetAsync("/journal?account=fund/lottery/available")).Text));
        Assert.Equal(HttpStatusCode.NotFound, (await auditor.GetAsync("/journal?account=fund/none/available")).Status);
    }

    [Fact]
    public async Task An_entry_leads_to_everything_that_it_belongs_to()
    {
        using Surfer auditor = await Office.SurferAsync(month, "auditor");
        long index = Entries((await auditor.GetAsync("/journal?code=REDEEM_VOUCHER&day=2026-10-20")).Text)[0];
        string entry = (await auditor.GetAsync($"/journal/{index}")).Text;
        foreach (string kind in (string[])
            ["/journal/accounts/voucher/", "/journal/accounts/provider/", "/journal?actor=", "/journal/rules?day="])
        {
            Match link = Regex.Match(entry, $"href=\"(?<path>{Regex.Escape(kind)}[^\"]+)\"");
            Assert.True(link.Success, $"The entry leads to no {kind}.");
            var page = await auditor.GetAsync(WebUtility.HtmlDecode(link.Groups["path"].Value));
            Assert.Equal(HttpStatusCode.OK, page.Status);
            if (kind.Contains("/voucher/", StringComparison.Ordinal))
                Assert.Contains($"href=\"/journal/{index}\"", page.Text, StringComparison.Ordinal);
        }
        Assert.Contains("叶子到根", entry, StringComparison.Ordinal);
        string balance = (await auditor.GetAsync("/journal/trial-balance?day=2026-10-31")).Text;
        Assert.Contains("平", balance, StringComparison.Ordinal);
        Assert.DoesNotContain("不平", balance, StringComparison.Ordinal);
        SignedCheckpoint head = await new LedgerService.LedgerServiceClient(await month.CallerAsync("auditor")).GetCheckpointAsync(
            new GetCheckpointRequest { Parent = Office.Parent });
        Assert.Contains(WebUtility.HtmlEncode(head.Origin), (await auditor.GetAsync("/journal/checkpoint")).Text, StringComparison.Ordinal);
        string rules = (await auditor.GetAsync("/journal/rules?day=2026-10-20")).Text;
        Assert.Contains("政策 430211/demo-2026-10-13", rules, StringComparison.Ordinal);
        Assert.Contains("政策 430000/2026-01", (await auditor.GetAsync("/journal/rules?day=2026-10-12")).Text, StringComparison.Ordinal);
        Assert.Contains("2026年10月20日用 430211/demo-2026-01", rules, StringComparison.Ordinal);
        HttpResponseMessage file = (await auditor.GetAsync("/journal/export?format=csv&from=2026-10-01&to=2026-10-01")).Answer;
        Assert.Equal("text/csv", file.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_maker_reverses_an_entry_once_and_an_auditor_never()
    {
        CallInvoker caller = await month.CallerAsync("finance_maker");
        string name = (await new FundService.FundServiceClient(caller).RecordReceiptAsync(new RecordReceiptRequest
        {
            RequestId = Office.Id(), Fund = $"{Office.Parent}/funds/fiscal", Amount = new Amount { Value = 4_321, Unit = "CNY" },
            BankAccount = Office.Bank, ReceivedDate = Office.Contract(new(2026, 11, 29)), Reference = "ROAD-REVERSED",
        })).Entry;
        string view = $"/journal/{Office.Last(name)}", path = $"{view}?reverse=1";
        using Surfer maker = await Office.SurferAsync(month, "finance_maker"), auditor = await Office.SurferAsync(month, "auditor");
        Assert.DoesNotContain("value=\"reverse\"", (await auditor.GetAsync(path)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("reverse=1", (await auditor.GetAsync(view)).Text, StringComparison.Ordinal);
        // A mere view tries nothing: it offers to ask.
        string seen = (await maker.GetAsync(view)).Text;
        Assert.Contains($"href=\"{path}\"", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"reverse\"", seen, StringComparison.Ordinal);
        var tried = await maker.SendAsync(path, "reverse", ("Note", "重复登记"), ("Choice", "try"));
        Assert.Equal(HttpStatusCode.OK, tried.Status);
        Assert.Contains("还没有记录", tried.Text, StringComparison.Ordinal);
        Assert.Equal("", (await EntryAsync(name)).ReversedBy);
        string done = await maker.DoAsync(path, "reverse", ("Note", "重复登记"));
        Assert.Equal(done.Split('?')[0], $"/journal/{Office.Last((await EntryAsync(name)).ReversedBy)}");
        string after = (await maker.GetAsync(path)).Text;
        Assert.DoesNotContain("value=\"reverse\"", after, StringComparison.Ordinal);
        Assert.Contains("data-reason=\"ENTRY_ALREADY_REVERSED\"", after, StringComparison.Ordinal);
        Assert.DoesNotContain("reverse=1", (await maker.GetAsync(view)).Text, StringComparison.Ordinal);
    }

    /// <summary>A page, and a form that it has for a maker or checker.</summary>
    public static TheoryData<string, string> Forms => new()
    {
        { "/finance/funds", "create" },
        { "/finance/funds/lottery", "receive" },
        { $"/finance/programmes/{Office.Meals}", "allot" },
        { $"/finance/programmes/{Office.Meals}", "share" },
        { "/finance/programmes/new", "create" },
        { $"/finance/programmes/{Office.Meals}/issue", "go-on" },
        { "/finance/vouchers/expire", "try" },
        { "/finance/programmes/return", "do" },
        { "/finance/batches/prepare", "prepare" },
        { $"/finance/bank/{Office.Bank}", "reconcile" },
        { $"/finance/bank/{Office.Bank}/import", "import" },
        { $"/finance/bank/{Office.Bank}/lines/1", "assign" },
        { "/finance/claims", "assign" },
        { "/finance/close/day?date=2026-11-28", "assign" },
        { "/finance/close/2026-11", "prepare" },
        { "/journal/10?reverse=1", "reverse" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_auditor_has_no_form_and_a_forged_one_moves_nothing(string path, string form)
    {
        using Surfer auditor = await Office.SurferAsync(month, "auditor");
        var page = await auditor.FollowAsync(path);
        Assert.DoesNotContain("<form method=\"post\"", Content().Match(page.Text).Value, StringComparison.Ordinal);
        var ledger = new LedgerService.LedgerServiceClient(await month.CallerAsync("auditor"));
        long before = await CountAsync(ledger);
        // The auditor's own token, which the way out has on every page.
        string token = page.Text.Split("name=\"form_token\" value=\"")[1].Split('"')[0];
        var answer = await auditor.PostAsync(path, new()
        {
            ["form_token"] = token, ["_handler"] = form, ["Sent.RequestId"] = Office.Id(), ["Sent.Code"] = "forged", ["Sent.Subject"] = "x",
            ["Sent.Amount"] = "1", ["Sent.Day"] = "2026-11-29", ["Sent.Account"] = Office.Bank, ["Sent.Note"] = "x", ["Sent.Holder"] = "x",
        });
        Assert.InRange((int)answer.Status, 400, 409);
        Assert.Equal(before, await CountAsync(ledger));
    }

    private static async Task<long> CountAsync(LedgerService.LedgerServiceClient ledger) =>
        (await ledger.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Office.Parent })).EntryCount;

    [Theory]
    [InlineData("volunteer", PlayedServer.Tianyuan)]
    [InlineData("elder", PlayedServer.Tianyuan)]
    [InlineData("provider_clerk", PlayedServer.Tianyuan)]
    [InlineData("counter", PlayedServer.Tianyuan)]
    [InlineData("finance_maker", PlayedServer.Lusong)]
    [InlineData("auditor", PlayedServer.Lusong)]
    public async Task Strangers_see_nothing_of_a_page_or_a_file_below(string role, string region)
    {
        SettlementBatch batch = (await new SettlementService.SettlementServiceClient(await month.CallerAsync("auditor")).ListBatchesAsync(
            new ListBatchesRequest { Parent = Office.Parent, State = SettlementState.Closed }))
            .Batches.MaxBy(one => one.TotalAmount.Value)!;
        string id = Office.Last(batch.Name), provider = (await month.OfferedAsync("provider_clerk"))[0];
        using Surfer stranger = await Office.SurferAsync(month, role, region);
        foreach (string path in new[]
        {
            $"/finance/batches/{id}", $"/finance/batches/{id}/payments/1", $"/finance/batches/{id}/file", $"/finance/bank/{Office.Bank}",
            $"/finance/batches/prepare/{provider}", $"/finance/bank/{Office.Bank}/lines/6", $"/finance/bank/{Office.Bank}/import",
            $"/finance/exceptions/{Office.Bank}/6", $"/finance/payees/{provider}", "/finance/funds/lottery",
            $"/finance/programmes/{Office.Meals}", "/finance/close/2026-10", $"/finance/reports/provider?payment={id}/1",
            $"/finance/reports/provider.csv?payment={id}/1", "/finance/reports/month.csv?month=2026-10", "/journal/2356",
            "/journal/accounts/fund/lottery/available", "/journal/export?format=csv",
        })
        {
            // In their own words, and by the address of the foreign region.
            char more = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            foreach (string asked in new[] { path, $"{path}{more}region={PlayedServer.Tianyuan}" })
            {
                bool isOwn = region == PlayedServer.Lusong && asked == path;
                var answer = await stranger.FollowAsync(asked);
                if (!isOwn) Assert.True((int)answer.Status is 403 or 404, $"{asked} gives {role} {answer.Status}.");
                Assert.DoesNotContain("32,251.03", answer.Text, StringComparison.Ordinal);
                Assert.DoesNotContain("演示·综合养老服务中心", answer.Text, StringComparison.Ordinal);
                Assert.DoesNotContain("00002601000001", answer.Text, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>A long table, a column, and where its cells are.</summary>
    public static TheoryData<string, string, int> Tables => new()
    {
        { "/finance/batches", "sum", 5 },
        { "/finance/batches/{batch}", "sum", 8 },
        { "/finance/batches/{batch}/payments/1", "owed", 4 },
        { $"/finance/bank/{Office.Bank}", "amount", 2 },
        { "/finance/payees", "owed", 4 },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_long_table_is_sorted_by_its_address(string path, string column, int place)
    {
        SettlementBatch batch = (await new SettlementService.SettlementServiceClient(await month.CallerAsync("auditor")).ListBatchesAsync(
            new ListBatchesRequest { Parent = Office.Parent, State = SettlementState.Closed }))
            .Batches.MaxBy(one => one.TotalAmount.Value)!;
        path = path.Replace("{batch}", Office.Last(batch.Name), StringComparison.Ordinal);
        using Surfer auditor = await Office.SurferAsync(month, "auditor");
        string page = (await auditor.GetAsync(path)).Text;
        // Amounts begin with the largest one; the head of the column then turns the order around.
        string down = Head(page, column), sorted = (await auditor.GetAsync(down)).Text;
        Assert.EndsWith($"sort=-{column}", down, StringComparison.Ordinal);
        decimal[] falling = Cells(sorted, place);
        Assert.Equal(falling.OrderDescending(), falling);
        string up = Head(sorted, column);
        Assert.EndsWith($"sort={column}", up, StringComparison.Ordinal);
        decimal[] rising = Cells((await auditor.GetAsync(up)).Text, place);
        Assert.Equal(rising.Order(), rising);
        Assert.Equal(HttpStatusCode.OK, (await auditor.GetAsync($"{path}?sort=nonsense")).Status);
    }

    [Theory]
    [InlineData("/finance/batches/0123456789AB/file", 404, "没有文件")]
    [InlineData("/finance/reports/month.csv?month=nonsense", 400, "没有文件")]
    [InlineData("/journal/export?from=2026-12-31&to=2026-01-01", 400, "没有文件")]
    [InlineData("/receipts/430211/999999", 404, "没有文件")]
    [InlineData("/finance/batches/0123456789AB", 404, "核对号码")]
    public async Task What_can_not_be_read_says_so_and_speaks_of_no_form(string path, int status, string words)
    {
        using Surfer auditor = await Office.SurferAsync(month, "auditor");
        var answer = await auditor.GetAsync(path);
        Assert.Equal(status, (int)answer.Status);
        Assert.Contains(words, answer.Text, StringComparison.Ordinal);
        Assert.Contains("panel fault", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("表单", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("没有任何变动", answer.Text, StringComparison.Ordinal);
    }

    private async Task<Entry> EntryAsync(string name) =>
        await new LedgerService.LedgerServiceClient(await month.CallerAsync("auditor")).GetEntryAsync(new GetEntryRequest { Name = name });

    private static long[] Entries(string page) =>
        [.. Rows().Matches(page).Select(row => long.Parse(row.Groups["entry"].Value, System.Globalization.CultureInfo.InvariantCulture))];

    private static string Head(string page, string column)
    {
        Match head = Regex.Match(page, $"<a class=\"sort\" href=\"(?<path>[^\"]*sort=-?{column})\"");
        Assert.True(head.Success, $"The table has no head for {column}.");
        return WebUtility.HtmlDecode(head.Groups["path"].Value);
    }

    /// <summary>The amounts of a column of the page's first table that can be sorted.</summary>
    private static decimal[] Cells(string page, int place)
    {
        string table = page[page.IndexOf("class=\"sort\"", StringComparison.Ordinal)..];
        string body = table[..table.IndexOf("</tbody>", StringComparison.Ordinal)];
        return [.. body.Split("<tr>").Skip(1).Select(row => Cell().Matches(row)[place - 1].Groups["text"].Value)
            .Select(text => decimal.Parse(
                WebUtility.HtmlDecode(text).Replace('−', '-').Trim('+', '元', ' '), System.Globalization.CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex("<th scope=\"row\"><a href=\"/journal/(?<entry>[0-9]+)\"")]
    private static partial Regex Rows();

    [GeneratedRegex("<a href=\"(?<path>[^\"]+)\" rel=\"next\"")]
    private static partial Regex NextPage();

    [GeneratedRegex("<t[dh][^>]*>(?<text>.*?)</t[dh]>", RegexOptions.Singleline)]
    private static partial Regex Cell();

    [GeneratedRegex("<main.*</main>", RegexOptions.Singleline)]
    private static partial Regex Content();
}
