using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class StripeSyncTests(StripeDesk desk) : IClassFixture<StripeDesk>, IAsyncLifetime
{
    private static int s_funds;
    private string _fund = "", _id = "";

    public async ValueTask InitializeAsync()
    {
        desk.Stripe.Mend();
        _id = $"sync-{Interlocked.Increment(ref s_funds)}";
        _fund = await desk.FundAsync(_id);
        await desk.SyncAsync();
        // What an earlier test did is of a day that is complete.
        desk.Time.Advance(TimeSpan.FromDays(2));
        await desk.SyncAsync();
    }

    /// <summary>Whatever a test did: the books say what Stripe holds.</summary>
    public async ValueTask DisposeAsync()
    {
        desk.Stripe.Mend();
        await desk.SyncAsync();
        Assert.Equal(desk.World.Held, await desk.DebitAsync("stripe/balance"));
    }

    [Fact]
    public async Task Gross_fee_and_net_are_three_legs()
    {
        (Donation donation, JsonObject charge) = await desk.PaidAsync(_fund, 10_000, fee: 380);

        Assert.Equal($"ReceiveDonation expense/fees +380 fund/{_id}/available -10000 stripe/balance +9620", await EntryAsync(charge));
        Assert.Equal(V1.DonationState.Paid, (await desk.SeenAsync(donation)).State);
        Fund fund = await desk.Money.Auditor.GetFundAsync(new GetFundRequest { Name = _fund });
        Assert.Equal(Desk.Fen(10_000), fund.Available);
        FundReport report = await desk.Money.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = _fund });
        Assert.Equal((Desk.Fen(10_000), Desk.Fen(10_000)), (report.Received, report.Available));
    }

    /// <summary>Else the books would say another thing than Stripe's balance.</summary>
    [Fact]
    public async Task What_Stripe_reported_is_not_reversed_by_hand()
    {
        await desk.PaidAsync(_fund, 10_000);
        LedgerHead head = await desk.Server.Services.GetRequiredService<ILedgerReader>()
            .ReadHeadAsync(RegionCode.Parse(StripeDesk.Code), default);
        var books = new LedgerService.LedgerServiceClient(desk.Server.As(Role.FinanceMaker, regions: StripeDesk.Code));

        await books.ReverseAsync(new ReverseRequest
        {
            RequestId = Desk.Id(), Entry = $"{desk.Region}/entries/{head.Size - 1}", Memo = "by mistake",
        }).IsRefusedAsync(Reason.EntryNotReversible);
    }

    [Fact]
    public async Task Refunds_in_part_and_failed_ones_are_booked()
    {
        (Donation donation, JsonObject charge) = await desk.PaidAsync(_fund, 10_000);
        JsonObject part = desk.World.Refund(charge, 1_000), rest = desk.World.Refund(charge, 9_000);
        await desk.SyncAsync();
        Assert.Equal(Desk.Fen(0), (await desk.Money.Auditor.GetFundAsync(new GetFundRequest { Name = _fund })).Available);
        desk.World.FailRefund(rest, charge);
        await desk.SyncAsync();

        Assert.Equal($"RefundDonation fund/{_id}/available +1000 stripe/balance -1000", await EntryAsync(part));
        Assert.Equal($"ReinstateDonation fund/{_id}/available -9000 stripe/balance +9000",
            await desk.EntryAsync((string)rest["failure_balance_transaction"]!));
        Assert.Equal(Desk.Fen(1_000), (await desk.SeenAsync(donation)).Refunded);
    }

    /// <summary>As in a real file: amount −1000, fee 1500, net −2500.</summary>
    [Fact]
    public async Task A_lost_dispute_costs_its_fee_too()
    {
        (Donation donation, JsonObject charge) = await desk.PaidAsync(_fund, 1_000, fee: 0);
        JsonObject dispute = desk.World.Dispute(charge);
        StripeWorld.Lose(dispute);
        await desk.SyncAsync();

        Assert.Equal($"DisputeDonation expense/fees +1500 fund/{_id}/available +1000 stripe/balance -2500",
            await desk.EntryAsync((string)desk.World.Transactions[^1]["id"]!));
        Assert.True((await desk.SeenAsync(donation)).Disputed);
    }

    [Fact]
    public async Task A_fund_owes_what_it_has_spent_and_the_next_donation_pays_it_first()
    {
        (_, JsonObject charge) = await desk.PaidAsync(_fund, 10_000);
        string programme = await desk.Money.FundedAsync(desk.Money.Meals($"owed-{_id}"), (_fund, 7_000));
        JsonObject dispute = desk.World.Dispute(charge);

        SyncStripeSummary summary = await desk.SyncAsync();

        SyncStripeWarning warning = Assert.Single(summary.Warnings);
        Assert.Equal(("FUND_OWES", Desk.Fen(7_000)), (warning.Reason, warning.Amount));
        Assert.True(summary.Complete);
        string taken = (string)desk.World.Transactions[^1]["id"]!;
        Assert.Equal(
            $"DisputeDonation expense/fees +1500 fund/{_id}/available +3000 fund/{_id}/owed +7000 stripe/balance -11500",
            await desk.EntryAsync(taken));
        (_, JsonObject next) = await desk.PaidAsync(_fund, 6_000);
        Assert.Equal($"ReceiveDonation expense/fees +100 fund/{_id}/owed -6000 stripe/balance +5900", await EntryAsync(next));
        desk.World.Win(dispute);
        await desk.SyncAsync();
        Assert.Equal(
            $"ReinstateDonation expense/fees -1500 fund/{_id}/available -9000 fund/{_id}/owed -1000 stripe/balance +11500",
            await desk.EntryAsync((string)desk.World.Transactions[^1]["id"]!));
        FundReport report = await desk.Money.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = _fund });
        Assert.Equal(report.Received.Value, report.Available.Value + report.Programmes.Sum(line => line.Allotted.Value));
        Assert.NotEmpty(programme);
    }

    [Fact]
    public async Task A_payout_is_on_its_way_and_may_come_back()
    {
        await desk.PaidAsync(_fund, 10_000);
        JsonObject payout = desk.World.PayOut();
        long amount = (long)payout["amount"]!;
        SyncStripeSummary summary = await desk.SyncAsync();
        Assert.Empty(summary.Warnings);
        Assert.Equal($"StripePayout stripe/balance -{amount} stripe/in-transit +{amount}", await EntryAsync(payout));
        desk.World.FailPayout(payout);
        await desk.SyncAsync();
        Assert.Equal($"StripePayout stripe/balance +{amount} stripe/in-transit -{amount}",
            await desk.EntryAsync((string)payout["failure_balance_transaction"]!));
    }

    [Fact]
    public async Task A_payout_that_is_not_the_sum_of_what_it_carries_is_told()
    {
        (_, JsonObject charge) = await desk.PaidAsync(_fund, 10_000);
        JsonObject payout = desk.World.PayOut();
        desk.World.PayoutOf[(string)charge["balance_transaction"]!] = "po_other";

        SyncStripeSummary summary = await desk.SyncAsync();

        SyncStripeWarning warning = Assert.Single(summary.Warnings);
        Assert.Equal(("PAYOUT_DIFFERS", (string)payout["id"]!, Desk.Fen(9_900)), (warning.Reason, warning.Subject, warning.Amount));
    }

    /// <summary>One by hand keeps no link, so there is nothing to hold it against.</summary>
    [Fact]
    public async Task A_payout_by_hand_is_not_compared()
    {
        await desk.PaidAsync(_fund, 10_000);
        desk.World.PayOut(byHand: 4_321);
        int asked = desk.Stripe.Asked.Count(one => one.Line.Contains("payout=", StringComparison.Ordinal));

        Assert.Empty((await desk.SyncAsync()).Warnings);
        Assert.Equal(asked, desk.Stripe.Asked.Count(one => one.Line.Contains("payout=", StringComparison.Ordinal)));
    }

    public static TheoryData<string, long, long, string, string> Others { get; } = new()
    {
        { "stripe_fee", -350, 0, "StripeAdjustment expense/fees +350 stripe/balance -350", "" },
        { "tax_fee", -21, 0, "StripeAdjustment expense/fees +21 stripe/balance -21", "" },
        { "reserve_transaction", -500, 0, "StripeAdjustment stripe/balance -500 stripe/suspense +500", "TRANSACTION_TYPE_UNKNOWN" },
        { "quantum_bonus", 900, 25, "StripeAdjustment expense/fees +25 stripe/balance +875 stripe/suspense -900",
            "TRANSACTION_TYPE_UNKNOWN" },
        { "adjustment", 40, 0, "StripeAdjustment stripe/balance +40 stripe/suspense -40", "TRANSACTION_TYPE_UNKNOWN" },
        { "charge", 800, 30, "StripeAdjustment expense/fees +30 stripe/balance +770 stripe/suspense -800", "TRANSACTION_WITHOUT_FUND" },
        { "charge", 30, 80, "StripeAdjustment expense/fees +80 stripe/balance -50 stripe/suspense -30", "TRANSACTION_WITHOUT_FUND" },
        { "nothing", 0, 0, "", "" },
    };

    [Theory, MemberData(nameof(Others))]
    public async Task Every_other_movement_is_booked_too(string type, long amount, long fee, string entry, string warning)
    {
        JsonObject moved = desk.World.Move(type, amount, fee);

        SyncStripeSummary summary = await desk.SyncAsync();

        Assert.Equal(entry, await desk.EntryAsync((string)moved["id"]!));
        Assert.Equal(warning, string.Join(' ', summary.Warnings.Select(one => one.Reason)));
        Assert.True(summary.Complete);
    }

    public static TheoryData<string, JsonObject> Strangers { get; } = new()
    {
        { "nobody's", [] }, { "another region's", new JsonObject { ["region"] = "430211", ["fund"] = "sync-1", ["operation"] = "x" } },
        { "a fund that isn't there", new JsonObject { ["region"] = "430204", ["fund"] = "no-such", ["operation"] = "x" } },
        { "no fund's name", new JsonObject { ["region"] = "430204", ["fund"] = "../sync-1", ["operation"] = "x" } },
        { "a lottery fund", new JsonObject { ["region"] = "430204", ["fund"] = "lottery", ["operation"] = "x" } },
    };

    [Theory, MemberData(nameof(Strangers), DisableDiscoveryEnumeration = true)]
    public async Task A_payment_that_is_for_no_donation_fund_waits_in_suspense(string what, JsonObject metadata)
    {
        if (what == "a lottery fund") await desk.FundAsync("lottery", V1.FundKind.Lottery);
        JsonObject charge = desk.World.Charge(1_000, 10, metadata.DeepClone().AsObject()), refund = desk.World.Refund(charge, 300);

        SyncStripeSummary summary = await desk.SyncAsync();

        Assert.Equal("StripeAdjustment expense/fees +10 stripe/balance +990 stripe/suspense -1000", await EntryAsync(charge));
        Assert.Equal("StripeAdjustment stripe/balance -300 stripe/suspense +300", await EntryAsync(refund));
        Assert.All(summary.Warnings, warning => Assert.Equal("TRANSACTION_WITHOUT_FUND", warning.Reason));
    }

    [Fact]
    public async Task Everything_is_booked_once_over_all_pages()
    {
        for (int number = 0; number < 7; number++) desk.World.Pay((await desk.StartAsync(_fund, 1_000 + number)).Session, 1);
        desk.Stripe.PageSize = 2;
        int before = await desk.BookedAsync();

        List<SyncStripeProgress> first = await desk.StepsAsync(), again = await desk.StepsAsync();

        Assert.Equal((7, before + 7), (first[^1].Booked, await desk.BookedAsync()));
        Assert.Equal((0, first[^1].Looked), (again[^1].Booked, again[^1].Known));
        Assert.True(again[^1].Summary.Complete);
        Assert.Equal(again[^1].Summary.BookBalance, again[^1].Summary.ServiceBalance);
    }

    [Fact]
    public async Task A_dry_run_books_nothing()
    {
        desk.World.Pay((await desk.StartAsync(_fund)).Session);
        desk.World.Move("reserve_transaction", -5);

        List<SyncStripeProgress> would = await desk.Server.TriedAsync(() => desk.StepsAsync(dryRun: true), StripeDesk.Code);

        Assert.Equal((2, "TRANSACTION_TYPE_UNKNOWN"), (would[^1].Booked, Assert.Single(would[^1].Summary.Warnings).Reason));
        Assert.Equal(2, (await desk.StepsAsync())[^1].Booked);
    }

    [Fact]
    public async Task Where_Stripe_asks_for_less_the_run_waits_and_goes_on_from_the_last_one()
    {
        for (int number = 0; number < 4; number++) desk.World.Pay((await desk.StartAsync(_fund, 1_000 + number)).Session, 1);
        desk.Stripe.PageSize = 2;
        int waits = desk.Time.Waits.Count;
        desk.Stripe.Fail("/v1/balance_transactions", StripeFault.TooMany, 3);

        SyncStripeSummary summary = await desk.SyncAsync();

        Assert.True(summary.Complete);
        Assert.Equal([1, 2, 4], desk.Time.Waits.Skip(waits).Select(wait => wait.TotalSeconds));
        Assert.Equal(desk.World.Held, await desk.DebitAsync("stripe/balance"));
    }

    [Fact]
    public async Task A_day_that_could_not_be_read_as_a_whole_is_not_complete()
    {
        desk.Time.Advance(TimeSpan.FromDays(2));
        await desk.SyncAsync();
        Date through = (await desk.SyncAsync()).CompleteThrough;
        desk.Time.Advance(TimeSpan.FromDays(1));
        JsonObject early = desk.World.Pay((await desk.StartAsync(_fund, 2_001)).Session);
        for (int number = 0; number < 3; number++) desk.World.Pay((await desk.StartAsync(_fund, 2_010 + number)).Session);
        desk.Time.Advance(TimeSpan.FromDays(1));
        desk.Stripe.PageSize = 2;
        // The first page comes; then Stripe asks for less for longer than anybody waits.
        int asked = desk.Stripe.Count("GET /v1/balance_transactions");
        desk.Stripe.Spoil = (path, _) =>
        {
            if (path == "/v1/balance_transactions" && desk.Stripe.Count("GET /v1/balance_transactions") == asked + 1)
            {
                desk.Stripe.Fail(path, StripeFault.TooMany, 20);
            }
            return null;
        };

        SyncStripeSummary broken = await desk.SyncAsync();

        Assert.Equal((false, through), (broken.Complete, broken.CompleteThrough));
        Assert.Contains("PAYMENT_SERVICE_UNAVAILABLE", broken.Warnings.Select(warning => warning.Reason));
        Assert.Equal("", await EntryAsync(early));
        desk.Stripe.Mend();
        SyncStripeSummary whole = await desk.SyncAsync();
        Assert.True(whole.Complete);
        Assert.True(Day(whole.CompleteThrough) > Day(through));
        Assert.NotEqual("", await EntryAsync(early));
    }

    /// <summary>The day begins at midnight in China, whatever the machine's zone; the library takes a date of no kind for local.</summary>
    [Fact]
    public async Task What_is_asked_for_is_the_instant_at_which_the_day_begins()
    {
        desk.Time.Advance(TimeSpan.FromDays(2));
        await desk.SyncAsync();

        SyncStripeSummary summary = await desk.SyncAsync();

        string line = desk.Stripe.Asked.Last(one => one.Line.StartsWith("GET /v1/balance_transactions", StringComparison.Ordinal)).Line;
        DateOnly first = Day(summary.CompleteThrough).AddDays(1);
        Assert.Contains($"created[gte]={ChinaTime.StartOf(first).ToUnixTimeSeconds()}", line, StringComparison.Ordinal);
        Assert.Equal(ChinaTime.DateOf(desk.Time.GetUtcNow() - TimeSpan.FromHours(1)), first);
    }

    public static TheoryData<string, string> Spoilt { get; } = new()
    {
        { "id", "remove" }, { "amount", "remove" }, { "created", "remove" }, { "object", "\"charge\"" }, { "net", "remove" },
        { "net", "1" }, { "fee", "1.5" }, { "currency", "null" }, { "type", "\"\"" },
    };

    [Theory, MemberData(nameof(Spoilt))]
    public async Task An_answer_that_is_not_whole_is_not_booked(string field, string value)
    {
        JsonObject charge = desk.World.Pay((await desk.StartAsync(_fund)).Session);
        desk.Stripe.Spoil = (path, answer) =>
        {
            if (path != "/v1/balance_transactions") return null;
            JsonObject first = answer["data"]![0]!.AsObject();
            if (value == "remove") first.Remove(field);
            else first[field] = JsonNode.Parse(value);
            return answer;
        };
        Func<Task> sync = () => desk.SyncAsync();

        await sync.IsRefusedAsync(Reason.PaymentServiceUnreadable);

        Assert.Equal("", await EntryAsync(charge));
    }

    [Fact]
    public async Task Another_currency_is_told_and_not_booked()
    {
        JsonObject moved = desk.World.Move("charge", 1_000, currency: "usd");

        SyncStripeSummary summary = await desk.SyncAsync();

        SyncStripeWarning warning = Assert.Single(summary.Warnings);
        Assert.Equal(("TRANSACTION_OTHER_CURRENCY", "USD", null), (warning.Reason, warning.Metadata["currency"], warning.Amount));
        Assert.Equal("", await desk.EntryAsync((string)moved["id"]!));
    }

    [Fact]
    public async Task A_movement_that_has_changed_is_told_and_stays_as_it_was()
    {
        (_, JsonObject charge) = await desk.PaidAsync(_fund);
        JsonObject moved = desk.World.Transactions[^1];
        (moved["amount"], moved["net"]) = (6_000L, 5_900L);
        try
        {
            SyncStripeSummary summary = await desk.SyncAsync();
            Assert.Equal(["TRANSACTION_CHANGED", "STRIPE_BALANCE_DIFFERS"], summary.Warnings.Select(warning => warning.Reason));
            Assert.Equal(Desk.Fen(1_000), summary.Warnings[1].Amount);
            Assert.EndsWith("+4900", await EntryAsync(charge), StringComparison.Ordinal);
        }
        finally
        {
            (moved["amount"], moved["net"]) = (5_000L, 4_900L);
        }
    }

    [Fact]
    public async Task What_a_frozen_fund_cannot_take_is_booked_later()
    {
        await desk.PaidAsync(_fund);
        var changes = new LedgerService.LedgerServiceClient(desk.Server.As(Role.FinanceChecker, regions: StripeDesk.Code));
        string account = $"{desk.Region}/accounts/fund/{_id}/available";
        await changes.FreezeAccountAsync(new FreezeAccountRequest { RequestId = Desk.Id(), Account = account, Memo = "查" });
        JsonObject charge = desk.World.Pay((await desk.StartAsync(_fund)).Session);

        SyncStripeSummary frozen = await desk.SyncAsync(), still = await desk.SyncAsync();

        Assert.Equal((false, "TRANSACTION_NOT_BOOKED", "ACCOUNT_FROZEN"),
            (frozen.Complete, frozen.Warnings[0].Reason, frozen.Warnings[0].Metadata["because"]));
        Assert.False(still.Complete);
        await changes.UnfreezeAccountAsync(
            new UnfreezeAccountRequest { RequestId = Desk.Id(), Account = account, Memo = "清" });
        Assert.True((await desk.SyncAsync()).Complete);
        Assert.StartsWith("ReceiveDonation", await EntryAsync(charge), StringComparison.Ordinal);
    }

    /// <summary>The fund is used while money is taken back from it: whoever comes second sees what is left.</summary>
    [Fact]
    public async Task What_is_taken_back_beside_other_uses_of_the_fund_is_booked_once()
    {
        string programme = (await desk.Money.Maker.CreateProgrammeAsync(desk.Money.Meals($"beside-{_id}"))).Name;
        (_, JsonObject charge) = await desk.PaidAsync(_fund, 10_000);
        JsonObject[] refunds = [.. Enumerable.Range(0, 6).Select(_ => desk.World.Refund(charge, 1_500))];
        int before = await desk.BookedAsync();

        Task[] all =
        [
            .. refunds.Select(refund => desk.DeliverAsync(desk.EventOf("refund.created", refund).ToJsonString())),
            .. Enumerable.Range(0, 6).Select(_ => AllotAsync(programme)), desk.SyncAsync(), desk.SyncAsync(),
        ];
        await Task.WhenAll(all);
        await desk.SyncAsync();

        Assert.Equal(before + refunds.Length, await desk.BookedAsync());
        long available = -await desk.DebitAsync($"fund/{_id}/available"), owed = await desk.DebitAsync($"fund/{_id}/owed");
        Assert.True(available >= 0 && owed >= 0, $"{available} {owed}");
        long allotted = -await desk.DebitAsync($"programme/beside-{_id}/allotted");
        Assert.Equal(10_000 - 9_000, available - owed + allotted);
    }

    [Fact]
    public async Task Rounds_book_too()
    {
        JsonObject charge = desk.World.Pay((await desk.StartAsync(_fund)).Session);

        await desk.Server.Services.GetRequiredService<DueRounds>().RoundAsync(full: false, CancellationToken.None);

        Assert.StartsWith("ReceiveDonation", await EntryAsync(charge), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tool_starts_lists_and_books_donations()
    {
        string[] region = ["--region", StripeDesk.Code];
        (int code, string output, string error) =
            await desk.ToolAsync(["donation", "start", _id, "50", "--note", "加菜", .. region]);
        Assert.True(code == 0, error);
        JsonObject session = desk.World.Sessions[^1];
        Assert.Contains((string)session["url"]!, output, StringComparison.Ordinal);
        desk.World.Pay(session);
        desk.World.Move("reserve_transaction", -5);

        (code, output, error) = await desk.ToolAsync(["donation", "sync", .. region]);

        Assert.True(code == 0, error);
        Assert.Contains("TRANSACTION_TYPE_UNKNOWN", output, StringComparison.Ordinal);
        Assert.Contains("complete", output, StringComparison.Ordinal);
        (_, output, _) = await desk.ToolAsync(["donation", "list", "--fund", _id, "--state", "paid", .. region]);
        Assert.Contains("CNY 50.00", output, StringComparison.Ordinal);
        (_, output, _) = await desk.ToolAsync(["donation", "show", (string)session["client_reference_id"]!, "--lang", "zh-CN", .. region]);
        Assert.Contains("已付款", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stripe_without_an_answer_is_said_and_nothing_happens()
    {
        desk.Stripe.Fail("/v1/balance_transactions", StripeFault.ServerError, 3);
        Func<Task> sync = () => desk.SyncAsync();

        await sync.IsRefusedAsync(Reason.PaymentServiceUnavailable);
    }

    private async Task AllotAsync(string programme)
    {
        try
        {
            await desk.Money.Maker.AllotFundsAsync(desk.Money.Allotment(programme, (_fund, 1_100)));
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.FailedPrecondition)
        {
            // Not enough is left, which is as it should be.
        }
    }

    private static DateOnly Day(Date date) => new(date.Year, date.Month, date.Day);

    private Task<string> EntryAsync(JsonObject source) => desk.EntryAsync((string)source["balance_transaction"]!);
}
