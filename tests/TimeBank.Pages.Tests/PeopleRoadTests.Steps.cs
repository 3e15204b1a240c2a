using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <content>What the roads are made of: persons who sign in, forms that are sent, an order that was served.</content>
public sealed partial class PeopleRoadTests
{
    private static Task PressAsync(IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    /// <summary>Sends a form that a page shows, as it is.</summary>
    private static async Task PressAsync(Surfer surfer, string path, string handler) =>
        await DoneAsync(surfer, path, Surfer.Hidden((await surfer.FollowAsync(path)).Text, handler));

    /// <returns>Where the answer leads: only what was done leads on.</returns>
    private static async Task<string> DoneAsync(Surfer surfer, string path, Dictionary<string, string> form)
    {
        var answer = await surfer.PostAsync(path, form);
        Assert.True(answer.Status is HttpStatusCode.Redirect or HttpStatusCode.SeeOther, $"{path}: {answer.Status} {answer.Text}");
        return new Uri(new Uri(surfer.Address), answer.Answer.Headers.Location!).PathAndQuery;
    }

    /// <summary>The page says why it was not done, and is no page of success.</summary>
    private static Task ToldAsync((HttpStatusCode Status, string Text, HttpResponseMessage Answer) answer, string reason, string words)
    {
        Assert.InRange((int)answer.Status, 400, 409);
        Assert.Contains($"data-reason=\"{reason}\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains(words, WebUtility.HtmlDecode(answer.Text), StringComparison.Ordinal);
        return Task.CompletedTask;
    }

    private async Task<string> PersonAsync(string role, int which) => (await days.OfferedAsync(role))[which];

    /// <summary>An elder of the sign-in's who has these minutes to use.</summary>
    private async Task<string> ElderAsync(long minutes)
    {
        var hours = new VolunteerService.VolunteerServiceClient(await days.CallerAsync("auditor"));
        foreach (string id in await days.OfferedAsync("elder"))
        {
            Hours has = await hours.GetHoursAsync(new GetHoursRequest { Person = $"{Parent}/elders/{id}" });
            if (has.Available.Value >= minutes) return id;
        }
        throw new InvalidOperationException("No elder of the first day has hours left.");
    }

    private async Task<Surfer> InAsync(string role, string? party = null)
    {
        var surfer = new Surfer(days.Address);
        await surfer.SignInAsync(role, party);
        return surfer;
    }

    private static Dictionary<string, string> Filled(Dictionary<string, string> ask, DateTimeOffset day) => new(ask)
    {
        ["Sent.Item"] = "companionship", ["Sent.Day"] = $"{day:yyyy-MM-dd}", ["Sent.Time"] = "09:00", ["Sent.Minutes"] = "60",
    };

    /// <returns>The id of an order for 09:00.</returns>
    private static async Task<string> AskAsync(Surfer surfer, string path, DateTimeOffset day)
    {
        string asked = await DoneAsync(surfer, path, Filled(Surfer.Hidden((await surfer.FollowAsync(path)).Text, "ask"), day));
        return asked.Split('?')[0].Split('/')[^1];
    }

    /// <summary>An elder and a volunteer of the sign-in's, and an order of an hour that was served.</summary>
    private async Task<(Surfer Elder, Surfer Volunteer, string Order)> ServedAsync(DateTimeOffset today, int which)
    {
        Surfer elder = await InAsync("elder", await ElderAsync(60));
        Surfer volunteer = await InAsync("volunteer", await PersonAsync("volunteer", which));
        string order = await AskAsync(elder, "/orders/new", today);
        await PressAsync(volunteer, $"/services/{order}", "accept");
        await days.MoveAsync(TimeSpan.FromHours(1));
        await PressAsync(volunteer, $"/services/{order}", "check-in");
        await days.MoveAsync(TimeSpan.FromMinutes(60));
        await PressAsync(volunteer, $"/services/{order}", "check-out");
        return (elder, volunteer, order);
    }

    private async Task<ServiceOrder> OrderAsync(string id) => await new ServiceOrderService.ServiceOrderServiceClient(
        await days.CallerAsync("auditor")).GetOrderAsync(new GetOrderRequest { Name = $"{Parent}/orders/{id}" });

    private async Task<Entry> EntryAsync(string name) => await new LedgerService.LedgerServiceClient(
        await days.CallerAsync("auditor")).GetEntryAsync(new GetEntryRequest { Name = name });

    /// <summary>A clerk who typed a voucher's number as people write it, and the page that asks to confirm a service of a day.</summary>
    private async Task<(Surfer Clerk, string Confirm)> ConfirmPageAsync(DateTimeOffset day)
    {
        var auditor = await days.CallerAsync("auditor");
        ListVouchersResponse vouchers = await new VoucherService.VoucherServiceClient(auditor).ListVouchersAsync(
            new ListVouchersRequest { Parent = Parent, State = VoucherState.Active, PageSize = 1_000 });
        foreach (string id in await days.OfferedAsync("provider_clerk"))
        {
            Provider provider = await new ProviderService.ProviderServiceClient(auditor).GetProviderAsync(
                new GetProviderRequest { Name = $"{Parent}/providers/{id}" });
            Voucher? good = vouchers.Vouchers.FirstOrDefault(voucher => voucher.Issued.Unit == "CNY" && voucher.Remaining.Value > 10_000
                && voucher.ServiceTypes.Intersect(provider.ServiceTypes).Any());
            if (provider.Standing != Standing.Good || good is null) continue;
            Surfer clerk = await InAsync("provider_clerk", id);
            string page = (await clerk.GetAsync($"/redeem?voucher={Typed(good.Name.Split('/')[^1])}")).Text;
            Assert.Contains(good.Name.Split('/')[^1], page, StringComparison.Ordinal);
            string item = Item().Match(page).Groups["id"].Value;
            return (clerk, $"/redeem/confirm?voucher={good.Name.Split('/')[^1]}&item={item}&quantity=1&price=10&insurance=0&place=1"
                + $"&date={day:yyyy-MM-dd}&memo=");
        }
        throw new InvalidOperationException("No voucher of the first day can be redeemed.");
    }

    /// <summary>A number with O for 0 and l for 1, in groups of four, as people type it.</summary>
    private static string Typed(string id) => Uri.EscapeDataString(
        string.Join(' ', id.Chunk(4).Select(group => new string(group))).Replace('0', 'O').Replace('1', 'l'));

    private async Task<string> NameOfElderAsync(string id) => (await new ElderService.ElderServiceClient(await days.CallerAsync("counter"))
        .GetElderAsync(new GetElderRequest { Name = $"{Parent}/elders/{id}" })).DisplayName;

    [GeneratedRegex("name=\"item\" value=\"(?<id>[^\"]+)\"")]
    private static partial Regex Item();
}
