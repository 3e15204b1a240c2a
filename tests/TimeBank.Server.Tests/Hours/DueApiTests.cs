using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>Hours, holds and orders that are over read as over to every caller, and the server ends them by itself.</summary>
[Collection(HoursCollection.Name)]
public sealed class DueApiTests(TestServer server)
{
    private static readonly EntryFilter Ended = new(Ledger.EntryCode.ExpireHours);

    [Fact]
    public async Task Lists_show_nothing_that_is_over()
    {
        var desk = new Desk(server, "430204");
        (ServiceOrder[] orders, string volunteer) = await OverAsync(desk, TimeSpan.FromDays(17));

        var requested = new ListOrdersRequest { Parent = desk.Region, State = V1.OrderState.Requested };
        ListOrdersResponse offered = await desk.Orders(volunteer).ListOrdersAsync(requested);
        ListHoldsResponse holds = await Books("430204").ListHoldsAsync(new ListHoldsRequest { Parent = desk.Region });
        ListOrdersResponse all = await desk.OrdersAs(Role.Auditor).ListOrdersAsync(new ListOrdersRequest { Parent = desk.Region });

        Assert.Empty(offered.Orders);
        Assert.Empty(holds.Holds);
        Assert.Equal(orders.Select(order => order.Name).Order(), all.Orders.Select(order => order.Name).Order());
        Assert.All(all.Orders, order => Assert.Equal(V1.OrderState.Cancelled, order.State));
    }

    [Fact]
    public async Task Rounds_settle_what_nobody_looks_at_once()
    {
        const string region = "430223";
        var desk = new Desk(server, region);
        RegionCode code = RegionCode.Parse(region);
        (ServiceOrder[] orders, _) = await OverAsync(desk, TimeSpan.FromDays(48));
        DueRounds rounds = server.Services.GetRequiredService<DueRounds>();
        var ledger = server.Services.GetRequiredService<ILedgerReader>();

        await rounds.RoundAsync(full: true, default);
        long size = (await ledger.ReadHeadAsync(code, default)).Size;
        await rounds.RoundAsync(full: true, default);

        IReadOnlyList<RegistryRow<ServiceOrderState>> stored =
            await server.Services.GetRequiredService<IRegistry>()
                .ListAsync<ServiceOrderState>(new RegistryQuery(code, ServiceOrderState.Kind), default);
        Assert.Equal(orders.Length, stored.Count);
        Assert.All(stored, row => Assert.Equal(Ledger.OrderState.Cancelled, row.State.State));
        Assert.Equal(size, (await ledger.ReadHeadAsync(code, default)).Size);
        IReadOnlyList<LinkedEntry> ended = await ledger.EntriesAsync(code, Ended, long.MaxValue, 10, default);
        Assert.Equal(2 * 240, ended.Sum(entry => entry.Entry.Transfers.Sum(transfer => transfer.Posted)));
    }

    [Fact]
    public async Task Hours_on_their_way_are_said_to_be_and_arrive_by_themselves()
    {
        // Its own region: other tests look at the clearing accounts between the two districts.
        const string chaling = "430224";
        Desk here = new(server), there = new(server, chaling);
        string volunteer = await here.EnrolWithHoursAsync();
        string away = await there.EnrolWithHoursAsync(await there.EnrolAsync(home: volunteer));
        string account = $"regions/{chaling}/accounts/person/{away.Split('/')[^1]}/hours/earned";
        await Books(chaling).FreezeAccountAsync(new FreezeAccountRequest { RequestId = Id(), Account = account, Memo = "x" });
        var clearing = new ClearingService.ClearingServiceClient(server.As(Role.Volunteer, volunteer));

        var transfer = new TransferHoursRequest { RequestId = Id(), From = volunteer, To = away, Amount = Minutes(60) };
        TransferHoursResponse moved = await clearing.TransferHoursAsync(transfer);

        Assert.Equal("", moved.ArrivalEntry);
        Assert.Equal((60, 60), ((await here.HoursAsync(volunteer)).OnTheirWay.Value, (await here.HoursAsync(volunteer)).Earned.Value));
        await Books(chaling).UnfreezeAccountAsync(new UnfreezeAccountRequest { RequestId = Id(), Account = account, Memo = "x" });
        await server.Services.GetRequiredService<DueRounds>().RoundAsync(full: false, default);
        Assert.Equal((0, 180), ((await here.HoursAsync(volunteer)).OnTheirWay.Value, (await there.HoursAsync(away)).Earned.Value));
    }

    [Fact]
    public async Task A_server_makes_its_rounds_when_its_clock_is_moved()
    {
        var own = new TestServer { RoundSeconds = 60 };
        await own.InitializeAsync();
        try
        {
            var desk = new Desk(own);
            await desk.RegisterWithHoursAsync();
            await desk.AdvanceAsync(TimeSpan.FromDays(40));
            var ledger = own.Services.GetRequiredService<ILedgerReader>();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);

            RegionCode code = RegionCode.Parse(TestServer.Tianyuan);
            IReadOnlyList<LinkedEntry> ended = [];
            while (ended.Count == 0) ended = await ledger.EntriesAsync(code, Ended, long.MaxValue, 10, patience.Token);

            Assert.Equal(240, Assert.Single(ended).Entry.Transfers[0].Posted);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    /// <summary>Two accepted orders without a visit, and a request that no volunteer took. Then time goes by.</summary>
    private static async Task<(ServiceOrder[] Orders, string Volunteer)> OverAsync(Desk desk, TimeSpan later)
    {
        string elder = await desk.RegisterWithHoursAsync(), other = await desk.RegisterWithHoursAsync();
        string volunteer = await desk.EnrolAsync();
        ServiceOrder first = await desk.AcceptedAsync(elder, volunteer);
        ServiceOrder asked = await desk.Orders(other).RequestServiceAsync(desk.Request(other));
        ServiceOrder second = await desk.Orders(elder).RequestServiceAsync(desk.Request(elder, TimeSpan.FromHours(4)));
        var accept = new AcceptOrderRequest { RequestId = Id(), Order = second.Name, Volunteer = volunteer };
        await desk.Orders(volunteer).AcceptOrderAsync(accept);
        await desk.AdvanceAsync(later);
        return ([first, second, asked], volunteer);
    }

    private LedgerService.LedgerServiceClient Books(string region) => new(server.As(Role.Administrator, "", "", region));
}
