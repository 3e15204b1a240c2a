using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using QRCoder;
using TimeBank.Proofs;
using TimeBank.V1;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TimeBank.Pages.Tests;

/// <summary>A clerk's phone as a terminal: from the code of its enrolment to what the server paid.</summary>
[Collection(HalfMonth.Name)]
public sealed class TerminalRoadTests(HalfMonth month)
{
    private const string Parent = Office.Parent;

    private static readonly AxeRunOptions ViolationsAlone = new() { ResultTypes = [ResultType.Violations] };

    [Fact]
    public async Task A_voucher_is_accepted_without_a_network_and_paid_once()
    {
        string provider = await Terminals.CanteenAsync(month);
        Voucher[] vouchers = await Terminals.MealsAsync(month);
        PrintableVoucher paper = await Terminals.PaperAsync(month, vouchers[0]), voided = await Terminals.PaperAsync(month, vouchers[1]);
        long meals = paper.OfflineAmount.Value;
        HashSet<string> before = [.. (await RedeemedAsync(vouchers[0])).Select(one => one.Name)];
        IPage page = await Terminals.OpenAsync(month, provider, locale: "zh-CN");
        await Terminals.EnrolAsync(month, page, provider);
        await Expect(page.Locator("[data-kept]")).ToContainTextAsync("本页能打开");
        await ReadableAsync(page);

        await page.Context.SetOfflineAsync(true);
        await page.ReloadAsync();
        char last = paper.Code[^20];
        await Terminals.TypeAsync(page, paper.Code[..^20] + (last == 'A' ? 'B' : 'A') + paper.Code[^19..]);
        await Expect(page.Locator(".panel.fault")).ToContainTextAsync(VoucherWords.Of(VoucherCodeStatus.BadSignature).Chinese);
        await Terminals.AcceptAsync(page, paper.Code, meals);
        await Expect(page.Locator(".panel.good [data-here]")).ToContainTextAsync("已受理第 1 号");
        await Expect(page.Locator(".panel.good [data-elder]")).ToHaveTextAsync("0.00元");
        await ReadableAsync(page);
        IBrowserContext phone = page.Context;
        await page.CloseAsync();

        // Closed and opened again, still without a network: it is there, and the code is used up at this terminal.
        page = await phone.NewPageAsync();
        await page.GotoAsync("/terminal");
        await Expect(page.Locator("[data-counter='1']")).ToContainTextAsync("未上传");
        await Terminals.TypeAsync(page, paper.Code);
        await page.FillAsync("#price", "11");
        await page.Locator("main form button").First.ClickAsync();
        await Expect(page.Locator(".panel.fault")).ToContainTextAsync("已用完");
        await page.Locator("main form button[type=button]").ClickAsync();
        await Expect(page.Locator("#voucher")).ToBeFocusedAsync();
        // The network comes back, and fails once more before the answer is here.
        await phone.SetOfflineAsync(false);
        await page.RouteAsync(
            "**/terminal/calls/submit",
            async route =>
            {
                await route.FetchAsync();
                await route.AbortAsync();
            },
            new() { Times = 1 });
        await page.Locator("[data-sync]").ClickAsync();
        await Expect(page.Locator("[data-said][role=alert]")).ToContainTextAsync("连不上服务器");
        await Terminals.SyncAsync(page);
        await Expect(page.Locator("[data-counter='1']")).ToContainTextAsync("已付");
        Redemption paid = Assert.Single(await RedeemedAsync(vouchers[0], before));
        Assert.Equal(provider, paid.Provider);

        // Another terminal took the same money: one is paid, and the other one is told.
        IPage other = await Terminals.OpenAsync(month, provider, locale: "en");
        await Terminals.EnrolAsync(month, other, provider);
        await other.Locator("main input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "voucher.png", MimeType = "image/png", Buffer = Picture(paper.Code),
        });
        await Terminals.PriceAsync(other, meals);
        await Expect(other.Locator(".panel.good [data-here]")).ToContainTextAsync("Accepted as number 1");
        await new VoucherService.VoucherServiceClient(await month.CallerAsync("finance_maker")).VoidVoucherAsync(
            new VoidVoucherRequest { RequestId = Office.Id(), Voucher = vouchers[1].Name, Memo = "lost" });
        await Terminals.SyncAsync(other);
        await Expect(other.Locator("[data-counter='1'] .state-bad")).ToHaveTextAsync("exception");
        await Expect(other.Locator(".panel.warn[data-said]")).ToContainTextAsync("is borne by the provider");
        Assert.Equal(paid, Assert.Single(await RedeemedAsync(vouchers[0], before)));
        await ReadableAsync(other);
        await Terminals.TypeAsync(other, voided.Code);
        await Expect(other.Locator(".panel.fault")).ToContainTextAsync("The voucher was voided.");

