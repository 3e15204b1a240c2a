using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.ElderService.ElderServiceClient;

namespace TimeBank.Cli;

/// <summary>Monthly visits to elders in special difficulty (探访关爱).</summary>
internal static class VisitCommands
{
    public static Command Of(CommandFactory make) =>
        make.Group("visit", "探访：登记、一位老人的各次、当月漏访", "visits: record one, those to one elder, whom a month misses",
            Record(make), List(make), Missed(make));

    private static Command Record(CommandFactory make)
    {
        Argument<string> elder = make.Argument("elder", "老人", "the elder");
        Option<string> day = make.Option("--day", "哪一天", "the day", required: true),
            method = make.Option("--method", "方式：in-person、telephone 或 video", "how: in-person, telephone or video", required: true),
            finding = make.Option("--finding", "情况：well、needs-help 或 not-met", "what: well, needs-help or not-met", required: true),
            volunteer = make.Option("--volunteer", "哪位志愿者去的；不写为工作人员", "the volunteer who went; one of the staff if left out");
        return make.Command("record", "登记一次探访", "record a visit", [elder, day, method, finding, volunteer], async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            Visit visit = await new Client(await session.AsAsync(Role.Counter, name)).RecordVisitAsync(new RecordVisitRequest
            {
                RequestId = session.RequestId(), Elder = name, VisitedDate = TimeText.ParseDay(parsed.GetValue(day)!),
                Method = EnumText.Parse<VisitMethod>(parsed.GetValue(method)!),
                Finding = EnumText.Parse<VisitFinding>(parsed.GetValue(finding)!),
                Volunteer = parsed.GetValue(volunteer) is { } went ? session.Name("volunteers", went) : "",
            });
            session.Screen.Show(visit, () => Table(session, ResourceNames.Short(name), [visit]));
        });
    }

    private static Command List(CommandFactory make)
    {
        Argument<string> elder = make.Argument("elder", "老人", "the elder");
        return make.Command("list", "一位老人的各次探访", "the visits to one elder, the last one first", [elder, make.Limit, make.All],
            async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            ListVisitsResponse list = await make.PagingOf(parsed)
                .AllAsync(new ListVisitsRequest { Elder = name }, page => client.ListVisitsAsync(page).ResponseAsync);
            session.Screen.Show(list, () =>
            {
                Table(session, ResourceNames.Short(name), list.Visits);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Missed(CommandFactory make)
    {
        Option<string> month = make.Option("--month", "月份，默认当月", "the month; the current one if left out"),
            ground = make.Option("--ground", "只看一类，如 lives-alone", "only one ground, such as lives-alone");
        return make.Command("missed", "当月漏访和探访率", "whom a month misses, and the rate", [month, ground, make.Limit, make.All],
            async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListMissedVisitsRequest
            {
                Parent = session.Region, Month = parsed.GetValue(month) is { } text ? TimeText.ParseMonth(text) : null,
                Ground = EnumText.ParseOrDefault<VisitGround>(parsed.GetValue(ground)),
            };
            ListMissedVisitsResponse list = await make.PagingOf(parsed)
                .AllAsync(request, page => client.ListMissedVisitsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(language["探访率", "The rate"],
                    [new(language["对象", "who"]), new(language["应访", "to be visited"], true), new(language["已访", "visited"], true),
                        new(language["探访率", "rate"], true)],
                    list.Rates.Select(rate => (IReadOnlyList<string>)[
                        rate.Ground == VisitGround.Unspecified ? language["全部", "all"] : EnumText.Of(rate.Ground, language),
                        $"{rate.Due}", $"{rate.Visited}", rate.Due == 0 ? "–" : $"{rate.Visited * 100 / rate.Due} %"]));
                session.Screen.Table(
                    list.Alert ? language["漏访，请马上安排", "Missed: see to it at once"] : language["还没有探访的", "Not visited yet"],
                    [new(language["老人", "elder"]), new(language["称呼", "name"]), new(language["原因", "why"]),
                        new(language["上次", "last visit"]), new(language["没见到", "tried"], true)],
                    list.Missed.Select(one => (IReadOnlyList<string>)[
                        ResourceNames.Short(one.Elder), one.DisplayName,
                        string.Join(language["、", ", "], one.Grounds.Select(why => EnumText.Of(why, language))),
                        TimeText.Of(one.LastVisitedDate), $"{one.Attempts}"]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static void Table(Session session, string title, IReadOnlyList<Visit> visits)
    {
        Language language = session.Language;
        session.Screen.Table(title,
            [new(language["日期", "day"]), new(language["方式", "how"]), new(language["情况", "what"]), new(language["探访人", "visitor"]),
                new(language["登记人", "recorded by"])],
            visits.Select(visit => (IReadOnlyList<string>)[
                TimeText.Of(visit.VisitedDate), EnumText.Of(visit.Method, language), EnumText.Of(visit.Finding, language),
                visit.Volunteer.Length > 0 ? ResourceNames.Short(visit.Volunteer) : language["工作人员", "staff"], visit.RecordedBy]));
    }
}
