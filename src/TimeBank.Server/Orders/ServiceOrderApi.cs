using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// For volunteers, elders and counter staff: services from the request to the confirmed hours. Amounts are minutes. The order's grain knows
/// the parties, so the grain checks them.
/// </summary>
public sealed partial class ServiceOrderApi(IGrainFactory grains, IRegistry registry, PageTokens tokens, DayRules rules,
    BusinessClock clock)
    : ServiceOrderService.ServiceOrderServiceBase
{
    private const int MaxNote = 500, MaxStars = 5;

    /// <summary>A service starts at most this far ahead; a later date is a slip of the pen.</summary>
    private const int MaxDaysAhead = 366;

    public override async Task<ServiceOrder> RequestService(RequestServiceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName? onBehalfOf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders, PersonContract.Volunteers);
        ResourceName recipient = read.Resource(request.Recipient, "recipient", PersonContract.Elders, PersonContract.Volunteers);
        Slug item = read.Slug(request.Item, "item");
        DateTimeOffset start = read.Time(request.PlannedStartTime, "planned_start_time");
        if (start > clock.Now.AddDays(MaxDaysAhead)) read.Refuse("planned_start_time", "OUT_OF_RANGE", ("min", Text(clock.Now)),
            ("max", Text(clock.Now.AddDays(MaxDaysAhead))));
        long minutes = read.Amount(request.Planned, "planned", Unit.Minutes);
        read.Check();
        context.RequireActing(onBehalfOf, recipient);
        AccessInterceptor.RequireKnown(recipient.Region);
        long step = (await rules.PolicyAsync(recipient.Region, ChinaTime.DateOf(start))).Hours.Quantum.Value;
        if (minutes % step != 0) read.Refuse("planned.value", "NOT_A_STEP", ("step", $"{step}"));
        read.Check();

        Command command = context.Command(request, id, onBehalfOf);
        Reply<OrderRecord> reply = await grains.GetGrain<IServiceOrderGrain>(recipient.Region, command.NewId)
            .RequestAsync(new ServiceWanted(command, recipient.BelowRegion(), item.Text, start, minutes));
        return reply.OrThrow().ToContract(recipient.Region);
    }

    public override async Task<ServiceOrder> AcceptOrder(AcceptOrderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName? onBehalfOf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Volunteers);
        ResourceName order = read.Resource(request.Order, "order", OrderContract.Orders);
        ResourceName volunteer = read.Resource(request.Volunteer, "volunteer", PersonContract.Volunteers);
        read.SameRegion(order.Region, volunteer, "volunteer");
        read.Check();
        context.RequireActing(onBehalfOf, volunteer);
        return (await Order(order).AcceptAsync(context.Command(request, id, onBehalfOf), OpaqueId.Parse(volunteer.Id))).OrThrow()
            .ToContract(order.Region);
    }

    public override Task<ServiceOrder> ConfirmOrder(ConfirmOrderRequest request, ServerCallContext context) =>
        StepAsync(request, request.RequestId, request.OnBehalfOf, request.Order, context, new RequestReader(), "", (order, step) =>
            order.ConfirmAsync(step));

    public override Task<ServiceOrder> DisputeOrder(DisputeOrderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        string note = read.Text(request.Note, "note", MaxNote, required: true);
        return StepAsync(request, request.RequestId, request.OnBehalfOf, request.Order, context, read, note, (order, step) =>
            order.DisputeAsync(step));
    }

    public override Task<ServiceOrder> CancelOrder(CancelOrderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        string note = read.Text(request.Note, "note", MaxNote);
        return StepAsync(request, request.RequestId, request.OnBehalfOf, request.Order, context, read, note, (order, step) =>
            order.CancelAsync(step));
    }

    public override Task<ServiceOrder> RateOrder(RateOrderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        int stars = (int)read.Whole(request.Stars, "stars", 1, MaxStars);
        string comment = read.Text(request.Comment, "comment", MaxNote);
        return StepAsync(request, request.RequestId, request.OnBehalfOf, request.Order, context, read, comment,
            (order, step) => order.RateAsync(step.Command, step.Party, stars, step.Note));
    }

    public override Task<ServiceOrder> UndoOrderStep(UndoOrderStepRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        V1.ServiceStep? meant = read.ChoiceOrNull(request.Step, "step");
        return StepAsync(request, request.RequestId, request.OnBehalfOf, request.Order, context, read, "",
            (order, step) => order.UndoAsync(new StepUndo(step.Command, step.Party, meant?.ToDomain())));
    }

    public override async Task<ServiceOrder> ResolveDispute(ResolveDisputeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName order = read.Resource(request.Order, "order", OrderContract.Orders);
        DisputeOutcome outcome = read.Choice(request.Outcome, "outcome");
        if (outcome == DisputeOutcome.Cancelled && request.Amount is not null) read.Refuse("amount", "MUST_BE_EMPTY");
        long? minutes = outcome == DisputeOutcome.Settled ? read.Amount(request.Amount, "amount", Unit.Minutes) : null;
        string note = read.Text(request.Note, "note", MaxNote, required: true);
        read.Check();
        await RequireNoPartyAsync(order, context);
        return (await Order(order).ResolveAsync(context.Command(request, id), minutes, note)).OrThrow()
            .ToContract(order.Region);
    }

    /// <summary>
    /// A step by a party of the order, or by counter staff for a party. The grain checks that the party is one of the order's.
    /// </summary>
    private async Task<ServiceOrder> StepAsync(
        IMessage request, string requestId, string onBehalfOf, string name, ServerCallContext context, RequestReader read, string note,
        Func<IServiceOrderGrain, OrderStep, Task<Reply<OrderRecord>>> step)
    {
        Guid id = read.RequestId(requestId);
        ResourceName? actsFor = context.OnBehalfOf(read, onBehalfOf, PersonContract.Elders, PersonContract.Volunteers);
        ResourceName order = read.Resource(name, "order", OrderContract.Orders);
        read.Check();
        Reply<OrderRecord> reply = await step(
            Order(order), new OrderStep(context.Command(request, id, actsFor), PartyOf(context, actsFor, order.Region), note));
        return reply.OrThrow().ToContract(order.Region);
    }

    private IServiceOrderGrain Order(ResourceName name) => grains.GetGrain<IServiceOrderGrain>(name.GrainKey);

    /// <summary>The acting party's name without the region, as orders store it; empty for a party of another region.</summary>
    private static string PartyOf(ServerCallContext context, ResourceName? onBehalfOf, RegionCode region) =>
        ResourceName.TryParse(context.ActingParty(onBehalfOf), out ResourceName? party) && party.Value.Region == region
            ? party.Value.BelowRegion() : "";

    private static string Text(DateTimeOffset time) =>
        time.ToOffset(ChinaTime.Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
