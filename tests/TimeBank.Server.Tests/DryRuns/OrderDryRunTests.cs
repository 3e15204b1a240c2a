using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;
using OrderState = TimeBank.V1.OrderState;

namespace TimeBank.Server.Tests;

/// <summary>A service order, step by step: a dry run first, then the step under the same request id.</summary>
[Collection(HoursCollection.Name)]
public sealed class OrderDryRunTests(TestServer server)
{
    private const string Kaifu = "430105";

    private readonly Desk _desk = new(server, Kaifu);

    [Fact]
    public async Task From_the_request_to_the_confirmed_hours()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        RequestServiceRequest request = _desk.Request(elder);
        ServiceOrder order = await StepAsync(
            () => _desk.Orders(elder).RequestServiceAsync(new RequestServiceRequest(request) { ValidateOnly = true }).ResponseAsync, () =>
            _desk.Orders(elder).RequestServiceAsync(request).ResponseAsync);
        var accept = new AcceptOrderRequest { RequestId = Id(), Order = order.Name, Volunteer = volunteer };
        await StepAsync(() => _desk.Orders(volunteer).AcceptOrderAsync(new AcceptOrderRequest(accept) { ValidateOnly = true })
            .ResponseAsync, () => _desk.Orders(volunteer).AcceptOrderAsync(accept).ResponseAsync);
        await RefusedAsync(Reason.OrderWrongState, () => _desk.Orders(elder)
            .ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = Id(), Order = order.Name, ValidateOnly = true }).ResponseAsync);
        await _desk.Orders(volunteer).CheckInAsync(new CheckInRequest { RequestId = Id(), Order = order.Name });
        await _desk.AdvanceAsync(TimeSpan.FromMinutes(60));
        await _desk.Orders(volunteer).CheckOutAsync(new CheckOutRequest { RequestId = Id(), Order = order.Name });
        var confirm = new ConfirmOrderRequest { RequestId = Id(), Order = order.Name };
        ServiceOrder confirmed = await StepAsync(
            () => _desk.Orders(elder).ConfirmOrderAsync(new ConfirmOrderRequest(confirm) { ValidateOnly = true }).ResponseAsync, () =>
            _desk.Orders(elder).ConfirmOrderAsync(confirm).ResponseAsync);

        Assert.Equal((OrderState.Confirmed, 60), (confirmed.State, confirmed.Credited.Value));
        Assert.Equal(confirmed, await server.TriedAsync(
            () => _desk.Orders(elder).ConfirmOrderAsync(new ConfirmOrderRequest(confirm) { ValidateOnly = true }).ResponseAsync, Kaifu));
        Assert.Equal(60, (await _desk.HoursAsync(volunteer)).Earned.Value);
    }

    [Fact]
    public async Task A_cancellation_gives_nothing_back_until_it_is_made()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        var cancel = new CancelOrderRequest { RequestId = Id(), Order = (await _desk.AcceptedAsync(elder, volunteer)).Name, Note = "下雨" };

        ServiceOrder cancelled = await StepAsync(
            () => _desk.Orders(elder).CancelOrderAsync(new CancelOrderRequest(cancel) { ValidateOnly = true }).ResponseAsync, () =>
            _desk.Orders(elder).CancelOrderAsync(cancel).ResponseAsync);

        Assert.Equal((OrderState.Cancelled, "下雨"), (cancelled.State, cancelled.CancelNote));
        await _desk.Orders(elder).CancelOrderAsync(new CancelOrderRequest(cancel) { Note = "another", ValidateOnly = true })
            .IsRefusedAsync(Reason.RequestIdReused);
    }

    [Theory]
    [InlineData(DisputeOutcome.Settled)]
    [InlineData(DisputeOutcome.Cancelled)]
    public async Task A_dispute_is_open_until_it_is_resolved(DisputeOutcome outcome)
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        string order = (await _desk.ServedAsync(elder, volunteer, TimeSpan.FromHours(2))).Name;
        await _desk.Orders(elder).DisputeOrderAsync(new DisputeOrderRequest { RequestId = Id(), Order = order, Note = "只来了半小时" });
        var resolve = new ResolveDisputeRequest
        {
            RequestId = Id(), Order = order, Outcome = outcome,
            Amount = outcome == DisputeOutcome.Settled ? Minutes(30) : null, Note = "问过邻居"
        };
        ServiceOrderService.ServiceOrderServiceClient checker = _desk.OrdersAs(Role.FinanceChecker);

        if (outcome == DisputeOutcome.Settled)
        {
            await RefusedAsync(Reason.HoldAmountExceeded, () =>
                checker.ResolveDisputeAsync(new ResolveDisputeRequest(resolve) { Amount = Minutes(121), ValidateOnly = true })
                .ResponseAsync);
        }
        ServiceOrder ended = await StepAsync(() => checker.ResolveDisputeAsync(new ResolveDisputeRequest(resolve) { ValidateOnly = true })
            .ResponseAsync, () => checker.ResolveDisputeAsync(resolve).ResponseAsync);

        Assert.Equal((outcome, "问过邻居"), (ended.Dispute.Outcome, ended.Dispute.ResolveNote));
    }

    [Fact]
    public async Task What_stands_against_a_step_stands_against_its_trial()
    {
        string elder = await _desk.RegisterWithHoursAsync(), young = await _desk.EnrolAsync(18), poor = await _desk.RegisterAsync();
        string order = (await _desk.Orders(elder).RequestServiceAsync(_desk.Request(elder))).Name;
        RequestServiceRequest tooMuch = _desk.Request(poor);
        tooMuch.ValidateOnly = true;

        await RefusedAsync(Reason.InsufficientBalance, () => _desk.Orders(poor).RequestServiceAsync(tooMuch).ResponseAsync);
        await RefusedAsync(Reason.PartyNotAllowed, () => _desk.Orders(young)
            .CancelOrderAsync(new CancelOrderRequest { RequestId = Id(), Order = order, ValidateOnly = true }).ResponseAsync);
        await RefusedAsync(Reason.OrderNotFound, () =>
            _desk.Orders(young)
            .AcceptOrderAsync(new AcceptOrderRequest
            {
                RequestId = Id(), Order = $"{_desk.Region}/orders/000000000000", Volunteer = young,
                ValidateOnly = true
            }).ResponseAsync);
        await RefusedAsync(Reason.InvalidField, () => _desk.Orders(young)
            .AcceptOrderAsync(new AcceptOrderRequest { Order = order, Volunteer = young, ValidateOnly = true }).ResponseAsync);
    }

    /// <summary>The dry run answers what the step then answers, except for entries: it can't name them.</summary>
    private async Task<ServiceOrder> StepAsync(Func<Task<ServiceOrder>> ask, Func<Task<ServiceOrder>> act)
    {
        ServiceOrder would = await server.TriedAsync(ask, Kaifu), done = await act();
        Assert.Equal(done, new ServiceOrder(would) { HoldEntry = done.HoldEntry, EndEntry = done.EndEntry });
        Assert.True(would.HoldEntry.Length == 0 || would.HoldEntry == done.HoldEntry);
        Assert.Empty(would.EndEntry);
        return done;
    }

    private async Task RefusedAsync<T>(Reason reason, Func<Task<T>> ask) => await server.TriedAsync(
        async () =>
        {
            await ((Func<Task>)(() => ask())).IsRefusedAsync(reason);
            return 0;
        },
        Kaifu);
}
