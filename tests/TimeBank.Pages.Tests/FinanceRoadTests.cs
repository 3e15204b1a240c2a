using System.Net;
using System.Text;
using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TimeBank.Pages.Tests;

/// <summary>The finance office's roads to the bank: a batch that is paid, and a statement that is held against the books.</summary>
[Collection(WholeMonth.Name)]
public sealed class FinanceRoadTests(WholeMonth month)
{
    private const string Import = $"/finance/bank/{Office.Bank}/import";

    [Fact]
    public async Task A_batch_goes_from_the_desk_to_the_banks_file_by_two_persons()
    {
        (string provider, _) = await Office.OweAsync(month, 0);
        IPage maker = await month.SignInAsync("finance_maker"), checker = await month.SignInAsync("finance_checker");
        await maker.GotoAsync("/finance");
        await maker.Locator("nav.ways a[href='/finance/batches']").ClickAsync();
        await maker.Locator("main a[href='/finance/batches/prepare']").ClickAsync();
        await maker.SelectOptionAsync("#provider", Office.Last(provider));
        await maker.Locator("main form[method=get] button").ClickAsync();
        // What it is made of, before it is made.
        await maker.Locator($"main tbody a[href='/finance/batches/prepare/{Office.Last(provider)}']").ClickAsync();
        await Expect(maker.Locator("main tfoot td").First).ToHaveTextAsync("22.00");
        await maker.GoBackAsync();
        await maker.GetByRole(AriaRole.Button, new() { Name = "编制批次" }).ClickAsync();
        await Expect(maker.Locator(".panel.good")).ToBeVisibleAsync();
        string path = new Uri(maker.Url).AbsolutePath;
        await maker.Locator("main tbody a").First.ClickAsync();
        await Expect(maker.Locator("main tfoot td").First).ToHaveTextAsync("22.00");
        await maker.GotoAsync(path);
        await maker.GetByRole(AriaRole.Button, new() { Name = "提交批准" }).ClickAsync();
        await Expect(maker.Locator("main")).ToContainTextAsync("等财务复核人批准");
        Assert.Equal(SettlementState.Submitted, (await BatchAsync(path)).State);

        // The one who made it has no such button, and the form of another page doesn't help.
        using Surfer same = await Office.SurferAsync(month, "finance_maker");
        Dictionary<string, string> forged = Surfer.Hidden((await same.GetAsync(path)).Text, "withdraw");
        forged["_handler"] = "approve";
        Assert.Equal(HttpStatusCode.Forbidden, (await same.PostAsync(path, forged)).Status);
        Assert.Equal(SettlementState.Submitted, (await BatchAsync(path)).State);

        // The other one says who she is once more, and comes back to the batch.
        await checker.GotoAsync($"/sign-in?again=true&back={path}");
        await checker.Locator($"button[value^='finance_checker|{PlayedServer.Tianyuan}|']").First.ClickAsync();
        await checker.GetByRole(AriaRole.Button, new() { Name = "批准", Exact = true }).ClickAsync();
        await Expect(checker.Locator(".panel.good")).ToBeVisibleAsync();

        await maker.GotoAsync(path);
        await maker.GetByRole(AriaRole.Button, new() { Name = "生成文件" }).ClickAsync();
        IDownload file = await maker.RunAndWaitForDownloadAsync(() => maker.Locator("main a[download]").ClickAsync());
        string pain = await File.ReadAllTextAsync(await file.PathAsync());
        Assert.EndsWith(".xml", file.SuggestedFilename, StringComparison.Ordinal);
        Assert.Contains("<CtrlSum>22.00</CtrlSum>", pain, StringComparison.Ordinal);
        await maker.Context.CloseAsync();
        await checker.Context.CloseAsync();
    }

