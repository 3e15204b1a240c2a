using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Demo;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The run that books what Stripe lists.</summary>
public sealed class StripeSyncTests(StripeDesk desk) : StripeCase(desk)
{
    [Fact]
    public async Task Everything_is_booked_once_over_all_pages()
    {
        for (int number = 0; number < 7; number++) Cards.World.Pay((await Cards.StartAsync(Fund, 1_000 + number)).Session, 1);
        Cards.Stripe.PageSize = 2;
        int before = await Cards.BookedAsync();

        List<SyncStripeProgress> first = await Cards.StepsAsync(), again = await Cards.StepsAsync();

        Assert.Equal((7, before + 7), (first[^1].Booked, await Cards.BookedAsync()));
        Assert.Equal((0, first[^1].Looked), (again[^1].Booked, again[^1].Known));
        Assert.True(again[^1].Summary.Complete);
        Assert.Equal(again[^1].Summary.BookBalance, again[^1].Summary.ServiceBalance);
    }

    [Fact]
    public async Task A_dry_run_books_nothing()
    {
        Cards.World.Pay((await Cards.StartAsync(Fund)).Session);
        Cards.World.Move("reserve_transaction", -5);

        List<SyncStripeProgress> would = await Cards.Server.TriedAsync(() => Cards.StepsAsync(dryRun: true), StripeDesk.Code);

        Assert.Equal((2, "TRANSACTION_TYPE_UNKNOWN"), (would[^1].Booked, Assert.Single(would[^1].Summary.Warnings).Reason));
        Assert.Equal(2, (await Cards.StepsAsync())[^1].Booked);
    }

    [Fact]
    public async Task Where_Stripe_asks_for_less_the_run_waits_and_goes_on_from_the_last_one()
    {
        for (int number = 0; number < 4; number++) Cards.World.Pay((await Cards.StartAsync(Fund, 1_000 + number)).Session, 1);
        Cards.Stripe.PageSize = 2;
        int waits = Cards.Time.Waits.Count;
        Cards.Stripe.Fail("/v1/balance_transactions", StripeFault.TooMany, 3);

        SyncStripeSummary summary = await Cards.SyncAsync();

        Assert.True(summary.Complete);
        Assert.Equal([1, 2, 4], Cards.Time.Waits.Skip(waits).Select(wait => wait.TotalSeconds));
        Assert.Equal(Cards.World.Held, await Cards.DebitAsync("stripe/balance"));
    }

    [Fact]
    public async Task A_day_that_could_not_be_read_as_a_whole_is_not_complete()
    {
        Cards.Time.Advance(TimeSpan.FromDays(2));
        await Cards.SyncAsync();
        Date through = (await Cards.SyncAsync()).CompleteThrough;
        Cards.Time.Advance(TimeSpan.FromDays(1));
        JsonObject early = Cards.World.Pay((await Cards.StartAsync(Fund, 2_001)).Session);
        for (int number = 0; number < 3; number++) Cards.World.Pay((await Cards.StartAsync(Fund, 2_010 + number)).Session);
        Cards.Time.Advance(TimeSpan.FromDays(1));
        Cards.Stripe.PageSize = 2;
        // The first page comes; then Stripe asks for less for longer than anybody waits.
        int asked = Cards.Stripe.Count("GET /v1/balance_transactions");
        Cards.Stripe.Spoil = (path, _) =>
        {
            if (path == "/v1/balance_transactions" && Cards.Stripe.Count("GET /v1/balance_transactions") == asked + 1)
            {
                Cards.Stripe.Fail(path, StripeFault.TooMany, 20);
            }
            return null;
        };

        SyncStripeSummary broken = await Cards.SyncAsync();

        Assert.Equal((false, through), (broken.Complete, broken.CompleteThrough));
        Assert.Contains("PAYMENT_SERVICE_UNAVAILABLE", broken.Warnings.Select(warning => warning.Reason));
        Assert.Equal("", await EntryAsync(early));
        Cards.Stripe.Mend();
        SyncStripeSummary whole = await Cards.SyncAsync();
        Assert.True(whole.Complete);
        Assert.True(Day(whole.CompleteThrough) > Day(through));
        Assert.NotEqual("", await EntryAsync(early));
    }

