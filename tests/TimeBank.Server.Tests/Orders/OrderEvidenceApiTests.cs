using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;
using CoordinateSystem = TimeBank.V1.CoordinateSystem;
using EvidenceGrade = TimeBank.V1.EvidenceGrade;
using EvidenceSource = TimeBank.V1.EvidenceSource;
using OrderState = TimeBank.V1.OrderState;
using ServiceEnd = TimeBank.V1.ServiceEnd;

namespace TimeBank.Server.Tests;

[Collection(HoursCollection.Name)]
public sealed class OrderEvidenceApiTests(TestServer server)
{
    /// <summary>One spot in Zhuzhou in both systems.</summary>
    private static readonly Place Satellite = new()
    {
        CoordinateSystem = CoordinateSystem.Wgs84, LatitudeMicros = 27_827_000, LongitudeMicros = 113_134_000,
    };

    private static readonly Place Map = OnMap();

    private readonly Desk _desk = new(server);

    [Fact]
    public async Task Both_sides_near_home_are_seen_by_both_whatever_system_their_phones_speak()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        var home = new SetHomeRequest { RequestId = Id(), OnBehalfOf = elder, Person = elder, Place = Satellite };
        Home known = await AgainAsync(() => _desk.OrdersAs(Role.Counter).SetHomeAsync(home));
        Assert.Equal(elder, known.Person);
        string order = (await _desk.AcceptedAsync(elder, volunteer)).Name;
        Place now = Map.Clone();
        now.FixTime = Timestamp.FromDateTimeOffset(_desk.Now);
        var checkIn = new CheckInRequest { RequestId = Id(), Order = order, Place = now };
        await AgainAsync(() => _desk.Orders(volunteer).CheckInAsync(checkIn));
        await _desk.Orders(elder).RecordPresenceAsync(
            new RecordPresenceRequest { RequestId = Id(), Order = order, End = ServiceEnd.Begin, Place = Satellite });
        await _desk.AdvanceAsync(TimeSpan.FromMinutes(60));
        await _desk.Orders(elder).RecordPresenceAsync(
            new RecordPresenceRequest { RequestId = Id(), Order = order, End = ServiceEnd.End, Place = Map });

        await _desk.Orders(volunteer).CheckOutAsync(new CheckOutRequest { RequestId = Id(), Order = order, Place = Satellite });

