using System.Text.Json.Nodes;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Each test has a fund and a day on which nothing has happened yet. Afterwards the books say what Stripe holds.</summary>
public abstract class StripeCase(StripeDesk desk) : IClassFixture<StripeDesk>, IAsyncLifetime
{
    private static int s_funds;

    protected StripeDesk Cards { get; } = desk;

    /// <summary>The fund's name and id.</summary>
    protected string Fund { get; private set; } = "";

    protected string Id { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Cards.Stripe.Mend();
        Id = $"sync-{Interlocked.Increment(ref s_funds)}";
        Fund = await Cards.FundAsync(Id);
        await Cards.SyncAsync();
        // What an earlier test did is of a day that is complete.
        Cards.Time.Advance(TimeSpan.FromDays(2));
        await Cards.SyncAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Cards.Stripe.Mend();
        await Cards.SyncAsync();
        Assert.Equal(Cards.World.Held, await Cards.DebitAsync("stripe/balance"));
        GC.SuppressFinalize(this);
    }

    protected Task<string> EntryAsync(JsonObject source) => Cards.EntryAsync((string)source["balance_transaction"]!);
}
