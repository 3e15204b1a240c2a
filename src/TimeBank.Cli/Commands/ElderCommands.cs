using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.ElderService.ElderServiceClient;

namespace TimeBank.Cli;

/// <summary>Elders, their assessments and their entitlements.</summary>
internal static class ElderCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [List(make), make.Group("elder", "老人：查询、登记、评估、待遇、密码、卡", "one elder: show, register, assess, entitlements, PIN, card", Show(make),
        Register(make), Assess(make), Entitlements(make), HolderCommands.Pin(make), HolderCommands.Card(make))];

    private static Command List(CommandFactory make)
    {
        Option<int?> due = new("--due-days")
        {
            Description = make.Language["只列能力评估已过期或在这么多天内到期的", "only those whose assessment is over, or ends within so many days"],
        };
        return make.Command("elders", "老人名册", "the elders of a region", [due, make.Limit, make.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListEldersRequest { Parent = session.Region };
            if (parsed.GetValue(due) is { } days) request.AssessmentDueDays = days;
            ListEldersResponse list = await make.PagingOf(parsed).AllAsync(request, page => client.ListEldersAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["编号", "id"]), new(language["称呼", "name"]), new(language["出生", "born"]), new(language["能力", "ability"]),
                        new(language["评估有效至", "assessed until"]), new(language["困难情形", "difficulties"])],
                    list.Elders.Select(
                    elder => (IReadOnlyList<string>)[ResourceNames.Short(elder.Name), elder.DisplayName, TimeText.Of(elder.BirthDate),
                    EnumText.Of(elder.Assessment?.Grade ?? AbilityGrade.Unspecified, language), TimeText.Of(elder.Assessment?.ValidUntil),
                    DifficultiesOf(elder, language)]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> elder = make.Argument("elder", "老人", "the elder");
        return make.Command("show", "一位老人", "one elder", [elder], async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name)).GetElderAsync(new GetElderRequest { Name = name }));
        });
    }

    private static Command Register(CommandFactory make)
    {
        Option<string> name = make.Option("--name", "称呼", "how the elder is addressed", required: true),
            born = make.Option("--born", "出生日期", "the day of birth", required: true);
        Option<string[]> difficulties = Difficulties(make);
        PersonOptions person = PersonCommands.Options(make);
        return make.Command("register", "登记老人", "register an elder", [name, born, difficulties, .. person.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Counter, session.Settings.Region));
            var request = new RegisterElderRequest
            {
                RequestId = session.RequestId(), Parent = session.Region,
                DisplayName = parsed.GetValue(name)!, BirthDate = TimeText.ParseDay(parsed.GetValue(born)!),
                Details = person.Read(parsed),
            };
            request.Difficulties.Add((parsed.GetValue(difficulties) ?? []).Select(EnumText.Parse<Difficulty>));
            Show(session, await client.RegisterElderAsync(request));
        });
    }

    private static Command Assess(CommandFactory make)
    {
        Argument<string> elder = make.Argument("elder", "老人", "the elder");
        Option<int?> Points(string name, string chinese, string english, int max) => new(name)
        {
            Description = make.Language[$"{chinese}得分，0 到 {max}", $"points of {english}, 0 to {max}"],
        };
        Option<int?> score = Points("--score", "总", "all items together", 90), selfCare = Points("--self-care", "自理能力", "self-care", 32),
            movement = Points("--movement", "基础运动能力", "basic movement", 15),
            mentalState = Points("--mental-state", "精神状态", "mental state", 28),
            participation = Points("--participation", "感知觉与社会参与", "perception and social participation", 15);
        Option<string[]> changes = new("--grade-change")
        {
            Description = make.Language["等级变更条款，如 dementia，可多次", "what makes the grade worse, such as dementia; may be repeated"],
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> day = make.Option("--day", "评估日", "the day of the assessment", required: true),
            region = make.Option("--assessed-in", "评估地区", "the region that assessed");
        Option<string[]> difficulties = Difficulties(make);
        return make.Command("assess", "登记能力评估；不写困难情形则保持原样", "record an ability assessment; difficulties stay where none is given",
            [elder, score, selfCare, movement, mentalState, participation, changes, day, region, difficulties],
            async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            var request = new RecordAssessmentRequest
            {
                RequestId = session.RequestId(),
                Elder = name,
                AssessedDate = TimeText.ParseDay(parsed.GetValue(day)!),
                AssessedIn = parsed.GetValue(region) is { } code ? ResourceNames.OfRegion(code) : "",
            };
            if (parsed.GetValue(score) is { } sum) request.Score = sum;
            if (parsed.GetValue(selfCare) is { } first) (request.Items ??= new AssessmentItems()).SelfCare = first;
            if (parsed.GetValue(movement) is { } second) (request.Items ??= new AssessmentItems()).Movement = second;
            if (parsed.GetValue(mentalState) is { } third) (request.Items ??= new AssessmentItems()).MentalState = third;
            if (parsed.GetValue(participation) is { } fourth) (request.Items ??= new AssessmentItems()).Participation = fourth;
            request.GradeChanges.Add((parsed.GetValue(changes) ?? []).Select(EnumText.Parse<GradeChange>));
            // The request replaces them.
            request.Difficulties.Add(parsed.GetValue(difficulties) is { Length: > 0 } said ? said.Select(EnumText.Parse<Difficulty>)
                : (await client.GetElderAsync(new GetElderRequest { Name = name })).Difficulties);
            Show(session, await client.RecordAssessmentAsync(request));
        });
    }

    private static Command Entitlements(CommandFactory make)
    {
        Argument<string> elder = make.Argument("elder", "老人", "the elder");
        Option<string> month = make.Option("--month", "月份，默认当月", "the month; the current one if left out");
        return make.Command("entitlements", "当月可享受什么，为什么", "what an elder is entitled to in a month, and why not",
            [elder, month, make.Limit, make.All], async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            var request = new ListEntitlementsRequest
            {
                Elder = name, Month = parsed.GetValue(month) is { } text
                ? TimeText.ParseMonth(text) : null
            };
            ListEntitlementsResponse list = await make.PagingOf(parsed)
                .AllAsync(request, page => client.ListEntitlementsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    ResourceNames.Short(name), [new(language["待遇", "what"]), new(language["符合", "entitled"]),
                        new(language["数额", "amount"], true), new(language["已发", "issued"]), new(language["原因", "reason"])],
                    list.Entitlements.Select(one => (IReadOnlyList<string>)[
                        one.Programme.Length > 0 ? ResourceNames.Short(one.Programme) : language["补助时间", "issued hours"], one.Entitled
                            ? language["是", "yes"] : language["否", "no"],
                        AmountText.Of(one.Amount, language), one.Issued ? language["是", "yes"] : language["否", "no"],
                        one.Texts.GetValueOrDefault(language.Locale, one.Reason)]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Option<string[]> Difficulties(CommandFactory make) => new("--difficulty")
    {
        Description = make.Language["困难情形，如 lives-alone，可多次", "a difficulty, such as lives-alone; may be repeated"],
        AllowMultipleArgumentsPerToken = true,
    };

    private static string DifficultiesOf(Elder elder, Language language) =>
        string.Join(language["、", ", "], elder.Difficulties.Select(difficulty => EnumText.Of(difficulty, language)));

    /// <summary>What made up an assessment; nothing where only the sum is known.</summary>
    private static (string, string)[] ItemsOf(Assessment? assessment, Language language) => assessment is null ? [] :
    [
        (language["各项得分", "points by item"], assessment.Items is not { } items ? "" : language[
            $"自理能力 {items.SelfCare}，基础运动 {items.Movement}，精神状态 {items.MentalState}，感知觉与社会参与 {items.Participation}",
            $"self-care {items.SelfCare}, movement {items.Movement}, mental state {items.MentalState}, "
                + $"perception and participation {items.Participation}"]),
        (language["等级变更", "grade changed by"],
            string.Join(language["、", ", "], assessment.GradeChanges.Select(one => EnumText.Of(one, language)))),
        (language["初步等级", "preliminary grade"],
            assessment.GradeChanges.Count == 0 ? "" : EnumText.Of(assessment.PreliminaryGrade, language)),
    ];

    private static void Show(Session session, Elder elder) => session.Screen.Show(elder, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(elder.Name), [
            (language["称呼", "name"], elder.DisplayName),
            (language["出生", "born"], TimeText.Of(elder.BirthDate)),
            (language["登记", "registered"], TimeText.Of(elder.RegisteredDate)),
            (language["状态", "status"], EnumText.Of(elder.Status, language)),
            (language["其他待遇", "other benefits"],
                string.Join(language["、", ", "], elder.Benefits.Select(benefit => EnumText.Of(benefit, language)))),
            (language["能力", "ability"], elder.Assessment is { } assessment
                ? language[$"{EnumText.Of(assessment.Grade, language)}（{assessment.Score} 分，{TimeText.Of(assessment.AssessedDate)} 评估，有效至 "
                    + $"{TimeText.Of(assessment.ValidUntil)}）", $"{EnumText.Of(assessment.Grade, language)} ({assessment.Score} points on "
                    + $"{TimeText.Of(assessment.AssessedDate)}, valid until {TimeText.Of(assessment.ValidUntil)})"]
                : EnumText.Of(AbilityGrade.Unspecified, language)),
            .. ItemsOf(elder.Assessment, language),
            (language["困难情形", "difficulties"], DifficultiesOf(elder, language)),
            .. PersonCommands.Facts(elder.Details, language)]);
        if (elder.Notices.Count == 0) return;
        session.Screen.Table(
            language["收到的通知", "What was reported"], [new(language["报告日", "reported"]), new(language["情况", "what"]),
                new(language["发生日", "day"]), new(language["说明", "of"]), new(language["来源", "source"]), new(language["报告人", "by"])],
            elder.Notices.Select(notice => (IReadOnlyList<string>)[TimeText.Of(notice.ReportedDate), EnumText.Of(notice.Kind, language),
                TimeText.Of(notice.Date), notice.Benefit != Benefit.Unspecified ? EnumText.Of(notice.Benefit, language)
                    : notice.Difficulty != Difficulty.Unspecified ? EnumText.Of(notice.Difficulty, language)
                    : ResourceNames.Short(notice.Residence), $"{notice.Source} {notice.Key}", notice.ReportedBy]));
    });
}
