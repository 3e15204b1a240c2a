using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;
using Client = TimeBank.V1.ServiceOrderService.ServiceOrderServiceClient;

namespace TimeBank.Demo;

/// <summary>A person asks for a service.</summary>
/// <param name="Order">The play's name for the order.</param>
/// <param name="AtCounter">True if counter staff ask for the recipient.</param>
internal sealed record RequestStep(string Order, string Region, string Recipient, string Item, DateTimeOffset Start, int Minutes,
    bool AtCounter, DateTimeOffset At) : Step(Order, At, Order)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string recipient = stage.Names[Recipient];
        stage.Names[Order] = (await new Client(await stage.PersonAsync(recipient, AtCounter)).RequestServiceAsync(new RequestServiceRequest
        {
            RequestId = requestId,
            OnBehalfOf = AtCounter ? recipient : "",
            Recipient = recipient,
            Item = Item,
            PlannedStartTime = Timestamp.FromDateTimeOffset(Start),
            Planned = new Amount { Value = Minutes, Unit = "MIN" },
        })).Name;
    }
}

/// <summary>A volunteer takes the order.</summary>
internal sealed record AcceptStep(string Order, string Volunteer, DateTimeOffset At) : Step($"{Order}/accept", At, Order)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string volunteer = stage.Names[Volunteer];
        await new Client(await stage.PersonAsync(volunteer, atCounter: false))
            .AcceptOrderAsync(new AcceptOrderRequest { RequestId = requestId, Order = stage.Names[Order], Volunteer = volunteer });
    }
}

/// <summary>The recipient or the volunteer cancels the order.</summary>
internal sealed record CancelStep(string Order, string By, string Note, DateTimeOffset At) : Step($"{Order}/cancel", At, Order)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.PersonAsync(stage.Names[By], atCounter: false))
            .CancelOrderAsync(new CancelOrderRequest { RequestId = requestId, Order = stage.Names[Order], Note = Note });
}

/// <summary>The service begins.</summary>
internal sealed record CheckInStep(string Order, string Volunteer, DateTimeOffset At) : Step($"{Order}/check-in", At, Order)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.PersonAsync(stage.Names[Volunteer], atCounter: false))
            .CheckInAsync(new CheckInRequest { RequestId = requestId, Order = stage.Names[Order] });
}

/// <summary>The service ends.</summary>
internal sealed record CheckOutStep(string Order, string Volunteer, DateTimeOffset At) : Step($"{Order}/check-out", At, Order)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.PersonAsync(stage.Names[Volunteer], atCounter: false))
            .CheckOutAsync(new CheckOutRequest { RequestId = requestId, Order = stage.Names[Order] });
}

/// <summary>The recipient confirms; the hours move. Uses the volunteer's lane, so that the volunteer's statement has one order.</summary>
internal sealed record ConfirmStep(string Order, string Recipient, string Volunteer, int Minutes, bool AtCounter, DateTimeOffset At)
    : Step($"{Order}/confirm", At, Volunteer)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string recipient = stage.Names[Recipient];
        ServiceOrder order = await new Client(await stage.PersonAsync(recipient, AtCounter))
            .ConfirmOrderAsync(
            new ConfirmOrderRequest { RequestId = requestId, OnBehalfOf = AtCounter ? recipient : "", Order = stage.Names[Order] });
        stage.ExpectMinutes(Key, order, Minutes);
    }
}

/// <summary>The recipient disputes the service.</summary>
internal sealed record DisputeStep(string Order, string Recipient, string Volunteer, DateTimeOffset At)
    : Step($"{Order}/dispute", At, Volunteer)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.PersonAsync(stage.Names[Recipient], atCounter: false))
            .DisputeOrderAsync(new DisputeOrderRequest { RequestId = requestId, Order = stage.Names[Order], Note = "演示：时间与约定不符" });
}

/// <summary>Staff end the dispute: some minutes move, or none.</summary>
internal sealed record ResolveStep(string Order, string Volunteer, int Minutes, DateTimeOffset At) : Step($"{Order}/resolve", At, Volunteer)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        ServiceOrder order = await new Client(await stage.StaffAsync(Role.FinanceChecker)).ResolveDisputeAsync(new ResolveDisputeRequest
        {
            RequestId = requestId,
            Order = stage.Names[Order],
            Outcome = Minutes > 0 ? DisputeOutcome.Settled : DisputeOutcome.Cancelled,
            Amount = Minutes > 0 ? new Amount { Value = Minutes, Unit = "MIN" } : null,
            Note = Minutes > 0 ? "演示：双方同意按实际时间计" : "演示：未按约定服务",
        });
        if (Minutes > 0) stage.ExpectMinutes(Key, order, Minutes);
    }
}

/// <summary>The recipient rates the service.</summary>
internal sealed record RateStep(string Order, string Recipient, string Volunteer, int Stars, DateTimeOffset At)
    : Step($"{Order}/rate", At, Volunteer)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.PersonAsync(stage.Names[Recipient], atCounter: false))
            .RateOrderAsync(new RateOrderRequest { RequestId = requestId, Order = stage.Names[Order], Stars = Stars });
}
