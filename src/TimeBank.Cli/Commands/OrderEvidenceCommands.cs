using System.CommandLine;
using System.Globalization;
using TimeBank.V1;
using Client = TimeBank.V1.ServiceOrderService.ServiceOrderServiceClient;

namespace TimeBank.Cli;

/// <summary>How services are proven: homes and places, what is recorded afterwards, who did not come, reviews.</summary>
internal static class OrderEvidenceCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [Home(make), Presence(make), Record(make), Absent(make), Review(make), Findings(make)];

    private static Command Home(CommandFactory make)
    {
        Argument<string> person = make.Argument("person", "服务对象：elders/ID 或 volunteers/ID", "who is served: elders/ID or volunteers/ID");
        var at = new PlaceOptions(make);
        return make.Command("home", "登记服务对象的住处位置（加密保存，不再显示）", "say where a recipient lives (kept sealed, never shown)",
            [person, .. at.All], async (session, parsed) =>
        {
            Place place = at.Read(parsed) ?? throw new UsageException("请用 --at 给出位置。", "Please give the position by --at.");
            string name = OrderCommands.Person(session, parsed.GetValue(person)!);
            var client = new Client(await session.AsAsync(OrderCommands.RoleOf(name), name, name));
            Home home = await client.SetHomeAsync(new SetHomeRequest
            {
                RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(name), Person = name, Place = place,
            });
            session.Screen.Show(home, () => session.Screen.Facts(ResourceNames.Short(home.Person),
                (session.Language["住处已登记", "home known since"], TimeText.Of(home.SetTime))));
        });
    }

    private static Command Presence(CommandFactory make)
    {
        Argument<string> order = OrderCommands.Order(make);
        Option<string> end = make.Option("--end", "begin 或 end", "begin or end", required: true);
        var at = new PlaceOptions(make);
        return make.Command("presence", "服务对象当场记录开始或结束", "the recipient records, on the spot, that it begins or ends",
            [order, end, .. at.All], async (session, parsed) =>
        {
            Place? place = at.Read(parsed);
            ServiceOrder found = await OrderCommands.FindAsync(session, parsed.GetValue(order)!);
            var client = new Client(await session.AsAsync(OrderCommands.RoleOf(found.Recipient), found.Name, found.Recipient));
            OrderCommands.Show(session, await client.RecordPresenceAsync(new RecordPresenceRequest
            {
                RequestId = session.RequestId(), Order = found.Name, End = EnumText.Parse<ServiceEnd>(parsed.GetValue(end)!), Place = place,
            }));
        });
    }

    private static Command Record(CommandFactory make)
    {
        Argument<string> order = OrderCommands.Order(make);
        Option<string> begin = make.Option("--begin", "开始时间；已签到的不填", "when it began; not where there is a check-in"),
            until = make.Option("--until", "结束时间", "when it ended", required: true),
            source = make.Option("--source", "call（电话核实）或 paper（纸质服务单）", "call or paper", required: true),
            document = make.Option("--document", "纸质服务单编号", "the number of the form on paper");
        return make.Command("record", "服务点补记没有记录的服务", "the counter records afterwards what nobody recorded",
            [order, begin, until, source, document], async (session, parsed) =>
        {
            ServiceOrder found = await OrderCommands.FindAsync(session, parsed.GetValue(order)!);
            var client = new Client(await session.AsAsync(Role.Counter, found.Name));
            OrderCommands.Show(session, await client.RecordServiceAsync(new RecordServiceRequest
            {
                RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(found.Volunteer), Order = found.Name,
                BeginTime = parsed.GetValue(begin) is { } from ? TimeText.ParseTime(from) : null,
                EndTime = TimeText.ParseTime(parsed.GetValue(until)!),
                Source = EnumText.Parse<EvidenceSource>(parsed.GetValue(source)!), Document = parsed.GetValue(document) ?? "",
            }));
        });
    }

    private static Command Absent(CommandFactory make)
    {
        Argument<string> order = OrderCommands.Order(make);
        Option<string> who = make.Option("--who", "谁没有来：volunteer 或 recipient", "who did not come: volunteer or recipient", required: true);
        return make.Command("absent", "登记对方未到", "say that the other side did not come", [order, who, make.DryRun],
            async (session, parsed) =>
        {
            ServiceOrder found = await OrderCommands.FindAsync(session, parsed.GetValue(order)!);
            string party = EnumText.Parse<OrderSide>(parsed.GetValue(who)!) == OrderSide.Volunteer ? found.Recipient : found.Volunteer;
            var client = new Client(await session.AsAsync(OrderCommands.RoleOf(party), found.Name, party));
            OrderCommands.Show(session, await client.ReportAbsenceAsync(new ReportAbsenceRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), OnBehalfOf = session.BehalfOf(party),
                Order = found.Name,
            }));
        });
    }

    private static Command Review(CommandFactory make)
    {
        Argument<string> order = OrderCommands.Order(make);
        Option<string> outcome = make.Option("--outcome", "accepted 或 rejected", "accepted or rejected", required: true),
            note = make.Option("--note", "理由", "why", required: true);
        return make.Command("review", "核对服务记录", "look at the evidence of a service", [order, outcome, note, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("orders", parsed.GetValue(order)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            OrderCommands.Show(session, await client.ReviewOrderAsync(new ReviewOrderRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Order = name,
                Outcome = EnumText.Parse<ReviewOutcome>(parsed.GetValue(outcome)!), Note = parsed.GetValue(note)!,
            }));
        });
    }

    private static Command Findings(CommandFactory make)
    {
        var period = new PeriodOptions(make);
        return make.Command("findings", "一段时间内值得核对的服务规律", "patterns in the services of some days that staff should look at",
            [.. period.All, make.Limit, make.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListOrderFindingsRequest
            {
                Parent = session.Region,
                Period = period.ReadOptional(parsed)
                    ?? throw new UsageException("请用 --month 或 --from、--to 给出时间。", "Please give the days by --month, or --from and --to."),
            };
            ListOrderFindingsResponse list =
                await make.PagingOf(parsed).AllAsync(request, page => client.ListOrderFindingsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["规律", "pattern"]), new(language["人员", "who"]), new(language["说明", "why"]),
                        new(language["服务单", "orders"])],
                    list.Findings.Select(finding => (IReadOnlyList<string>)[
                        EnumText.Of(finding.Pattern, language), string.Join(' ', finding.Persons.Select(ResourceNames.Short)),
                        finding.Texts[language["zh-CN", "en"]], string.Join(' ', finding.Orders.Take(3).Select(ResourceNames.Short))]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    /// <summary>The grade, with the doubts, and how far each side was from home at each end.</summary>
    internal static string Evidence(ServiceOrder order, Language language)
    {
        if (order.Evidence is not { Grade: not EvidenceGrade.Unspecified } evidence) return "";
        EndEvidence[] ends = [.. new[] { evidence.Begin, evidence.End }.OfType<EndEvidence>()];
        string[] details =
        [
            .. ends.SelectMany(end => end.Doubts).Distinct().Select(doubt => EnumText.Of(doubt, language)),
            .. ends.SelectMany(end => new[] { end.Volunteer, end.Recipient }).OfType<Sighting>().Where(seen => seen.HasMeters)
                .Select(seen => string.Create(CultureInfo.InvariantCulture, $"{seen.Meters} m")),
            .. order.Record is { Document.Length: > 0 } record ? [record.Document] : Array.Empty<string>(),
        ];
        string grade = EnumText.Of(evidence.Grade, language);
        return details.Length == 0 ? grade : $"{grade}: {string.Join(", ", details)}";
    }
}

/// <summary><c>--at</c> and <c>--system</c>: a position, and the system in which it is given.</summary>
internal sealed class PlaceOptions(CommandFactory make)
{
    private const decimal MicrosPerDegree = 1_000_000;

    private readonly Option<string> _at = make.Option(
            "--at", "位置：纬度,经度，如 27.827,113.134", "a position: latitude,longitude, such as 27.827,113.134"),
        _system = make.Option("--system", "坐标系：wgs84 或 gcj02；有 --at 时必填", "the position's system: wgs84 or gcj02; required with --at");

    public IEnumerable<Option> All => [_at, _system];

    /// <summary>The position; null without options.</summary>
    /// <exception cref="UsageException">It can't be right, or its system isn't named.</exception>
    public Place? Read(ParseResult parsed)
    {
        string? at = parsed.GetValue(_at), system = parsed.GetValue(_system);
        if (at is null && system is null) return null;
        if (at is null || system is null) throw new UsageException("--at 和 --system 要一起给出：两种坐标系相差约 500 米，从数字看不出是哪一种。",
            "Give --at and --system together: the two systems lie some 500 m apart, and the numbers don't tell which one it is.");
        string[] parts = at.Split(',');
        if (parts.Length != 2 || Micros(parts[0]) is not { } latitude || Micros(parts[1]) is not { } longitude)
            throw new UsageException($"“{at}”不是位置，例如 27.827,113.134。", $"{at} is no position, such as 27.827,113.134.");
        return new Place
        {
            CoordinateSystem = EnumText.Parse<CoordinateSystem>(system), LatitudeMicros = latitude, LongitudeMicros = longitude,
        };
    }

    private static long? Micros(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out decimal degrees) && Math.Abs(degrees) <= 360 ? (long)(degrees * MicrosPerDegree) : null;
}