        ServiceOrder[] seen = [await GetAsync(elder, order), await GetAsync(volunteer, order)];
        Assert.Equal(seen[0], seen[1]);
        Assert.Equal(EvidenceGrade.BothSides, seen[0].Evidence.Grade);
        Assert.True(seen[0].Evidence.Begin.Volunteer.HasMeters);
        Assert.Equal((0L, 0L, 0L), (seen[0].Evidence.Begin.Volunteer.Meters, seen[0].Evidence.Begin.Recipient.Meters,
            seen[0].Evidence.End.Recipient.Meters));
        Assert.Equal(OrderState.Confirmed,
            (await _desk.Orders(elder).ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = Id(), Order = order })).State);
    }

    [Fact]
    public async Task A_place_is_refused_by_field_and_staff_have_none()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        string order = (await _desk.AcceptedAsync(elder, volunteer)).Name;
        Task CheckInAsync(Action<Place> change, string field)
        {
            Place place = Satellite.Clone();
            change(place);
            return _desk.Orders(volunteer).CheckInAsync(new CheckInRequest { RequestId = Id(), Order = order, Place = place })
                .IsRefusedAsync(Reason.InvalidField, field);
        }

        await CheckInAsync(place => place.CoordinateSystem = CoordinateSystem.Unspecified, "place.coordinate_system");
        await CheckInAsync(place => place.CoordinateSystem = (CoordinateSystem)3, "place.coordinate_system");
        await CheckInAsync(place => place.LatitudeMicros = 54_000_001, "place.latitude_micros");
        await CheckInAsync(place => place.LongitudeMicros = long.MinValue, "place.longitude_micros");
        await CheckInAsync(place => (place.LatitudeMicros, place.LongitudeMicros) = (0, 113_134_000), "place.latitude_micros");
        await CheckInAsync(place => place.FixTime = new Timestamp { Seconds = long.MaxValue }, "place.fix_time");
        await _desk.OrdersAs(Role.Counter)
            .CheckInAsync(new CheckInRequest { RequestId = Id(), OnBehalfOf = volunteer, Order = order, Place = Satellite })
            .IsRefusedAsync(Reason.InvalidField, "place");
        await _desk.Orders(elder).SetHomeAsync(new SetHomeRequest { RequestId = Id(), Person = elder })
            .IsRefusedAsync(Reason.InvalidField, "place");
        await _desk.Orders(volunteer).SetHomeAsync(new SetHomeRequest { RequestId = Id(), Person = elder, Place = Satellite })
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Orders(volunteer).RecordPresenceAsync(
            new RecordPresenceRequest { RequestId = Id(), Order = order, End = ServiceEnd.Begin }).IsRefusedAsync(Reason.PartyNotAllowed);
    }

    [Fact]
    public async Task What_staff_record_from_paper_waits_for_a_second_person()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        ServiceOrder accepted = await _desk.AcceptedAsync(elder, volunteer);
        await _desk.AdvanceAsync(TimeSpan.FromHours(30));
        ServiceOrderService.ServiceOrderServiceClient first = _desk.OrdersAs(Role.Counter, "staff-a");
        RecordServiceRequest Record(EvidenceSource source, string document) => new()
        {
            RequestId = Id(), OnBehalfOf = volunteer, Order = accepted.Name, BeginTime = accepted.PlannedStartTime,
            EndTime = Timestamp.FromDateTimeOffset(accepted.PlannedStartTime.ToDateTimeOffset().AddMinutes(90)), Source = source,
            Document = document,
        };
        await first.RecordServiceAsync(Record(EvidenceSource.Paper, "")).IsRefusedAsync(Reason.InvalidField, "document");
        await first.RecordServiceAsync(Record(EvidenceSource.Call, "F-3")).IsRefusedAsync(Reason.InvalidField, "document");
        await first.RecordServiceAsync(Record(EvidenceSource.Person, "")).IsRefusedAsync(Reason.InvalidField, "source");
        await _desk.Orders(volunteer).RecordServiceAsync(Record(EvidenceSource.Call, "")).IsRefusedAsync(Reason.RoleNotAllowed);
        RecordServiceRequest record = Record(EvidenceSource.Paper, "F-3");

        ServiceOrder recorded = await AgainAsync(() => first.RecordServiceAsync(record));
        ServiceOrder waits =
            await _desk.Orders(elder).ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = Id(), Order = accepted.Name });

        Assert.Equal((90, EvidenceGrade.Paper, "F-3"), (recorded.Served.Value, recorded.Evidence.Grade, recorded.Record.Document));
        Assert.Equal((OrderState.InReview, 0L), (waits.State, (await _desk.HoursAsync(volunteer)).Earned.Value));
        Assert.Contains((await _desk.OrdersAs(Role.Counter).ListOrdersAsync(
            new ListOrdersRequest { Parent = _desk.Region, State = OrderState.InReview })).Orders, one => one.Name == accepted.Name);
        ReviewOrderRequest Review() =>
            new() { RequestId = Id(), Order = accepted.Name, Outcome = ReviewOutcome.Accepted, Note = "核对过签名" };
        await first.ReviewOrderAsync(Review()).IsRefusedAsync(Reason.MakerIsChecker);
        await _desk.Orders(volunteer).ReviewOrderAsync(Review()).IsRefusedAsync(Reason.RoleNotAllowed);
        ReviewOrderRequest review = Review();
        ServiceOrder would = await _desk.OrdersAs(Role.Counter, "staff-b").ReviewOrderAsync(With(review, dry: true));
        Assert.Equal((OrderState.Confirmed, 0L), (would.State, (await _desk.HoursAsync(volunteer)).Earned.Value));
        ServiceOrder done = await AgainAsync(() => _desk.OrdersAs(Role.Counter, "staff-b").ReviewOrderAsync(review));
        Assert.Equal((OrderState.Confirmed, 90, ReviewOutcome.Accepted, "核对过签名"),
            (done.State, done.Credited.Value, done.Review.Outcome, done.Review.Note));
        Assert.Equal(90, (await _desk.HoursAsync(volunteer)).Earned.Value);
    }

    [Fact]
    public async Task Who_did_not_come_is_said_by_who_did()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        string order = (await _desk.AcceptedAsync(elder, volunteer)).Name;
        var absence = new ReportAbsenceRequest { RequestId = Id(), OnBehalfOf = elder, Order = order };
        await _desk.OrdersAs(Role.Counter).ReportAbsenceAsync(
            new ReportAbsenceRequest { RequestId = Id(), OnBehalfOf = elder, Order = order }).IsRefusedAsync(Reason.AbsenceTooEarly);
        await _desk.AdvanceAsync(TimeSpan.FromMinutes(40));

        ServiceOrder ended = await AgainAsync(() => _desk.OrdersAs(Role.Counter).ReportAbsenceAsync(absence));

        Assert.Equal((OrderState.Cancelled, V1.OrderSide.Volunteer), (ended.State, ended.Absent));
        Assert.Equal(240, (await _desk.HoursAsync(elder)).Available.Value);
    }

    /// <summary>Calls twice, and asserts that the second answer is the first one.</summary>
    private static async Task<T> AgainAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        T first = await call();
        Assert.Equal(first, await call());
        return first;
    }

    [Fact]
    public async Task Staff_are_shown_what_to_look_at_in_words_page_by_page()
    {
        string elder = await _desk.RegisterWithHoursAsync(), volunteer = await _desk.EnrolAsync();
        await _desk.Orders(elder).SetHomeAsync(new SetHomeRequest { RequestId = Id(), Person = elder, Place = Satellite });
        Place far = Satellite.Clone();
        far.LatitudeMicros += 30_000;
        DateOnly from = _desk.Today;
        string[] orders = [await FarAsync(), await FarAsync()];
        ListOrderFindingsRequest Asked(int size = 0, string token = "") => new()
        {
            Parent = _desk.Region, PageSize = size, PageToken = token,
            Period = new Period { FirstDay = DateOf(from), LastDay = DateOf(from.AddDays(2)) },
        };
        ServiceOrderService.ServiceOrderServiceClient counter = _desk.OrdersAs(Role.Counter);

        OrderFinding[] all = [.. (await counter.ListOrderFindingsAsync(Asked())).Findings];

        OrderFinding found = Assert.Single(all, one => one.Persons.Contains(volunteer));
        Assert.Equal((V1.OrderPattern.FarFromHome, 2, 2), (found.Pattern, found.Count, found.OrderCount));
        Assert.Equal(orders.Order(), found.Orders.Order());
        Assert.Equal("In 2 services a record was far from the recipient's home.", found.Texts["en"]);
        var paged = new List<OrderFinding>();
        string token = "";
        do
        {
            ListOrderFindingsResponse page = await counter.ListOrderFindingsAsync(Asked(1, token));
            paged.AddRange(page.Findings);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(all, paged);
        await _desk.Orders(volunteer).ListOrderFindingsAsync(Asked()).IsRefusedAsync(Reason.RoleNotAllowed);
        await counter.ListOrderFindingsAsync(new ListOrderFindingsRequest { Parent = _desk.Region })
            .IsRefusedAsync(Reason.InvalidField, "period.first_day", "period.last_day");
        ListOrderFindingsRequest tooLong = Asked();
        tooLong.Period.LastDay = DateOf(from.AddDays(92));
        await counter.ListOrderFindingsAsync(tooLong).IsRefusedAsync(Reason.InvalidField, "period.last_day");

        async Task<string> FarAsync()
        {
            string order = (await _desk.AcceptedAsync(elder, volunteer)).Name;
            await _desk.Orders(volunteer).CheckInAsync(new CheckInRequest { RequestId = Id(), Order = order, Place = far });
            await _desk.AdvanceAsync(TimeSpan.FromMinutes(130));
            await _desk.Orders(volunteer).CheckOutAsync(new CheckOutRequest { RequestId = Id(), Order = order });
            return order;
        }
    }

    private async Task<ServiceOrder> GetAsync(string reader, string order) =>
        await _desk.Orders(reader).GetOrderAsync(new GetOrderRequest { Name = order });

    private static ReviewOrderRequest With(ReviewOrderRequest request, bool dry)
    {
        ReviewOrderRequest other = request.Clone();
        other.ValidateOnly = dry;
        return other;
    }

    private static Place OnMap()
    {
        (int latitude, int longitude) =
            GeoPoint.Of(Ledger.CoordinateSystem.Wgs84, (int)Satellite.LatitudeMicros, (int)Satellite.LongitudeMicros).ToGcj02();
        return new Place { CoordinateSystem = CoordinateSystem.Gcj02, LatitudeMicros = latitude, LongitudeMicros = longitude };
    }
}