        // Nothing waits any more, and sending it again would change nothing.
        await Terminals.SyncAsync(page);
        Assert.Single(await RedeemedAsync(vouchers[0], before));
        await phone.CloseAsync();
        await other.Context.CloseAsync();
    }

    [Fact]
    public async Task A_terminal_is_invited_by_a_clerk_and_approved_by_whom_the_fingerprint_is_read_to()
    {
        string provider = await Terminals.CanteenAsync(month);
        IPage clerk = await month.SignInAsync("provider_clerk", Office.Last(provider), width: 390),
            phone = await clerk.Context.NewPageAsync(), counter = await month.SignInAsync("counter", width: 390);
        await clerk.GotoAsync("/terminals");
        await ReadableAsync(clerk);
        await clerk.Locator("main a[href='/terminals/new']").ClickAsync();
        await ReadableAsync(clerk);
        await clerk.GetByRole(AriaRole.Button, new() { Name = "领取登记码", Exact = true }).ClickAsync();
        string id = await clerk.Locator("[data-device]").InnerTextAsync(), code = await clerk.Locator("[data-code]").InnerTextAsync();
        await ReadableAsync(clerk);
        await phone.GotoAsync("/terminal");
        await Expect(phone.Locator("main")).ToContainTextAsync("/terminals");
        await phone.FillAsync("#id", id);
        await phone.FillAsync("#code", code);
        await phone.FillAsync("#name", "后厨二号机");
        await phone.Locator("main form button").First.ClickAsync();
        string fingerprint = await phone.Locator("[data-fingerprint]").InnerTextAsync();

        await counter.GotoAsync("/desk/terminals");
        await ReadableAsync(counter);
        await counter.Locator($"main a[href='/desk/terminals/{id}']").ClickAsync();
        await Expect(counter.Locator("main")).Not.ToContainTextAsync(fingerprint);
        await ReadableAsync(counter);
        await counter.FillAsync("#fingerprint", fingerprint[..^1] + (fingerprint[^1] == 'a' ? 'b' : 'a'));
        await counter.GetByRole(AriaRole.Button, new() { Name = "核对", Exact = true }).ClickAsync();
        await Expect(counter.Locator(".panel.fault")).ToContainTextAsync("不能批准");
        await ReadableAsync(counter);
        await counter.GetByRole(AriaRole.Link, new() { Name = "再核对一次" }).ClickAsync();
        // Typed as it was heard: capitals, and no hyphens.
        await counter.FillAsync("#fingerprint", fingerprint.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant());
        await counter.GetByRole(AriaRole.Button, new() { Name = "核对", Exact = true }).ClickAsync();
        await ReadableAsync(counter);
        await counter.GetByRole(AriaRole.Button, new() { Name = "批准这台终端" }).ClickAsync();
        await Expect(counter.Locator("dl.facts .state-good")).ToBeVisibleAsync();
        await Terminals.SyncAsync(phone);
        await Expect(phone.Locator("#voucher")).ToBeVisibleAsync();

        // Revoked in two steps, with a reason.
        await counter.Locator("details summary").ClickAsync();
        await counter.FillAsync("#note", "换新机");
        await counter.GetByRole(AriaRole.Button, new() { Name = "下一步" }).ClickAsync();
        await ReadableAsync(counter);
        await counter.GetByRole(AriaRole.Button, new() { Name = "停用这台终端" }).ClickAsync();
        await Expect(counter.Locator("dl.facts .state-bad")).ToBeVisibleAsync();
        await Expect(counter.Locator("dl.facts")).ToContainTextAsync("换新机");
        await clerk.Context.CloseAsync();
        await counter.Context.CloseAsync();
    }

    [Fact]
    public async Task The_code_on_an_elder_s_screen_is_the_signed_one()
    {
        Voucher voucher = (await Terminals.MealsAsync(month))[1];
        PrintableVoucher paper = await Terminals.PaperAsync(month, voucher);
        IPage counter = await month.SignInAsync("counter");

        await counter.GotoAsync($"/vouchers/{Office.Last(voucher.Name)}?for={voucher.Elder}");
        string shown = (await counter.Locator("img.qr").GetAttributeAsync("src"))!;

        Assert.Equal(Shell.QrPicture.Of(paper.Code, QRCodeGenerator.ECCLevel.Q), shown);
        await counter.Context.CloseAsync();
    }

    [Fact]
    public async Task Whoever_answers_for_an_elder_can_read_the_question()
    {
        string provider = await Terminals.CanteenAsync(month);
        Voucher voucher = (await Terminals.MealsAsync(month))[0];
        Confirmation asked = await new HolderService.HolderServiceClient(await month.CallerAsync("provider_clerk", provider))
            .RequestConfirmationAsync(new RequestConfirmationRequest
            {
                RequestId = Office.Id(), Elder = voucher.Elder, Provider = provider, Items = { "meal-canteen" },
                UpTo = new Amount { Value = 6_000, Unit = "CNY" },
            });
        foreach ((string locale, bool isLarge) in new[] { ("zh-CN", true), ("en-US", false) })
        {
            IPage counter = await month.SignInAsync("counter", locale: locale, width: 320, large: isLarge);
            await counter.GotoAsync($"/confirmations/{Office.Last(asked.Name)}");
            await Expect(counter.Locator("#agreed")).ToBeVisibleAsync();
            await ReadableAsync(counter);
            await counter.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task What_a_terminal_calls_is_for_those_whom_the_contract_lets_and_from_our_own_page()
    {
        const string ask = "async ([path, type, body, sendsToken]) => {"
            + " const { token } = await (await fetch('/terminal/calls/session')).json();"
            + " const headers = { 'Content-Type': type, ...(sendsToken ? { RequestVerificationToken: token } : {}) };"
            + " return (await fetch(`/terminal/calls/${path}`, body === null ? {} : { method: 'POST', headers, body })).status; }";
        const string json = "application/json";
        string device = $"{Parent}/devices/0123456789AB";
        string good = $"{{\"requestId\": \"{Office.Id()}\", \"device\": \"{device}\", \"receipts\": [\"AAAA\"]}}";
        IPage clerk = await month.SignInAsync("provider_clerk"), elder = await month.SignInAsync("elder");
        IPage nobody = await month.VisitAsync();
        (IPage Page, object?[] Call, int Status)[] calls =
        [
            (clerk, ["submit", json, good, true], 404), (clerk, ["submit", json, good, false], 400),
            (clerk, ["enrol", json, good, false], 400), (clerk, ["submit", "text/plain", good, true], 400),
            (clerk, ["submit", json, "{\"unknown\": 1}", true], 400), (clerk, ["submit", json, "[", true], 400),
            (clerk, ["submit", json, new string(' ', 200_000) + good, true], 413),
            (clerk, [$"state?device={device}", json, null, false], 404), (clerk, ["state", json, null, false], 400),
            (elder, ["submit", json, good, true], 403), (elder, [$"state?device={device}", json, null, false], 403),
            (nobody, ["submit", json, good, true], 401), (nobody, [$"state?device={device}", json, null, false], 401),
        ];
        foreach (IPage page in new[] { clerk, elder, nobody }) await page.GotoAsync("/terminal");
        foreach ((IPage page, object?[] call, int status) in calls)
        {
            int answer = await page.EvaluateAsync<int>(ask, call);
            Assert.True(answer == status, $"{call[0]} of {call[2]} gives {answer}.");
        }
        foreach (IPage page in new[] { clerk, elder, nobody }) await page.Context.CloseAsync();
    }

    private async Task<IEnumerable<Redemption>> RedeemedAsync(Voucher voucher, HashSet<string>? before = null) =>
        (await new ProviderService.ProviderServiceClient(await month.CallerAsync("auditor")).ListRedemptionsAsync(
            new ListRedemptionsRequest { Parent = Parent, Voucher = voucher.Name, PageSize = 100 })).Redemptions
        .Where(one => before is null || !before.Contains(one.Name));

    private static async Task ReadableAsync(IPage page)
    {
        AxeResult found = await page.RunAxe(ViolationsAlone);
        Assert.True(found.Violations.Length == 0, string.Join("; ", found.Violations.Select(violation =>
            $"{violation.Id} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}")));
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
    }

    private static byte[] Picture(string code)
    {
        using QRCodeData data = QRCodeGenerator.GenerateQrCode(code, QRCodeGenerator.ECCLevel.Q);
        using var picture = new PngByteQRCode(data);
        return picture.GetGraphic(5);
    }
}

/// <summary>What roads with terminals share: the canteen, the papers, and what a clerk does on the page.</summary>
internal static class Terminals
{
    private const string Parent = Office.Parent;

    private const long MealFen = 1_100;

    /// <summary>A canteen that may give meals.</summary>
    public static async Task<string> CanteenAsync(PlayedServer month) =>
        (await new ProviderService.ProviderServiceClient(await month.CallerAsync("auditor")).ListProvidersAsync(
            new ListProvidersRequest { Parent = Parent, ServiceType = ServiceType.Meal, PageSize = 100 })).Providers
        .First(one => one.Standing == Standing.Good).Name;

    /// <summary>Two vouchers with the most meals left, so that other tests' ones are left alone.</summary>
    public static async Task<Voucher[]> MealsAsync(PlayedServer month) =>
        [.. (await new VoucherService.VoucherServiceClient(await month.CallerAsync("auditor")).ListVouchersAsync(
            new ListVouchersRequest
            {
                Parent = Parent, Programme = $"{Parent}/programmes/{Office.Meals}", State = VoucherState.Active, PageSize = 1_000,
            })).Vouchers.OrderByDescending(one => one.Remaining.Value).Take(2)];

    public static async Task<PrintableVoucher> PaperAsync(PlayedServer month, Voucher voucher) =>
        await new VoucherService.VoucherServiceClient(await month.CallerAsync("counter")).GetPrintableVoucherAsync(
            new GetPrintableVoucherRequest { Name = voucher.Name, OnBehalfOf = voucher.Elder });

    /// <summary>A clerk's phone.</summary>
    public static async Task<IPage> OpenAsync(PlayedServer month, string provider, string locale)
    {
        IPage page = await month.SignInAsync("provider_clerk", Office.Last(provider), locale: locale, width: 390);
        await page.GotoAsync("/terminal");
        return page;
    }

    /// <summary>Enrols the phone; somebody else approves what it shows.</summary>
    public static async Task EnrolAsync(PlayedServer month, IPage page, string provider)
    {
        StartDeviceEnrolmentResponse invited = await new ProviderService.ProviderServiceClient(
            await month.CallerAsync("provider_clerk", provider)).StartDeviceEnrolmentAsync(
            new StartDeviceEnrolmentRequest { RequestId = Office.Id(), Provider = provider });
        await page.FillAsync("#id", Office.Last(invited.Device.Name));
        await page.FillAsync("#code", invited.Code);
        await page.FillAsync("#name", "前台一号机");
        await page.Locator("main form button").First.ClickAsync();
        string fingerprint = await page.Locator("[data-fingerprint]").InnerTextAsync();
        await new ProviderService.ProviderServiceClient(await month.CallerAsync("counter")).ApproveDeviceAsync(
            new ApproveDeviceRequest { RequestId = Office.Id(), Device = invited.Device.Name, Fingerprint = fingerprint });
        await SyncAsync(page);
        await Expect(page.Locator("#voucher")).ToBeVisibleAsync();
    }

    public static async Task SyncAsync(IPage page)
    {
        await page.Locator("[data-sync]").ClickAsync();
        await Expect(page.Locator("[data-sync]:not([aria-busy])")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-said][role=status]")).ToBeVisibleAsync();
    }

    /// <summary>Enters a code as a scanner does: with Enter at its end.</summary>
    public static async Task TypeAsync(IPage page, string code)
    {
        await page.FillAsync("#voucher", code);
        await page.PressAsync("#voucher", "Enter");
    }

    public static async Task AcceptAsync(IPage page, string code, long meals)
    {
        await TypeAsync(page, code);
        await PriceAsync(page, meals);
    }

    /// <summary>So many meals of the canteen, at a price that the voucher pays whole.</summary>
    public static async Task PriceAsync(IPage page, long meals)
    {
        await page.Locator($"input[name=item][value=meal-canteen]").CheckAsync();
        await page.FillAsync("#quantity", $"{meals}");
        await page.FillAsync("#price", $"{meals * MealFen / 100}.{meals * MealFen % 100:D2}");
        await page.Locator("main form button").First.ClickAsync();
        // The sum is there before it is agreed to.
        await Expect(page.Locator("form [data-elder]")).ToBeVisibleAsync();
        await page.Locator("main form button").First.ClickAsync();
    }
}
