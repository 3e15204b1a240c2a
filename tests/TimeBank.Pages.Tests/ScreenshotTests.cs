using Grpc.Core;
using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>Takes the pictures of the README where the variable names a folder: <c>./timebank screenshots</c>.</summary>
[Collection(HalfMonth.Name)]
public sealed class ScreenshotsOfHalfAMonth(HalfMonth month)
{
    [Fact]
    public async Task Volunteers_elders_and_clerks()
    {
        string folder = Screenshots.Folder();
        CallInvoker auditor = await month.CallerAsync("auditor");
        Voucher[] vouchers = [.. (await new VoucherService.VoucherServiceClient(auditor).ListVouchersAsync(new ListVouchersRequest
        {
            Parent = $"regions/{PlayedServer.Tianyuan}", State = VoucherState.Active, PageSize = 1_000,
        })).Vouchers];
        string volunteer = (await month.OfferedAsync("volunteer"))[1];
        await Screenshots.TakeAsync(await month.SignInAsync("volunteer", volunteer), "/hours", folder, "volunteer-hours");
        await Screenshots.TakeAsync(
            await month.SignInAsync("volunteer", volunteer, width: 420, large: true), "/hours", folder, "volunteer-hours-large");
        string[] elders = await month.OfferedAsync("elder");
        Voucher voucher = vouchers.First(one => elders.Contains(one.Elder.Split('/')[^1]));
        IPage elder = await month.SignInAsync("elder", voucher.Elder.Split('/')[^1], large: true);
        await Screenshots.TakeAsync(elder, "/vouchers", folder, "elder-vouchers");
        foreach (string id in await month.OfferedAsync("provider_clerk"))
        {
            IPage clerk = await month.SignInAsync("provider_clerk", id);
            await clerk.GotoAsync($"/redeem?voucher={vouchers.First(one => one.Issued.Unit == "CNY").Name.Split('/')[^1]}");
            if (await clerk.Locator("#price").CountAsync() == 0) continue;
            await clerk.FillAsync("#price", "60");
            await clerk.Locator("main form button").First.ClickAsync();
            if (await clerk.Locator("main tfoot").CountAsync() == 0) continue;
            await Screenshots.TakeAsync(clerk, null, folder, "clerk-confirm");
            await Screenshots.TakeAsync(clerk, "/payments?month=2026-10", folder, "clerk-payments");
            break;
        }
        await Screenshots.TakeAsync(await month.SignInAsync("counter"), "/desk", folder, "counter-desk");
        string canteen = await Terminals.CanteenAsync(month);
        IPage phone = await Terminals.OpenAsync(month, canteen, locale: "zh-CN");
        await Terminals.EnrolAsync(month, phone, canteen);
        await phone.Context.SetOfflineAsync(true);
        await Terminals.TypeAsync(phone, (await Terminals.PaperAsync(month, (await Terminals.MealsAsync(month))[0])).Code);
        await phone.FillAsync("#price", "15.50");
        await phone.EvaluateAsync("scrollTo({ top: 0, behavior: 'instant' })");
        await Screenshots.TakeAsync(phone, null, folder, "clerk-terminal");
    }
}

/// <summary>The pictures that need the whole month.</summary>
[Collection(WholeMonth.Name)]
public sealed class ScreenshotsOfAMonth(WholeMonth month)
{
    [Fact]
    public async Task Finance_auditors_and_the_public()
    {
        string folder = Screenshots.Folder();
        IPage maker = await month.SignInAsync("finance_maker"), auditor = await month.SignInAsync("auditor");
        await Screenshots.TakeAsync(maker, "/finance", folder, "finance-desk");
        await Screenshots.TakeAsync(maker, "/finance/close/2026-10", folder, "finance-close");
        await Screenshots.TakeAsync(auditor, "/journal", folder, "auditor-journal");
        await Screenshots.TakeAsync(await month.VisitAsync(), "/statistics?region=430211&month=2026-10", folder, "public-statistics");
    }
}

internal static class Screenshots
{
    private const int Tallest = 1_600;

    /// <summary>The folder that the variable names; without it the test is left out.</summary>
    public static string Folder()
    {
        string? folder = Environment.GetEnvironmentVariable("TIMEBANK_SCREENSHOTS");
        Assert.SkipUnless(folder is { Length: > 0 }, "./timebank screenshots takes pictures.");
        Directory.CreateDirectory(folder!);
        return folder!;
    }

    /// <summary>Takes a picture of a page, or of the one that is open.</summary>
    public static async Task TakeAsync(IPage page, string? path, string folder, string name)
    {
        if (path is not null) Assert.Equal(200, (await page.GotoAsync(path))!.Status);
        int width = page.ViewportSize!.Width, height = await page.EvaluateAsync<int>("document.documentElement.scrollHeight");
        await page.SetViewportSizeAsync(width, Math.Min(height, Tallest));
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
    }
}
