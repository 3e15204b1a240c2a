using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;
using OrderState = TimeBank.V1.OrderState;

namespace TimeBank.Server.Tests;

[Collection(HoursCollection.Name)]
public sealed class ServiceOrderApiTests(TestServer server)
{
    private const string Nobody = "regions/430211/orders/000000000000";

    private readonly Desk _desk = new(server);

    [Fact]
    public async Task A_service_goes_from_request_to_confirmed_hours_and_every_step_answers_again()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        RequestServiceRequest request = _desk.Request(elder);
        ServiceOrder requested = await AgainAsync(() => _desk.Orders(elder).RequestServiceAsync(request));
        var accept = new AcceptOrderRequest { RequestId = Id(), Order = requested.Name, Volunteer = volunteer };
        ServiceOrder accepted = await AgainAsync(() => _desk.Orders(volunteer).AcceptOrderAsync(accept));
        var checkIn = new CheckInRequest { RequestId = Id(), Order = requested.Name };
        await AgainAsync(() => _desk.Orders(volunteer).CheckInAsync(checkIn));
        await _desk.AdvanceAsync(TimeSpan.FromMinutes(50));
        var checkOut = new CheckOutRequest { RequestId = Id(), Order = requested.Name };
        ServiceOrder served = await AgainAsync(() => _desk.Orders(volunteer).CheckOutAsync(checkOut));
        var confirm = new ConfirmOrderRequest { RequestId = Id(), Order = requested.Name };
        ServiceOrder confirmed = await AgainAsync(() => _desk.Orders(elder).ConfirmOrderAsync(confirm));
        var rate = new RateOrderRequest { RequestId = Id(), Order = requested.Name, Stars = 5, Comment = "很好" };
        ServiceOrder rated = await AgainAsync(() => _desk.Orders(elder).RateOrderAsync(rate));

