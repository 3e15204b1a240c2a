using System.Text.Json.Nodes;
using TimeBank.Demo;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// Whatever happens at Stripe, in whatever order and however often its events come, with runs in between: in the end the books say what
/// Stripe holds, and every movement is booked once.
/// </summary>
public sealed class StripeHistoryTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Books_say_what_Stripe_holds(int seed)
    {
        var desk = new StripeDesk();
        await desk.InitializeAsync();
        try
        {
            await PlayAsync(desk, new Random(seed));
            await CheckAsync(desk, $"seed {seed}");
        }
        finally
        {
            await desk.DisposeAsync();
        }
    }

    private static async Task PlayAsync(StripeDesk desk, Random chance)
    {
        string[] funds = [await desk.FundAsync("one"), await desk.FundAsync("two")];
        string programme = (await desk.Money.Maker.CreateProgrammeAsync(desk.Money.Meals("meals"))).Name;
        var events = new List<JsonObject>();
        var charges = new List<JsonObject>();
        var disputes = new List<JsonObject>();
        desk.Stripe.PageSize = 3;
        for (int step = 0; step < 60; step++)
        {
            if (chance.Next(3) == 0) desk.Time.Advance(TimeSpan.FromMinutes(chance.Next(600)));
            switch (chance.Next(12))
            {
                case 0 or 1 or 2:
                    (_, JsonObject session) = await desk.StartAsync(funds[chance.Next(2)], 400 + chance.Next(20_000));
                    charges.Add(desk.World.Pay(session, chance.Next(300)));
                    events.Add(desk.EventOf("checkout.session.completed", session));
                    events.Add(desk.EventOf("charge.succeeded", charges[^1]));
                    break;
                case 3 when charges.Count > 0 && charges[chance.Next(charges.Count)] is var charge:
                    long left = (long)charge["amount"]! - (long)charge["amount_refunded"]!;
                    if (left == 0 || (bool)charge["disputed"]!) break;
                    JsonObject refund = desk.World.Refund(charge, 1 + chance.NextInt64(left));
                    events.Add(desk.EventOf("refund.created", refund));
                    if (chance.Next(4) > 0) break;
                    desk.World.FailRefund(refund, charge);
                    events.Add(desk.EventOf("refund.failed", refund));
                    break;
                case 4 when charges.Find(one => !(bool)one["disputed"]! && (long)one["amount_refunded"]! == 0) is { } disputed:
                    disputes.Add(desk.World.Dispute(disputed));
                    events.Add(desk.EventOf("charge.dispute.created", disputes[^1]));
                    break;
                case 5 when disputes.Find(one => (string)one["status"]! == "needs_response") is { } open:
                    if (chance.Next(2) == 0) StripeWorld.Lose(open);
                    else desk.World.Win(open);
                    events.Add(desk.EventOf("charge.dispute.closed", open));
                    break;
                case 6:
                    if (desk.World.Held <= 0) break;
                    JsonObject payout = desk.World.PayOut(chance.Next(2) == 0 ? null : 1 + chance.NextInt64(desk.World.Held));
                    events.Add(desk.EventOf("payout.created", payout));
                    if (chance.Next(3) > 0) break;
                    desk.World.FailPayout(payout);
                    events.Add(desk.EventOf("payout.failed", payout));
                    break;
                case 7:
                    string type = chance.Next(2) == 0 ? "stripe_fee" : $"unknown_{chance.Next(3)}";
                    desk.World.Move(type, chance.Next(-500, 500), chance.Next(20));
                    break;
                case 8:
                    await AllotAsync(desk, funds[chance.Next(2)], programme, chance);
                    break;
                case 9:
                    if (chance.Next(2) == 0) desk.Stripe.Fail("/v1/", (StripeFault)(1 + chance.Next(4)), 1 + chance.Next(2));
                    await Quietly(async () => AssertPayoutsTie(await desk.SyncAsync()));
                    break;
                default:
                    // Any event so far, once more or for the first time, alone or beside another one.
                    int count = Math.Min(3, events.Count);
                    JsonObject[] some = [.. Enumerable.Range(0, count).Select(_ => events[chance.Next(events.Count)])];
                    await Task.WhenAll(some.Select(one => desk.DeliverAsync(one.ToJsonString())));
                    break;
            }
        }
        desk.Stripe.Mend();
        desk.Stripe.PageSize = 3;
        foreach (JsonObject one in events.OrderBy(_ => chance.Next()).ToArray()) await desk.DeliverAsync(one.ToJsonString());
    }

    private static async Task CheckAsync(StripeDesk desk, string what)
    {
        await desk.SyncAsync();
        SyncStripeSummary summary = await desk.SyncAsync();

        Assert.True(summary.Complete, what);
        AssertPayoutsTie(summary);
        Assert.Equal(desk.World.Held, await desk.DebitAsync("stripe/balance"));
        Assert.Equal(summary.ServiceBalance, summary.BookBalance);
        JsonObject[] moved = [.. desk.World.Transactions.Where(one => (long)one["amount"]! != 0 || (long)one["fee"]! != 0)];
        Assert.Equal(moved.Length, await desk.BookedAsync());
        Assert.All(await Task.WhenAll(moved.Select(one => desk.EntryAsync((string)one["id"]!))), entry => Assert.NotEqual("", entry));
        // What donors gave and got back is what the funds had, spent and owe.
        long given = desk.World.Transactions.Where(OfFunds).Sum(one => (long)one["amount"]!), inFunds = 0;
        foreach (string fund in new[] { "one", "two" })
        {
            inFunds -= await desk.DebitAsync($"fund/{fund}/available") + await desk.DebitAsync($"fund/{fund}/owed");
        }
        Assert.Equal(given, inFunds - await desk.DebitAsync("programme/meals/allotted"));
        Assert.All((await desk.EventsAsync()).Values, one => Assert.Equal((StripeEventStage.Followed, ""), (one.Stage, one.Because)));
        await desk.Server.TrialBalanceAsync(StripeDesk.Code);
    }

    private static void AssertPayoutsTie(SyncStripeSummary summary) =>
        Assert.DoesNotContain("PAYOUT_DIFFERS", summary.Warnings.Select(warning => warning.Reason));

    private static bool OfFunds(JsonObject transaction) => (string)transaction["type"]! is "charge" or "refund" or "refund_failure"
        || ((string)transaction["type"]! == "adjustment" && transaction["source"] is not null);

    private static async Task AllotAsync(StripeDesk desk, string fund, string programme, Random chance)
    {
        Fund now = await desk.Money.Maker.GetFundAsync(new GetFundRequest { Name = fund });
        if (now.Available.Value == 0) return;
        await desk.Money.Maker.AllotFundsAsync(desk.Money.Allotment(programme, (fund, 1 + chance.NextInt64(now.Available.Value))));
    }

    private static async Task Quietly(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Grpc.Core.RpcException)
        {
            // Stripe had a fault: a later run does it.
        }
    }
}
