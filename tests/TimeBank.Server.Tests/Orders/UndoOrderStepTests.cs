using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;
using OrderState = TimeBank.V1.OrderState;
using ServiceStep = TimeBank.V1.ServiceStep;

namespace TimeBank.Server.Tests;

/// <summary>The last step of an order, taken back within the minutes of the policy by who took it.</summary>
[Collection(HoursCollection.Name)]
public sealed class UndoOrderStepTests(TestServer server)
{
    private readonly Desk _desk = new(server);

    [Fact]
    public async Task A_confirmation_comes_back_once_by_an_entry_that_names_it_and_holds_the_hours_again()
    {
        (string elder, string volunteer, ServiceOrder served) = await ServedAsync();
        ServiceOrder confirmed = await ConfirmAsync(elder, served);
        Assert.Equal((ServiceStep.Confirmation, elder, confirmed.EndTime.ToDateTimeOffset().AddMinutes(10)),
            (confirmed.Undo.Step, confirmed.Undo.Party, confirmed.Undo.Until.ToDateTimeOffset()));
        UndoOrderStepRequest request = Undo(served, ServiceStep.Confirmation);
        string before = await server.TrialBalanceAsync();

        ServiceOrder would = await _desk.Orders(elder).UndoOrderStepAsync(new UndoOrderStepRequest(request) { ValidateOnly = true });
        Assert.Equal((OrderState.CheckedOut, "", ""), (would.State, would.HoldEntry, would.EndEntry));
        Assert.Equal(before, await server.TrialBalanceAsync());
        ServiceOrder back = await _desk.Orders(elder).UndoOrderStepAsync(request);

        Assert.Equal((OrderState.CheckedOut, null, ServiceStep.CheckOut), (back.State, back.Credited, back.Undo.Step));
        Assert.Equal(back, await _desk.Orders(elder).UndoOrderStepAsync(request));
        await _desk.Orders(elder).UndoOrderStepAsync(Undo(served, ServiceStep.Confirmation)).IsRefusedAsync(Reason.OrderStepNotLast);
        await _desk.Orders(elder).UndoOrderStepAsync(Undo(served)).IsRefusedAsync(Reason.OrderStepOfAnother);
        Entry reversal = await EntryAsync(back.HoldEntry), original = await EntryAsync(confirmed.EndEntry);
        Assert.Equal((confirmed.EndEntry, back.HoldEntry), (reversal.Reverses, original.ReversedBy));
        Assert.Equal([(45, false), (120, true)], reversal.Transfers.Select(transfer => (transfer.Amount.Value, transfer.Holds)));
        Assert.Equal((0, 120), ((await _desk.HoursAsync(volunteer)).Earned.Value, (await _desk.HoursAsync(elder)).Held.Value));
        await new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker))
            .ReverseAsync(new ReverseRequest { RequestId = Id(), Entry = back.HoldEntry, Memo = "x" })
            .IsRefusedAsync(Reason.EntryNotReversible);
        ListHoldsResponse holds = await new LedgerService.LedgerServiceClient(server.As(Role.Auditor))
            .ListHoldsAsync(new ListHoldsRequest { Parent = _desk.Region, PageSize = 1_000 });
        Assert.Contains(holds.Holds, hold => hold.Name == back.HoldEntry && hold.HoldExpireTime is not null);
        ServiceOrder again = await ConfirmAsync(elder, served);
        Assert.Equal((45, again.EndEntry), (again.Credited.Value, (await EntryAsync(back.HoldEntry)).EndedBy));
        request.Step = ServiceStep.Unspecified;
        await _desk.Orders(elder).UndoOrderStepAsync(request).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task An_acceptance_taken_back_is_open_to_all_and_its_lists_follow()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync(), other = await _desk.EnrolAsync();
        ServiceOrder accepted = await _desk.AcceptedAsync(elder, volunteer);
        Assert.DoesNotContain(await ListAsync(other, OrderState.Requested), order => order.Name == accepted.Name);

        UndoOrderStepRequest request = Undo(accepted, ServiceStep.Acceptance);
        ServiceOrder open = await _desk.Orders(volunteer).UndoOrderStepAsync(request);

        Assert.Equal((OrderState.Requested, "", "", null), (open.State, open.Volunteer, open.HoldEntry, open.Undo));
        Assert.Equal(open, await _desk.Orders(volunteer).UndoOrderStepAsync(request));
        Assert.Equal(open, Assert.Single(await ListAsync(other, OrderState.Requested), order => order.Name == accepted.Name));
        Assert.Empty((await _desk.Orders(volunteer).ListOrdersAsync(
            new ListOrdersRequest { Parent = _desk.Region, Volunteer = volunteer })).Orders);
        Assert.Equal(240, (await _desk.HoursAsync(elder)).Available.Value);
        await _desk.Orders(other).AcceptOrderAsync(new AcceptOrderRequest { RequestId = Id(), Order = accepted.Name, Volunteer = other });
        await _desk.Orders(volunteer).UndoOrderStepAsync(request).IsRefusedAsync(Reason.PartyNotAllowed);
    }

    [Fact]
    public async Task Only_who_took_the_step_takes_it_back_or_the_counter_in_their_name()
    {
        (string elder, string volunteer, ServiceOrder served) = await ServedAsync();
        string stranger = await _desk.EnrolAsync(), before = await server.TrialBalanceAsync();
        ServiceOrderService.ServiceOrderServiceClient counter = _desk.OrdersAs(Role.Counter);

        await _desk.Orders(elder).UndoOrderStepAsync(Undo(served)).IsRefusedAsync(Reason.OrderStepOfAnother);
        await _desk.Orders(stranger).UndoOrderStepAsync(Undo(served)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.OrdersAs(Role.Auditor).UndoOrderStepAsync(Undo(served)).IsRefusedAsync(Reason.RoleNotAllowed);
        await counter.UndoOrderStepAsync(Undo(served)).IsRefusedAsync(Reason.OnBehalfOfRequired);
        await counter.UndoOrderStepAsync(Undo(served, onBehalfOf: elder)).IsRefusedAsync(Reason.OrderStepOfAnother);
        await _desk.Orders(volunteer).UndoOrderStepAsync(new UndoOrderStepRequest { Order = served.Name, Step = (ServiceStep)99 })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "step");

        Assert.Equal(before, await server.TrialBalanceAsync());
        Assert.Equal(OrderState.CheckedIn, (await counter.UndoOrderStepAsync(Undo(served, onBehalfOf: volunteer))).State);
    }

    [Fact]
    public async Task The_minutes_are_the_policys_and_answers_and_lists_tell_them()
    {
        (string elder, string volunteer, ServiceOrder served) = await ServedAsync();
        DateTimeOffset until = served.CheckOutTime.ToDateTimeOffset().AddMinutes(10);
        Assert.Equal(until, served.Undo.Until.ToDateTimeOffset());
        Assert.Equal(served.Undo, (await _desk.Orders(elder).GetOrderAsync(new GetOrderRequest { Name = served.Name })).Undo);
        await _desk.AdvanceToAsync(until.AddSeconds(1));

        await _desk.Orders(volunteer).UndoOrderStepAsync(Undo(served)).IsRefusedAsync(Reason.UndoTimePassed);
        Assert.Null(Assert.Single((await _desk.Orders(elder).ListOrdersAsync(
            new ListOrdersRequest { Parent = _desk.Region, Recipient = elder })).Orders).Undo);
    }

    private static UndoOrderStepRequest Undo(ServiceOrder order, ServiceStep step = ServiceStep.Unspecified, string onBehalfOf = "") =>
        new() { RequestId = Id(), OnBehalfOf = onBehalfOf, Order = order.Name, Step = step };

    /// <summary>An order of two hours of which 50 minutes were served.</summary>
    private async Task<(string Elder, string Volunteer, ServiceOrder Order)> ServedAsync()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        return (elder, volunteer, await _desk.ServedAsync(elder, volunteer, TimeSpan.FromMinutes(50)));
    }

    private async Task<ServiceOrder> ConfirmAsync(string elder, ServiceOrder order) =>
        await _desk.Orders(elder).ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = Id(), Order = order.Name });

    private async Task<IEnumerable<ServiceOrder>> ListAsync(string volunteer, OrderState state) =>
        (await _desk.Orders(volunteer).ListOrdersAsync(
            new ListOrdersRequest { Parent = _desk.Region, State = state, PageSize = 1_000 })).Orders;

    private async Task<Entry> EntryAsync(string name) => await new LedgerService.LedgerServiceClient(server.As(Role.Auditor))
        .GetEntryAsync(new GetEntryRequest { Name = name });
}