    /// <summary>The day begins at midnight in China, whatever the machine's zone; the library takes a date of no kind for local.</summary>
    [Fact]
    public async Task What_is_asked_for_is_the_instant_at_which_the_day_begins()
    {
        Cards.Time.Advance(TimeSpan.FromDays(2));
        await Cards.SyncAsync();

        SyncStripeSummary summary = await Cards.SyncAsync();

        string line = Cards.Stripe.Asked.Last(one => one.Line.StartsWith("GET /v1/balance_transactions", StringComparison.Ordinal)).Line;
        DateOnly first = Day(summary.CompleteThrough).AddDays(1);
        Assert.Contains($"created[gte]={ChinaTime.StartOf(first).ToUnixTimeSeconds()}", line, StringComparison.Ordinal);
        Assert.Equal(ChinaTime.DateOf(Cards.Time.GetUtcNow() - TimeSpan.FromHours(1)), first);
    }

    public static TheoryData<string, string> Spoilt { get; } = new()
    {
        { "id", "remove" }, { "amount", "remove" }, { "created", "remove" }, { "object", "\"charge\"" }, { "net", "remove" },
        { "net", "1" }, { "fee", "1.5" }, { "currency", "null" }, { "type", "\"\"" },
    };

    [Theory, MemberData(nameof(Spoilt))]
    public async Task An_answer_that_is_not_whole_is_not_booked(string field, string value)
    {
        JsonObject charge = Cards.World.Pay((await Cards.StartAsync(Fund)).Session);
        Cards.Stripe.Spoil = (path, answer) =>
        {
            if (path != "/v1/balance_transactions") return null;
            JsonObject first = answer["data"]![0]!.AsObject();
            if (value == "remove") first.Remove(field);
            else first[field] = JsonNode.Parse(value);
            return answer;
        };
        Func<Task> sync = () => Cards.SyncAsync();

        await sync.IsRefusedAsync(Reason.PaymentServiceUnreadable);

        Assert.Equal("", await EntryAsync(charge));
    }

    [Fact]
    public async Task Rounds_book_too()
    {
        JsonObject charge = Cards.World.Pay((await Cards.StartAsync(Fund)).Session);

        await Cards.Server.Services.GetRequiredService<DueRounds>().RoundAsync(full: false, CancellationToken.None);

        Assert.StartsWith("ReceiveDonation", await EntryAsync(charge), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tool_starts_lists_and_books_donations()
    {
        string[] region = ["--region", StripeDesk.Code];
        (int code, string output, string error) =
            await Cards.ToolAsync(["donation", "start", Id, "50", "--note", "加菜", .. region]);
        Assert.True(code == 0, error);
        JsonObject session = Cards.World.Sessions[^1];
        Assert.Contains((string)session["url"]!, output, StringComparison.Ordinal);
        Cards.World.Pay(session);
        Cards.World.Move("reserve_transaction", -5);

        (code, output, error) = await Cards.ToolAsync(["donation", "sync", .. region]);

        Assert.True(code == 0, error);
        Assert.Contains("TRANSACTION_TYPE_UNKNOWN", output, StringComparison.Ordinal);
        Assert.Contains("complete", output, StringComparison.Ordinal);
        (_, output, _) = await Cards.ToolAsync(["donation", "list", "--fund", Id, "--state", "paid", .. region]);
        Assert.Contains("CNY 50.00", output, StringComparison.Ordinal);
        (_, output, _) = await Cards.ToolAsync(["donation", "show", (string)session["client_reference_id"]!, "--lang", "zh-CN", .. region]);
        Assert.Contains("已付款", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stripe_without_an_answer_is_said_and_nothing_happens()
    {
        Cards.Stripe.Fail("/v1/balance_transactions", StripeFault.ServerError, 3);
        Func<Task> sync = () => Cards.SyncAsync();

        await sync.IsRefusedAsync(Reason.PaymentServiceUnavailable);
    }

    private static DateOnly Day(Date date) => new(date.Year, date.Month, date.Day);
}
