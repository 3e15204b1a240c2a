using System.Globalization;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>Reads one order, and lists orders.</content>
public sealed partial class ServiceOrderApi
{
    public override async Task<ServiceOrder> GetOrder(GetOrderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", OrderContract.Orders);
        read.Check();
        OrderRecord order = await Order(name).GetAsync() ?? throw Problem.Of(Reason.OrderNotFound);
        string party = PartyOf(context, null, name.Region);
        if (!SeesAll(context.Caller()) && !IsShownTo(order, context.Caller(), party)) throw Problem.Of(Reason.PartyNotAllowed);
        ServiceOrder answer = order.ToContract(name.Region);
        bool hasVolunteer = order.Volunteer.Length > 0;
        if (!context.Caller().Has(Role.Counter) && !(hasVolunteer && IsPartyOf(order, party))) return answer;
        answer.RecipientDisplayName = await grains.DisplayNameAsync(name.Region, order.Recipient);
        if (hasVolunteer) answer.VolunteerDisplayName =
            await grains.DisplayNameAsync(name.Region, PersonCalls.Volunteers + order.Volunteer);
        return answer;
    }

    public override async Task<ListOrdersResponse> ListOrders(ListOrdersRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? recipient = read.ResourceOrNull(request.Recipient, "recipient", PersonContract.Elders, PersonContract.Volunteers);
        ResourceName? volunteer = read.ResourceOrNull(request.Volunteer, "volunteer", PersonContract.Volunteers);
        V1.OrderState? state = read.ChoiceOrNull(request.State, "state");
        (DateOnly first, DateOnly last) = read.Period(request.Period, "period");
        int size = read.PageSize(request.PageSize);
        if (recipient is { } served) read.SameRegion(region, served, "recipient");
        if (volunteer is { } serving) read.SameRegion(region, serving, "volunteer");
        read.Check();

        RegistryQuery query = Query(region, recipient, volunteer, state, first, last);
        if (!SeesAll(context.Caller()) && recipient?.ToString() != context.Caller().Party) query =
            OnlyShown(query, context.Caller(), PartyOf(context, null, region));
        RegistryCursor? after = tokens.Read(context, request, request.PageToken) is { } cursor
            ? new RegistryCursor(cursor.Split('|')[0], cursor.Split('|')[1]) : null;
        IReadOnlyList<RegistryRow<ServiceOrderState>> rows =
            await registry.ListAsync<ServiceOrderState>(
                query with { SortBy = ServiceOrderState.PlannedStartKey, Descending = true, After = after, Limit = size + 1 },
                context.CancellationToken);
        var response = new ListOrdersResponse { Unreadable = { rows.Take(size).Unreadable(region, OrderContract.Orders) } };
        OrderRecord[] shown = await Task.WhenAll(rows.Take(size).Readable().Select(row => ShownAsync(region, row)));
        // An order that was over has ended just now: its new state may not match the filter, or the caller may no longer see it.
        bool waitsOnly = !SeesAll(context.Caller()) && recipient?.ToString() != context.Caller().Party;
        string party = waitsOnly ? PartyOf(context, null, region) : "";
        response.Orders.Add(shown
            .Where(order => state is not { } wanted || order.State == wanted.ToDomain())
            .Where(order => !waitsOnly || IsShownTo(order, context.Caller(), party))
            .Select(order => order.ToContract(region)));
        if (rows.Count > size) response.NextPageToken =
            tokens.Write(context, request, $"{rows[size - 1].Cursor.Sort}|{rows[size - 1].Cursor.Key}");
        return response;
    }

    /// <summary>The listed order. If it is over and no round has ended it yet, the call to its grain ends it.</summary>
    private async Task<OrderRecord> ShownAsync(RegionCode region, RegistryRow<ServiceOrderState> row)
    {
        OrderRecord found = row.State.ToRecord(row.Id, clock.Now);
        return row.State.IsOver(clock.Now) ? await grains.GetGrain<IServiceOrderGrain>(region, row.Key).GetAsync() ?? found : found;
    }

    private static RegistryQuery Query(RegionCode region, ResourceName? recipient, ResourceName? volunteer, V1.OrderState? state,
        DateOnly first, DateOnly last)
    {
        var query = new RegistryQuery(region, ServiceOrderState.Kind);
        if (recipient is { } served)
            query = query.WhereOrMissing(new RegistryCondition(ServiceOrderState.RecipientKey, served.BelowRegion()));
        if (volunteer is { } serving) query = query.WhereOrMissing(new RegistryCondition(ServiceOrderState.VolunteerKey, serving.Id));
        if (state is { } wanted)
            query = query.WhereOrMissing(new RegistryCondition(ServiceOrderState.StateKey, StoredName.Of(wanted.ToDomain())));
        if (first != DateOnly.MinValue) query =
            query.WhereOrMissing(new RegistryCondition(ServiceOrderState.PlannedStartKey, StartOf(first), RegistryTest.AtLeast));
        if (last != DateOnly.MaxValue) query =
            query.WhereOrMissing(new RegistryCondition(ServiceOrderState.PlannedStartKey, StartOf(last.AddDays(1)), RegistryTest.Below));
        return query;
    }

    /// <summary>A volunteer sees orders that wait for a volunteer, orders they accepted, and orders they asked for.</summary>
    private static RegistryQuery OnlyShown(RegistryQuery query, Caller caller, string party)
    {
        if (!caller.Has(Role.Volunteer)) throw Problem.Of(Reason.PartyNotAllowed);
        return query.WhereOrMissing(
            new RegistryCondition(ServiceOrderState.StateKey, StoredName.Of(Ledger.OrderState.Requested)),
            new RegistryCondition(ServiceOrderState.VolunteerKey, party.Length > 0 ? party[(party.IndexOf('/') + 1)..] : "-"),
            new RegistryCondition(ServiceOrderState.RecipientKey, party));
    }

    private static bool IsShownTo(OrderRecord order, Caller caller, string party) =>
        IsPartyOf(order, party) || (caller.Has(Role.Volunteer) && order.State == Ledger.OrderState.Requested);

    private static bool IsPartyOf(OrderRecord order, string party) =>
        party.Length > 0 && (order.Recipient == party || PersonCalls.Volunteers + order.Volunteer == party);

    private static bool SeesAll(Caller caller) => caller.Has(Role.Counter) || caller.Has(Role.Auditor) || caller.Has(Role.Administrator);

    // The same form as stored times: in UTC, so that times sort as text.
    private static string StartOf(DateOnly day) =>
        ChinaTime.StartOf(day).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
