using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>How services are proven: homes and places, what is recorded afterwards, who did not come, reviews.</content>
public sealed partial class ServiceOrderApi
{
    private const int MaxDocument = 40;

    public override async Task<Home> SetHome(SetHomeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName? onBehalfOf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders, PersonContract.Volunteers);
        ResourceName person = read.Resource(request.Person, "person", PersonContract.Elders, PersonContract.Volunteers);
        if (request.Place?.FixTime is not null) read.Refuse("place.fix_time", "MUST_BE_EMPTY");
        if (request.Place is null) read.Refuse("place", "REQUIRED");
        PlaceSeen? place = PlaceOf(read, request.Place);
        read.Check();
        context.RequireActing(onBehalfOf, person);
        AccessInterceptor.RequireKnown(person.Region);
        HomeRecord home = (await grains.GetGrain<IHomeGrain>(person.GrainKey)
            .SetAsync(context.Command(request, id, onBehalfOf), person.BelowRegion(), place!)).OrThrow();
        return new Home { Person = person.ToString(), SetTime = Timestamp.FromDateTimeOffset(home.Set) };
    }

    public override Task<ServiceOrder> CheckIn(CheckInRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        PlaceSeen? place = OwnPlace(read, request.Place, context);
        return StepAsync(request, request.RequestId, request.OnBehalfOf, request.Order, context, read, "", (order, step) =>
            order.CheckInAsync(step with { Place = place }));
    }

    public override Task<ServiceOrder> CheckOut(CheckOutRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        PlaceSeen? place = OwnPlace(read, request.Place, context);
        return StepAsync(request, request.RequestId, request.OnBehalfOf, request.Order, context, read, "", (order, step) =>
            order.CheckOutAsync(step with { Place = place }));
    }

    public override Task<ServiceOrder> RecordPresence(RecordPresenceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        V1.ServiceEnd end = read.Choice(request.End, "end");
        PlaceSeen? place = PlaceOf(read, request.Place);
        return StepAsync(request, request.RequestId, "", request.Order, context, read, "", (order, step) =>
            order.PresenceAsync(step with { Place = place }, end.ToDomain()));
    }

    public override async Task<ServiceOrder> RecordService(RecordServiceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName? actsFor = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Volunteers);
        ResourceName order = read.Resource(request.Order, "order", OrderContract.Orders);
        DateTimeOffset? begin = request.BeginTime is null ? null : read.Time(request.BeginTime, "begin_time");
        DateTimeOffset end = read.Time(request.EndTime, "end_time");
        V1.EvidenceSource source = read.Choice(request.Source, "source");
        bool isPaper = source == V1.EvidenceSource.Paper;
        if (source is V1.EvidenceSource.Person or V1.EvidenceSource.Counter) read.Refuse("source", "UNKNOWN_VALUE");
        if (!isPaper && request.Document.Length > 0) read.Refuse("document", "MUST_BE_EMPTY");
        string document = isPaper ? read.Text(request.Document, "document", MaxDocument, required: true) : "";
        read.Check();
        return (await Order(order).RecordAsync(new ServiceRecorded(context.Command(request, id, actsFor),
            PartyOf(context, actsFor, order.Region), begin, end, source.ToDomain(), document))).OrThrow().ToContract(order.Region);
    }

    public override Task<ServiceOrder> ReportAbsence(ReportAbsenceRequest request, ServerCallContext context) =>
        StepAsync(request, request.RequestId, request.OnBehalfOf, request.Order, context, new RequestReader(), "", (order, step) =>
            order.AbsenceAsync(step));

    public override async Task<ServiceOrder> ReviewOrder(ReviewOrderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName order = read.Resource(request.Order, "order", OrderContract.Orders);
        ReviewOutcome outcome = read.Choice(request.Outcome, "outcome");
        string note = read.Text(request.Note, "note", MaxNote, required: true);
        read.Check();
        await RequireNoPartyAsync(order, context);
        return (await Order(order).ReviewAsync(context.Command(request, id), outcome == ReviewOutcome.Accepted, note)).OrThrow()
            .ToContract(order.Region);
    }

    /// <summary>Staff who are a party of the order themselves decide nothing of it.</summary>
    private async Task RequireNoPartyAsync(ResourceName order, ServerCallContext context)
    {
        if (await Order(order).GetAsync() is { } found && IsPartyOf(found, PartyOf(context, null, order.Region)))
            throw Problem.Of(Reason.MakerIsChecker);
    }

    /// <summary>Where the caller is. Counter staff are not there: where they sit says nothing of the service.</summary>
    private static PlaceSeen? OwnPlace(RequestReader read, Place? place, ServerCallContext context)
    {
        if (place is not null && context.Caller().Has(Role.Counter)) read.Refuse("place", "MUST_BE_EMPTY");
        return PlaceOf(read, place);
    }

    /// <summary>The position by WGS-84; null where there is none, or it is refused.</summary>
    private static PlaceSeen? PlaceOf(RequestReader read, Place? place)
    {
        if (place is null) return null;
        int before = read.Violations.Count;
        V1.CoordinateSystem system = read.Choice(place.CoordinateSystem, "place.coordinate_system");
        long latitude = read.Whole(place.LatitudeMicros, "place.latitude_micros", GeoPoint.South, GeoPoint.North),
            longitude = read.Whole(place.LongitudeMicros, "place.longitude_micros", GeoPoint.West, GeoPoint.East);
        DateTimeOffset? found = place.FixTime is null ? null : read.Time(place.FixTime, "place.fix_time");
        if (read.Violations.Count > before) return null;
        var point = GeoPoint.Of(system.ToDomain(), (int)latitude, (int)longitude);
        return new PlaceSeen(point.Latitude, point.Longitude, found);
    }
}