        Assert.Equal(("companionship", OrderState.Requested, ""), (requested.Item, requested.State, requested.HoldEntry));
        Assert.Equal((OrderState.Accepted, volunteer), (accepted.State, accepted.Volunteer));
        Assert.StartsWith("regions/430211/entries/", accepted.HoldEntry, StringComparison.Ordinal);
        Assert.Equal((OrderState.CheckedOut, 45), (served.State, served.Served.Value));
        Assert.Equal((OrderState.Confirmed, 45, 0), (confirmed.State, confirmed.Credited.Value, confirmed.ToPool.Value));
        Assert.Equal((5, "很好"), (rated.Rating.Stars, rated.Rating.Comment));
        Assert.Equal((45, 195), ((await _desk.HoursAsync(volunteer)).Earned.Value, (await _desk.HoursAsync(elder)).Available.Value));
        ServiceOrder read = await _desk.Orders(volunteer).GetOrderAsync(new GetOrderRequest { Name = requested.Name });
        (read.RecipientDisplayName, read.VolunteerDisplayName) = ("", "");
        Assert.Equal(rated, read);
        checkIn.Order = Nobody;
        await _desk.Orders(volunteer).CheckInAsync(checkIn).IsRefusedAsync(Reason.OrderNotFound);
    }

    [Fact]
    public async Task The_parties_of_an_order_learn_each_others_names_when_it_is_accepted_and_nobody_else_does()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        string order = (await _desk.Orders(elder).RequestServiceAsync(_desk.Request(elder))).Name;
        async Task<(string, string)> NamesAsync(ServiceOrderService.ServiceOrderServiceClient reader)
        {
            ServiceOrder read = await reader.GetOrderAsync(new GetOrderRequest { Name = order });
            return (read.RecipientDisplayName, read.VolunteerDisplayName);
        }

        Assert.Equal(("", ""), await NamesAsync(_desk.Orders(volunteer)));
        Assert.Equal(("李奶奶", ""), await NamesAsync(_desk.OrdersAs(Role.Counter)));
        await _desk.Orders(volunteer).AcceptOrderAsync(new AcceptOrderRequest { RequestId = Id(), Order = order, Volunteer = volunteer });
        Assert.Equal(("李奶奶", "王芳"), await NamesAsync(_desk.Orders(volunteer)));
        Assert.Equal(("李奶奶", "王芳"), await NamesAsync(_desk.Orders(elder)));
        Assert.Equal(("李奶奶", "王芳"), await NamesAsync(_desk.OrdersAs(Role.Counter)));
        Assert.Equal(("", ""), await NamesAsync(_desk.OrdersAs(Role.Auditor)));
    }

    [Fact]
    public async Task Counter_staff_act_for_the_parties_and_for_nobody_else()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        ServiceOrderService.ServiceOrderServiceClient counter = _desk.OrdersAs(Role.Counter);
        RequestServiceRequest request = _desk.Request(elder);
        await counter.RequestServiceAsync(request).IsRefusedAsync(Reason.OnBehalfOfRequired);
        request.OnBehalfOf = volunteer;
        await counter.RequestServiceAsync(request).IsRefusedAsync(Reason.PartyNotAllowed);
        request.OnBehalfOf = elder;
        string order = (await counter.RequestServiceAsync(request)).Name;
        await counter.AcceptOrderAsync(
            new AcceptOrderRequest { RequestId = Id(), OnBehalfOf = volunteer, Order = order, Volunteer = volunteer });
        await counter.CheckInAsync(new CheckInRequest { RequestId = Id(), OnBehalfOf = elder, Order = order })
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await counter.CheckInAsync(new CheckInRequest { RequestId = Id(), OnBehalfOf = volunteer, Order = order });
        await _desk.AdvanceAsync(TimeSpan.FromHours(2));
        await counter.CheckOutAsync(new CheckOutRequest { RequestId = Id(), OnBehalfOf = volunteer, Order = order });
        await _desk.Orders(elder).ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = Id(), OnBehalfOf = elder, Order = order })
            .IsRefusedAsync(Reason.OnBehalfOfNotAllowed);

        var confirm = new ConfirmOrderRequest { RequestId = Id(), OnBehalfOf = elder, Order = order };
        // One person's word for both sides would move the hours.
        await counter.ConfirmOrderAsync(new ConfirmOrderRequest(confirm) { RequestId = Id() }).IsRefusedAsync(Reason.MakerIsChecker);

        Assert.Equal(OrderState.Confirmed,
            (await _desk.OrdersAs(Role.Counter, subject: "colleague").ConfirmOrderAsync(confirm)).State);
    }

    [Fact]
    public async Task A_dispute_is_resolved_by_another_person()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        string order = (await _desk.ServedAsync(elder, volunteer, TimeSpan.FromHours(2))).Name;
        var dispute = new DisputeOrderRequest { RequestId = Id(), OnBehalfOf = elder, Order = order, Note = "只来了半小时" };
        ServiceOrder disputed = await AgainAsync(() => _desk.OrdersAs(Role.Counter, "staff-a").DisputeOrderAsync(dispute));
        ResolveDisputeRequest Resolve(DisputeOutcome outcome, long? minutes) =>
            new()
            {
                RequestId = Id(), Order = order, Outcome = outcome, Amount = minutes is { } amount ? Minutes(amount) : null,
                Note = "问过邻居"
            };
        string before = await server.TrialBalanceAsync();

        await _desk.OrdersAs(Role.Counter, "staff-a").ResolveDisputeAsync(Resolve(DisputeOutcome.Settled, 30))
            .IsRefusedAsync(Reason.MakerIsChecker);
        await _desk.OrdersAs(Role.FinanceChecker).ResolveDisputeAsync(Resolve(DisputeOutcome.Settled, 121))
            .IsRefusedAsync(Reason.HoldAmountExceeded);
        await _desk.OrdersAs(Role.FinanceChecker).ResolveDisputeAsync(Resolve(DisputeOutcome.Settled, null))
            .IsRefusedAsync(Reason.InvalidField, "amount");
        await _desk.OrdersAs(Role.FinanceChecker).ResolveDisputeAsync(Resolve(DisputeOutcome.Settled, 0))
            .IsRefusedAsync(Reason.AmountNotPositive);
        await _desk.OrdersAs(Role.FinanceChecker).ResolveDisputeAsync(Resolve(DisputeOutcome.Cancelled, 30))
            .IsRefusedAsync(Reason.InvalidField, "amount");
        await _desk.OrdersAs(Role.FinanceChecker).ResolveDisputeAsync(Resolve((DisputeOutcome)9, null))
            .IsRefusedAsync(Reason.InvalidField, "outcome");
        Assert.Equal(before, await server.TrialBalanceAsync());

        ResolveDisputeRequest settle = Resolve(DisputeOutcome.Settled, 30);
        ServiceOrder settled = await AgainAsync(() => _desk.OrdersAs(Role.FinanceChecker).ResolveDisputeAsync(settle));
        Assert.Equal((elder, "只来了半小时"), (disputed.Dispute.RaisedBy, disputed.Dispute.Note));
        Assert.Equal((OrderState.Confirmed, 30, DisputeOutcome.Settled, "问过邻居"),
            (settled.State, settled.Credited.Value, settled.Dispute.Outcome, settled.Dispute.ResolveNote));
    }

    [Fact]
    public async Task A_cancelled_order_frees_the_hours()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        string order = (await _desk.AcceptedAsync(elder, volunteer)).Name;
        Assert.Equal(120, (await _desk.HoursAsync(elder)).Held.Value);
        var cancel = new CancelOrderRequest { RequestId = Id(), Order = order, Note = "下雨" };

        ServiceOrder cancelled = await AgainAsync(() => _desk.Orders(volunteer).CancelOrderAsync(cancel));

        Assert.Equal((OrderState.Cancelled, "下雨"), (cancelled.State, cancelled.CancelNote));
        Assert.Equal((0, 240), ((await _desk.HoursAsync(elder)).Held.Value, (await _desk.HoursAsync(elder)).Available.Value));
        await _desk.Orders(elder).CancelOrderAsync(new CancelOrderRequest { RequestId = Id(), Order = order })
            .IsRefusedAsync(Reason.OrderWrongState);
    }

    [Fact]
    public async Task RequestService_refuses_wrong_input()
    {
        string elder = await _desk.RegisterWithHoursAsync(), poor = await _desk.RegisterAsync();
        ServiceOrderService.ServiceOrderServiceClient own = _desk.Orders(elder);
        RequestServiceRequest With(Action<RequestServiceRequest> change)
        {
            RequestServiceRequest request = _desk.Request(elder);
            change(request);
            return request;
        }
        string before = await server.TrialBalanceAsync();

        await own.RequestServiceAsync(new RequestServiceRequest { Recipient = elder })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "item", "planned_start_time", "planned");
        await own.RequestServiceAsync(With(request => request.Item = "Companionship")).IsRefusedAsync(Reason.InvalidField, "item");
        await own.RequestServiceAsync(With(request => request.Item = "flying")).IsRefusedAsync(Reason.ItemNotFound);
        await own.RequestServiceAsync(With(request => request.Item = "clean-home")).IsRefusedAsync(Reason.ItemNotFound);
        Assert.Equal("The service list has no item clean-home for hours: it is paid for in yuan.", (await Assert.ThrowsAsync<RpcException>(
            async () => await own.RequestServiceAsync(With(request => request.Item = "clean-home")))).Status.Detail);
        await own.RequestServiceAsync(With(request => request.Planned = Minutes(20))).IsRefusedAsync(Reason.InvalidField, "planned.value");
        await own.RequestServiceAsync(With(request => request.Planned = Minutes(135))).IsRefusedAsync(Reason.SessionTooLong);
        await own.RequestServiceAsync(With(request => request.Planned = Minutes(Shape.MaxAmount - (Shape.MaxAmount % 15))))
            .IsRefusedAsync(Reason.SessionTooLong);
        await own.RequestServiceAsync(With(request => request.Planned = Minutes(0))).IsRefusedAsync(Reason.AmountNotPositive);
        await own.RequestServiceAsync(With(request => request.Planned = Unit.Fen.Of(15))).IsRefusedAsync(Reason.UnitMismatch);
        await own.RequestServiceAsync(With(request => request.PlannedStartTime = Timestamp.FromDateTimeOffset(_desk.Now.AddMinutes(-1))))
            .IsRefusedAsync(Reason.OrderStartsInPast);
        await own.RequestServiceAsync(
            With(request => request.PlannedStartTime = Timestamp.FromDateTime(DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc))))
            .IsRefusedAsync(Reason.InvalidField, "planned_start_time");
        await own.RequestServiceAsync(With(request => request.PlannedStartTime = new Timestamp { Seconds = long.MaxValue }))
            .IsRefusedAsync(Reason.InvalidField, "planned_start_time");
        await _desk.Orders(poor).RequestServiceAsync(_desk.Request(poor)).IsRefusedAsync(Reason.InsufficientBalance);
        string young = await _desk.EnrolAsync(59);
        await _desk.Orders(young).RequestServiceAsync(_desk.Request(young)).IsRefusedAsync(Reason.SpenderTooYoung);
        await own.RequestServiceAsync(_desk.Request(elder, TimeSpan.FromHours(5)));
        await own.RequestServiceAsync(_desk.Request(elder, TimeSpan.FromHours(4))).IsRefusedAsync(Reason.OrderTimesOverlap);

        Assert.Equal(before, await server.TrialBalanceAsync());
    }

    [Fact]
    public async Task Steps_refuse_wrong_input()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        string order = (await _desk.Orders(elder).RequestServiceAsync(_desk.Request(elder))).Name;
        ServiceOrderService.ServiceOrderServiceClient own = _desk.Orders(elder), other = _desk.Orders(volunteer);

        await other.AcceptOrderAsync(new AcceptOrderRequest { Order = order, Volunteer = volunteer })
            .IsRefusedAsync(Reason.InvalidField, "request_id");
        await other.AcceptOrderAsync(new AcceptOrderRequest { RequestId = Id(), Order = Nobody, Volunteer = volunteer })
            .IsRefusedAsync(Reason.OrderNotFound);
        await own.DisputeOrderAsync(new DisputeOrderRequest { RequestId = Id(), Order = order })
            .IsRefusedAsync(Reason.InvalidField, "note");
        await own.CancelOrderAsync(new CancelOrderRequest { RequestId = "x", Order = order, Note = new string('长', 501) })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "note");
        await own.RateOrderAsync(new RateOrderRequest { RequestId = Id(), Order = order, Stars = 6 })
            .IsRefusedAsync(Reason.InvalidField, "stars");
        await own.RateOrderAsync(new RateOrderRequest { RequestId = Id(), Order = order, Stars = 5 })
            .IsRefusedAsync(Reason.OrderWrongState);
        await own.ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = Id(), Order = order }).IsRefusedAsync(Reason.OrderWrongState);
        await other.CheckInAsync(new CheckInRequest { RequestId = Id(), Order = order }).IsRefusedAsync(Reason.OrderWrongState);
        await other.CheckOutAsync(new CheckOutRequest { RequestId = Id(), Order = order }).IsRefusedAsync(Reason.OrderWrongState);
        await other.CancelOrderAsync(new CancelOrderRequest { RequestId = Id(), Order = order }).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.OrdersAs(Role.Administrator)
            .ResolveDisputeAsync(new ResolveDisputeRequest
            {
                RequestId = Id(), Order = order, Outcome = DisputeOutcome.Cancelled,
                Note = "x"
            }).IsRefusedAsync(Reason.OrderWrongState);
    }

    [Fact]
    public async Task Orders_are_shown_to_whom_they_concern()
    {
        string elder = await _desk.RegisterWithHoursAsync(), stranger = await _desk.RegisterAsync(), volunteer = await _desk.EnrolAsync(),
            other = await _desk.EnrolAsync();
        ServiceOrder waiting = await _desk.Orders(elder).RequestServiceAsync(_desk.Request(elder, TimeSpan.FromHours(8), 60));
        ServiceOrder accepted = await _desk.AcceptedAsync(elder, volunteer);
        GetOrderRequest Get(ServiceOrder order) => new() { Name = order.Name };

        await _desk.Orders(stranger).GetOrderAsync(Get(waiting)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Orders(other).GetOrderAsync(Get(accepted)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Orders(other).GetOrderAsync(new GetOrderRequest { Name = Nobody }).IsRefusedAsync(Reason.OrderNotFound);
        Assert.Equal(waiting, await _desk.Orders(other).GetOrderAsync(Get(waiting)));
        Assert.Equal(accepted.Undo, (await _desk.Orders(elder).GetOrderAsync(Get(accepted))).Undo);

        Assert.Equal([waiting.Name, accepted.Name],
            await NamesAsync(_desk.Orders(elder), new ListOrdersRequest { Parent = _desk.Region, Recipient = elder }));
        Assert.Contains(waiting.Name, await NamesAsync(_desk.Orders(other), new ListOrdersRequest { Parent = _desk.Region }));
        Assert.DoesNotContain(accepted.Name, await NamesAsync(_desk.Orders(other), new ListOrdersRequest { Parent = _desk.Region }));
        Assert.Equal([accepted.Name],
            await NamesAsync(_desk.Orders(volunteer), new ListOrdersRequest { Parent = _desk.Region, Volunteer = volunteer }));
        Assert.Equal([accepted.Name],
            await NamesAsync(_desk.OrdersAs(Role.Auditor),
            new ListOrdersRequest { Parent = _desk.Region, Recipient = elder, State = OrderState.Accepted }));
        Assert.Empty(
            await NamesAsync(_desk.OrdersAs(Role.Auditor),
            new ListOrdersRequest
            {
                Parent = _desk.Region, Recipient = elder,
                Period = new Period { LastDay = _desk.Today.AddDays(-1).ToContract() }
            }));
        Assert.Equal(
            2, (await NamesAsync(_desk.OrdersAs(Role.Auditor),
            new ListOrdersRequest
            {
                Parent = _desk.Region, Recipient = elder,
                Period = new Period { FirstDay = _desk.Today.ToContract() }
            })).Count);
        await _desk.Orders(stranger).ListOrdersAsync(new ListOrdersRequest { Parent = _desk.Region, Recipient = elder })
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.OrdersAs(Role.Auditor)
            .ListOrdersAsync(new ListOrdersRequest { Parent = _desk.Region, State = (OrderState)99, Volunteer = elder, PageSize = -1 })
            .IsRefusedAsync(Reason.InvalidField, "state", "volunteer", "page_size");
    }

    [Fact]
    public async Task Orders_come_latest_first_in_pages()
    {
        string elder = await _desk.RegisterWithHoursAsync();
        List<string> planned = [];
        for (int hour = 3; hour > 0; hour--) planned.Add(
            (await _desk.Orders(elder).RequestServiceAsync(_desk.Request(elder, TimeSpan.FromHours(hour), 15))).Name);

        Assert.Equal(planned,
            await NamesAsync(_desk.Orders(elder), new ListOrdersRequest { Parent = _desk.Region, Recipient = elder, PageSize = 1 }));
    }

    private static async Task<List<string>> NamesAsync(ServiceOrderService.ServiceOrderServiceClient client, ListOrdersRequest request)
    {
        List<string> names = [];
        do
        {
            ListOrdersResponse page = await client.ListOrdersAsync(request);
            names.AddRange(page.Orders.Select(order => order.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return names;
    }

    /// <summary>Calls twice and asserts that the retry gets the same answer.</summary>
    private static async Task<ServiceOrder> AgainAsync(Func<AsyncUnaryCall<ServiceOrder>> call)
    {
        ServiceOrder first = await call();
        Assert.Equal(first, await call());
        return first;
    }
}
