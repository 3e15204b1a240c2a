using System.Net;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// What an elder shows, on the pages. A server of its own: the demonstration's sign-in offers the first providers only, so a clerk of one
/// among many couldn't sign in.
/// </summary>
public sealed class HolderPageTests(TestServer server) : IClassFixture<TestServer>, IAsyncLifetime
{
    private const string Right = "830412", Other = "274905";

    private static int s_used;

    private readonly Desk _desk = new(server);
    private string _elder = "", _canteen = "";
    private Voucher _meals = null!;

    public async ValueTask InitializeAsync()
    {
        await HolderTable.InForceAsync(server, _desk);
        (_elder, _canteen, _meals) = await HolderTable.MealsAsync(_desk, $"pages{++s_used}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_pages_set_a_PIN_ask_for_it_and_write_it_nowhere()
    {
        using Surfer counter = new($"{server.Http}"), clerk = new($"{server.Http}");
        await counter.SignInAsync("counter");
        await clerk.SignInAsync("provider_clerk", _canteen.Split('/')[^1]);
        string file = $"/desk/elders/{_elder.Split('/')[^1]}/holder";

        Assert.Contains($"href=\"{file}\"", (await counter.GetAsync(file[..^"/holder".Length])).Text, StringComparison.Ordinal);
        Assert.Contains("两次输入的密码不同",
            (await SendAsync(counter, file, "pin", ("Pin", Right), ("Again", Other))).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await SendAsync(counter, file, "pin", ("Pin", Right), ("Again", Right))).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await SendAsync(counter, file, "bind", ("Number", "4111 1111 1111 1111"))).Status);
        Assert.Contains("1111", (await counter.GetAsync(file)).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await SendAsync(counter, file, "block", ("Reason", "丢了"))).Status);

        string confirm = $"/redeem/confirm?voucher={_meals.Name.Split('/')[^1]}&item=meal-canteen&quantity=3&price=36&insurance=0"
            + $"&date={_desk.Today:yyyy-MM-dd}&memo=";
        var missed = await SendAsync(clerk, confirm, "redeem", ("Pin", Other));
        Assert.Equal(HttpStatusCode.Conflict, missed.Status);
        string again = WebUtility.HtmlDecode(missed.Text);
        Assert.Contains("密码不对，还可以试4次", again, StringComparison.Ordinal);
        Assert.Contains("name=\"Sent.Pin\"", again, StringComparison.Ordinal);
        Assert.DoesNotContain(Other, again, StringComparison.Ordinal);
        Dictionary<string, string> form = Surfer.Hidden(missed.Text, "redeem");
        form["Sent.Pin"] = Right;
        Assert.Equal(HttpStatusCode.Redirect, (await clerk.PostAsync(confirm, form)).Status);
    }

    [Fact]
    public async Task On_the_pages_a_clerk_asks_the_counter_answers_and_the_clerk_is_paid()
    {
        using Surfer counter = new($"{server.Http}"), clerk = new($"{server.Http}");
        await counter.SignInAsync("counter");
        await clerk.SignInAsync("provider_clerk", _canteen.Split('/')[^1]);
        string confirm = $"/redeem/confirm?voucher={_meals.Name.Split('/')[^1]}&item=meal-canteen&quantity=5&price=60&insurance=0"
            + $"&date={_desk.Today:yyyy-MM-dd}&memo=";

        string asked = (await SendAsync(clerk, confirm, "ask")).Answer.Headers.Location!.PathAndQuery;
        Assert.Contains("等待确认", WebUtility.HtmlDecode((await clerk.FollowAsync(asked)).Text), StringComparison.Ordinal);
        string id = asked.Split("confirmation=")[1].Split('&')[0];
        Assert.Contains($"/confirmations/{id}", (await counter.GetAsync("/desk")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect,
            (await SendAsync(counter, $"/confirmations/{id}", "agree", ("Note", "电话确认"))).Status);

        var paid = await SendAsync(clerk, asked, "redeem");

        Assert.Equal(HttpStatusCode.Redirect, paid.Status);
        Assert.Contains("/redemptions/", paid.Answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> SendAsync(
        Surfer surfer, string path, string form, params (string Name, string Value)[] filled)
    {
        Dictionary<string, string> fields = Surfer.Hidden((await surfer.FollowAsync(path)).Text, form);
        foreach ((string name, string value) in filled) fields[$"Sent.{name}"] = value;
        return await surfer.PostAsync(path, fields);
    }
}