    [Fact]
    public async Task Forms_of_a_batch_that_are_sent_twice_are_one_effect_and_a_sheet_needs_its_layout()
    {
        (string provider, _) = await Office.OweAsync(month, 2);
        using Surfer maker = await Office.SurferAsync(month, "finance_maker"), checker = await Office.SurferAsync(month, "finance_checker");
        string prepare = $"/finance/batches/prepare?provider={Office.Last(provider)}";
        Dictionary<string, string> form = Surfer.Hidden((await maker.GetAsync(prepare)).Text, "prepare");
        string path = (await maker.PostAsync(prepare, form)).Answer.Headers.Location!.AbsolutePath;
        Assert.Equal(path, (await maker.PostAsync(prepare, form)).Answer.Headers.Location!.AbsolutePath);
        await maker.DoAsync(path, "submit");
        form = Surfer.Hidden((await checker.GetAsync(path)).Text, "approve");
        await checker.PostAsync(path, form);
        string approved = (await BatchAsync(path)).ApprovedEntry;
        Assert.Equal(HttpStatusCode.Redirect, (await checker.PostAsync(path, form)).Status);
        Assert.Equal(approved, (await BatchAsync(path)).ApprovedEntry);

        (string, string)[] sheet = [("Account", Office.Bank), ("Choice", "SheetXlsx"), ("Day", "2026-11-30")];
        var refused = await maker.SendAsync(path, "export", sheet);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("文件格式", FaultOf(refused.Text), StringComparison.Ordinal);
        Assert.Contains("batch-transfer", FaultOf(refused.Text), StringComparison.Ordinal);
        Assert.Equal(SettlementState.Approved, (await BatchAsync(path)).State);
        foreach ((string format, string ending, byte[] begins) in new[]
        {
            ("SheetXlsx", ".xlsx", "PK"u8.ToArray()), ("SheetCsv", ".csv", Encoding.UTF8.GetPreamble()),
        })
        {
            await maker.DoAsync(
                path, "export", ("Account", Office.Bank), ("Choice", format), ("Code", "batch-transfer"), ("Day", "2026-11-30"));
            HttpResponseMessage file = (await maker.GetAsync($"{path}/file")).Answer;
            Assert.EndsWith(ending, file.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
            byte[] bytes = await file.Content.ReadAsByteArrayAsync();
            Assert.Equal(begins, bytes[..begins.Length]);
            Assert.Equal(bytes, await (await maker.GetAsync($"{path}/file")).Answer.Content.ReadAsByteArrayAsync());
            // It was never sent: two persons take it back, and another one can be made.
            await maker.DoAsync(path, "withdraw-file", ("Note", "格式不对"));
            await checker.DoAsync(path, "confirm-file");
            Assert.Equal(HttpStatusCode.NotFound, (await maker.GetAsync($"{path}/file")).Status);
        }
    }

    [Fact]
    public async Task A_statement_is_matched_and_two_persons_settle_what_nothing_explains()
    {
        using Surfer surfer = await Office.SurferAsync(month, "finance_maker");
        await surfer.DoAsync("/finance/funds/fiscal", "receive",
            ("Amount", "321.09"), ("Day", "2026-11-24"), ("Account", Office.Bank), ("Note", "ROAD-RECEIPT"));
        byte[] statement = await Office.StatementAsync(month, "2026-11-21", "2026-11-24",
            (32_109, "ROAD-1", "拨款"), (777, "ROAD-2", "&lt;b&gt;来款"), (-300, "ROAD-3", "手续费"));
        IPage maker = await month.SignInAsync("finance_maker"), checker = await month.SignInAsync("finance_checker");
        await maker.GotoAsync("/finance");
        await maker.Locator("nav.ways a[href='/finance/bank']").ClickAsync();
        await maker.Locator($"main a[href='/finance/bank/{Office.Bank}']").ClickAsync();
        await maker.Locator($"main a[href='{Import}']").ClickAsync();
        var file = new FilePayload { Name = "camt053.xml", MimeType = "text/xml", Buffer = statement };
        await maker.SetInputFilesAsync("#file", file);
        await maker.GetByRole(AriaRole.Button, new() { Name = "只检查" }).ClickAsync();
        await Expect(maker.Locator(".panel.good")).ToContainTextAsync("3 条明细");
        await maker.SetInputFilesAsync("#file", file);
        await maker.GetByRole(AriaRole.Button, new() { Name = "导入", Exact = true }).ClickAsync();
        await Expect(maker.Locator(".panel.good")).ToContainTextAsync("新明细 3 条");
        await Expect(maker.Locator("main tbody").First).ToContainTextAsync("<b>来款");
        await maker.GetByRole(AriaRole.Button, new() { Name = "自动匹配" }).ClickAsync();
        await Expect(maker.Locator(".panel.good")).ToContainTextAsync("未达明细");

        // Amount and day alone are no proof: a person confirms what the run suggests.
        await maker.GetByRole(AriaRole.Link, new() { Name = "看未达账项" }).ClickAsync();
        await OpenAsync(maker, "+321.09");
        await maker.GetByRole(AriaRole.Button, new() { Name = "是同一笔" }).ClickAsync();
        await Expect(maker.Locator(".panel.good")).ToBeVisibleAsync();

        await maker.GotoAsync($"/finance/exceptions?account={Office.Bank}");
        await OpenAsync(maker, "+7.77");
        await maker.Locator("summary", new() { HasText = "指定负责人" }).ClickAsync();
        await maker.FillAsync("#assign-Subject", "王五");
        await maker.GetByRole(AriaRole.Button, new() { Name = "指定", Exact = true }).ClickAsync();
        await Expect(maker.Locator("main")).ToContainTextAsync("王五");
        await maker.Locator("summary", new() { HasText = "提出处理" }).ClickAsync();
        await maker.SelectOptionAsync("#propose-Choice", nameof(ResolutionKind.Suspense));
        await maker.FillAsync("#propose-Note", "来款人待查");
        await maker.GetByRole(AriaRole.Button, new() { Name = "提出", Exact = true }).ClickAsync();
        await Expect(maker.Locator("main")).ToContainTextAsync("须由另一个财务复核人批准");
        await Expect(maker.GetByRole(AriaRole.Button, new() { Name = "批准并记账" })).ToHaveCountAsync(0);
        await checker.GotoAsync(maker.Url);
        await checker.GetByRole(AriaRole.Button, new() { Name = "批准并记账" }).ClickAsync();
        await Expect(checker.Locator(".state-good").First).ToBeVisibleAsync();
        await checker.GotoAsync($"/finance/exceptions?account={Office.Bank}&sort=-amount");
        await Expect(checker.Locator("main")).Not.ToContainTextAsync("+7.77");
        // It is settled with the bank, and still waits for somebody who knows what it is.
        await maker.GotoAsync("/finance");
        // 88.88 stood there already.
        await Expect(maker.Locator("main tr", new() { HasText = "待查款项" })).ToContainTextAsync("96.65元");

        // The same file again changes nothing.
        await maker.GotoAsync(Import);
        await maker.SetInputFilesAsync("#file", file);
        await maker.GetByRole(AriaRole.Button, new() { Name = "导入", Exact = true }).ClickAsync();
        await Expect(maker.Locator(".panel.good")).ToContainTextAsync("以前已导入");
        await maker.Context.CloseAsync();
        await checker.Context.CloseAsync();
    }

    [Theory]
    [InlineData("picture.png", "picture", "", "文件须以")]
    [InlineData("picture.csv", "picture", "", "按“camt053”读")]
    [InlineData("empty.csv", "", "", "不能是空的")]
    [InlineData("large.csv", "large", "", "不超过 64 MB")]
    [InlineData("other.csv", "交易时间,收入,支出,余额\r\n2026-11-21,5.00,,5.00\r\n", "icbc-debit", "交易日期")]
    [InlineData("other.csv", "交易时间,收入\r\n", "no-such-bank", "文件格式")]
    public async Task A_wrong_file_is_refused_by_field_and_rule(string name, string content, string profile, string words)
    {
        byte[] file = content switch
        {
            "picture" => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
            // Made here: as data of the test it would be copied into each of the runner's messages.
            "large" => new byte[(64 << 20) + 1],
            _ => Encoding.UTF8.GetBytes(content),
        };
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        int before = (await Office.StatementsAsync(month)).Length;
        Dictionary<string, string> form = Surfer.Hidden((await maker.GetAsync(Import)).Text, "import");
        form["Sent.Code"] = profile;
        var answer = await maker.PostFileAsync(Import, form, "Sent.File", name, file);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(words, FaultOf(answer.Text), StringComparison.Ordinal);
        Assert.Contains("文件", FaultOf(answer.Text), StringComparison.Ordinal);
        Assert.Equal(before, (await Office.StatementsAsync(month)).Length);
    }

    private static async Task OpenAsync(IPage page, string amount) =>
        await page.Locator("main tbody tr", new() { HasText = amount }).Locator("a[href*='/exceptions/']").ClickAsync();

    private static string FaultOf(string page)
    {
        int at = page.IndexOf("panel fault", StringComparison.Ordinal);
        Assert.True(at >= 0, page);
        return page[at..page.IndexOf("</div>", at, StringComparison.Ordinal)];
    }

    private async Task<SettlementBatch> BatchAsync(string path) =>
        await new SettlementService.SettlementServiceClient(await month.CallerAsync("auditor")).GetBatchAsync(
            new GetBatchRequest { Name = $"{Office.Parent}/settlements/{Office.Last(path)}" });
}
