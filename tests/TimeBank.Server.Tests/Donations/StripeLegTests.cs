using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Demo;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>What each movement of Stripe's is in the books.</summary>
public sealed class StripeLegTests(StripeDesk desk) : StripeCase(desk)
{
    [Fact]
    public async Task Gross_fee_and_net_are_three_legs()
    {
        (Donation donation, JsonObject charge) = await Cards.PaidAsync(Fund, 10_000, fee: 380);

        Assert.Equal($"ReceiveDonation expense/fees +380 fund/{Id}/available -10000 stripe/balance +9620", await EntryAsync(charge));
        Assert.Equal(V1.DonationState.Paid, (await Cards.SeenAsync(donation)).State);
        Fund fund = await Cards.Money.Auditor.GetFundAsync(new GetFundRequest { Name = Fund });
        Assert.Equal(Desk.Fen(10_000), fund.Available);
        FundReport report = await Cards.Money.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = Fund });
        Assert.Equal((Desk.Fen(10_000), Desk.Fen(10_000)), (report.Received, report.Available));
    }

    /// <summary>Else the books would say another thing than Stripe's balance.</summary>
    [Fact]
    public async Task What_Stripe_reported_is_not_reversed_by_hand()
    {
        await Cards.PaidAsync(Fund, 10_000);
        LedgerHead head = await Cards.Server.Services.GetRequiredService<ILedgerReader>()
            .ReadHeadAsync(RegionCode.Parse(StripeDesk.Code), default);
        var books = new LedgerService.LedgerServiceClient(Cards.Server.As(Role.FinanceMaker, regions: StripeDesk.Code));

        await books.ReverseAsync(new ReverseRequest
        {
            RequestId = Desk.Id(), Entry = $"{Cards.Region}/entries/{head.Size - 1}", Memo = "by mistake",
        }).IsRefusedAsync(Reason.EntryNotReversible);
    }

    [Fact]
    public async Task Refunds_in_part_and_failed_ones_are_booked()
    {
        (Donation donation, JsonObject charge) = await Cards.PaidAsync(Fund, 10_000);
        JsonObject part = Cards.World.Refund(charge, 1_000), rest = Cards.World.Refund(charge, 9_000);
        await Cards.SyncAsync();
        Assert.Equal(Desk.Fen(0), (await Cards.Money.Auditor.GetFundAsync(new GetFundRequest { Name = Fund })).Available);
        Cards.World.FailRefund(rest, charge);
        await Cards.SyncAsync();

        Assert.Equal($"RefundDonation fund/{Id}/available +1000 stripe/balance -1000", await EntryAsync(part));
        Assert.Equal($"ReinstateDonation fund/{Id}/available -9000 stripe/balance +9000",
            await Cards.EntryAsync((string)rest["failure_balance_transaction"]!));
        Assert.Equal(Desk.Fen(1_000), (await Cards.SeenAsync(donation)).Refunded);
    }

    /// <summary>As in a real file: amount −1000, fee 1500, net −2500.</summary>
    [Fact]
    public async Task A_lost_dispute_costs_its_fee_too()
    {
        (Donation donation, JsonObject charge) = await Cards.PaidAsync(Fund, 1_000, fee: 0);
        JsonObject dispute = Cards.World.Dispute(charge);
        StripeWorld.Lose(dispute);
        await Cards.SyncAsync();

        Assert.Equal($"DisputeDonation expense/fees +1500 fund/{Id}/available +1000 stripe/balance -2500",
            await Cards.EntryAsync((string)Cards.World.Transactions[^1]["id"]!));
        Assert.True((await Cards.SeenAsync(donation)).Disputed);
    }

    [Fact]
    public async Task A_fund_owes_what_it_has_spent_and_the_next_donation_pays_it_first()
    {
        (_, JsonObject charge) = await Cards.PaidAsync(Fund, 10_000);
        string programme = await Cards.Money.FundedAsync(Cards.Money.Meals($"owed-{Id}"), (Fund, 7_000));
        JsonObject dispute = Cards.World.Dispute(charge);

        SyncStripeSummary summary = await Cards.SyncAsync();

        SyncStripeWarning warning = Assert.Single(summary.Warnings);
        Assert.Equal(("FUND_OWES", Desk.Fen(7_000)), (warning.Reason, warning.Amount));
        Assert.True(summary.Complete);
        string taken = (string)Cards.World.Transactions[^1]["id"]!;
        Assert.Equal(
            $"DisputeDonation expense/fees +1500 fund/{Id}/available +3000 fund/{Id}/owed +7000 stripe/balance -11500",
            await Cards.EntryAsync(taken));
        (_, JsonObject next) = await Cards.PaidAsync(Fund, 6_000);
        Assert.Equal($"ReceiveDonation expense/fees +100 fund/{Id}/owed -6000 stripe/balance +5900", await EntryAsync(next));
        Cards.World.Win(dispute);
        await Cards.SyncAsync();
        Assert.Equal(
            $"ReinstateDonation expense/fees -1500 fund/{Id}/available -9000 fund/{Id}/owed -1000 stripe/balance +11500",
            await Cards.EntryAsync((string)Cards.World.Transactions[^1]["id"]!));
        FundReport report = await Cards.Money.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = Fund });
        Assert.Equal(report.Received.Value, report.Available.Value + report.Programmes.Sum(line => line.Allotted.Value));
        Assert.NotEmpty(programme);
    }

    [Fact]
    public async Task A_payout_is_on_its_way_and_may_come_back()
    {
        await Cards.PaidAsync(Fund, 10_000);
        JsonObject payout = Cards.World.PayOut();
        long amount = (long)payout["amount"]!;
        SyncStripeSummary summary = await Cards.SyncAsync();
        Assert.Empty(summary.Warnings);
        Assert.Equal($"StripePayout stripe/balance -{amount} stripe/in-transit +{amount}", await EntryAsync(payout));
        Cards.World.FailPayout(payout);
        await Cards.SyncAsync();
        Assert.Equal($"StripePayout stripe/balance +{amount} stripe/in-transit -{amount}",
            await Cards.EntryAsync((string)payout["failure_balance_transaction"]!));
    }

    [Fact]
    public async Task A_payout_that_is_not_the_sum_of_what_it_carries_is_told()
    {
        (_, JsonObject charge) = await Cards.PaidAsync(Fund, 10_000);
        JsonObject payout = Cards.World.PayOut();
        Cards.World.PayoutOf[(string)charge["balance_transaction"]!] = "po_other";

        SyncStripeSummary summary = await Cards.SyncAsync();

        SyncStripeWarning warning = Assert.Single(summary.Warnings);
        Assert.Equal(("PAYOUT_DIFFERS", (string)payout["id"]!, Desk.Fen(9_900)), (warning.Reason, warning.Subject, warning.Amount));
    }

    /// <summary>One by hand keeps no link, so there is nothing to hold it against.</summary>
    [Fact]
    public async Task A_payout_by_hand_is_not_compared()
    {
        await Cards.PaidAsync(Fund, 10_000);
        Cards.World.PayOut(byHand: 4_321);
        int asked = Cards.Stripe.Asked.Count(one => one.Line.Contains("payout=", StringComparison.Ordinal));

        Assert.Empty((await Cards.SyncAsync()).Warnings);
        Assert.Equal(asked, Cards.Stripe.Asked.Count(one => one.Line.Contains("payout=", StringComparison.Ordinal)));
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
        JsonObject moved = Cards.World.Move(type, amount, fee);

        SyncStripeSummary summary = await Cards.SyncAsync();

        Assert.Equal(entry, await Cards.EntryAsync((string)moved["id"]!));
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
        if (what == "a lottery fund") await Cards.FundAsync("lottery", V1.FundKind.Lottery);
        JsonObject charge = Cards.World.Charge(1_000, 10, metadata.DeepClone().AsObject()), refund = Cards.World.Refund(charge, 300);

        SyncStripeSummary summary = await Cards.SyncAsync();

        Assert.Equal("StripeAdjustment expense/fees +10 stripe/balance +990 stripe/suspense -1000", await EntryAsync(charge));
        Assert.Equal("StripeAdjustment stripe/balance -300 stripe/suspense +300", await EntryAsync(refund));
        Assert.All(summary.Warnings, warning => Assert.Equal("TRANSACTION_WITHOUT_FUND", warning.Reason));
    }

    [Fact]
    public async Task Another_currency_is_told_and_not_booked()
    {
        JsonObject moved = Cards.World.Move("charge", 1_000, currency: "usd");

        SyncStripeSummary summary = await Cards.SyncAsync();

        SyncStripeWarning warning = Assert.Single(summary.Warnings);
        Assert.Equal(("TRANSACTION_OTHER_CURRENCY", "USD", null), (warning.Reason, warning.Metadata["currency"], warning.Amount));
        Assert.Equal("", await Cards.EntryAsync((string)moved["id"]!));
    }

    [Fact]
    public async Task A_movement_that_has_changed_is_told_and_stays_as_it_was()
    {
        (_, JsonObject charge) = await Cards.PaidAsync(Fund);
        JsonObject moved = Cards.World.Transactions[^1];
        (moved["amount"], moved["net"]) = (6_000L, 5_900L);
        try
        {
            SyncStripeSummary summary = await Cards.SyncAsync();
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
        await Cards.PaidAsync(Fund);
        var changes = new LedgerService.LedgerServiceClient(Cards.Server.As(Role.FinanceChecker, regions: StripeDesk.Code));
        string account = $"{Cards.Region}/accounts/fund/{Id}/available";
        await changes.FreezeAccountAsync(new FreezeAccountRequest { RequestId = Desk.Id(), Account = account, Memo = "查" });
        JsonObject charge = Cards.World.Pay((await Cards.StartAsync(Fund)).Session);

        SyncStripeSummary frozen = await Cards.SyncAsync(), still = await Cards.SyncAsync();

        Assert.Equal((false, "TRANSACTION_NOT_BOOKED", "ACCOUNT_FROZEN"),
            (frozen.Complete, frozen.Warnings[0].Reason, frozen.Warnings[0].Metadata["because"]));
        Assert.False(still.Complete);
        await changes.UnfreezeAccountAsync(
            new UnfreezeAccountRequest { RequestId = Desk.Id(), Account = account, Memo = "清" });
        Assert.True((await Cards.SyncAsync()).Complete);
        Assert.StartsWith("ReceiveDonation", await EntryAsync(charge), StringComparison.Ordinal);
    }

    /// <summary>The fund is used while money is taken back from it: whoever comes second sees what is left.</summary>
    [Fact]
    public async Task What_is_taken_back_beside_other_uses_of_the_fund_is_booked_once()
    {
        string programme = (await Cards.Money.Maker.CreateProgrammeAsync(Cards.Money.Meals($"beside-{Id}"))).Name;
        (_, JsonObject charge) = await Cards.PaidAsync(Fund, 10_000);
        JsonObject[] refunds = [.. Enumerable.Range(0, 6).Select(_ => Cards.World.Refund(charge, 1_500))];
        int before = await Cards.BookedAsync();

        Task[] all =
        [
            .. refunds.Select(refund => Cards.DeliverAsync(Cards.EventOf("refund.created", refund).ToJsonString())),
            .. Enumerable.Range(0, 6).Select(_ => AllotAsync(programme)), Cards.SyncAsync(), Cards.SyncAsync(),
        ];
        await Task.WhenAll(all);
        await Cards.SyncAsync();

        Assert.Equal(before + refunds.Length, await Cards.BookedAsync());
        long available = -await Cards.DebitAsync($"fund/{Id}/available"), owed = await Cards.DebitAsync($"fund/{Id}/owed");
        Assert.True(available >= 0 && owed >= 0, $"{available} {owed}");
        long allotted = -await Cards.DebitAsync($"programme/beside-{Id}/allotted");
        Assert.Equal(10_000 - 9_000, available - owed + allotted);
    }

    private async Task AllotAsync(string programme)
    {
        try
        {
            await Cards.Money.Maker.AllotFundsAsync(Cards.Money.Allotment(programme, (Fund, 1_100)));
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.FailedPrecondition)
        {
            // Not enough is left, which is as it should be.
        }
    }
}
