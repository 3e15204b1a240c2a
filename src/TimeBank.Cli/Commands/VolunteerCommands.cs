using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.VolunteerService.VolunteerServiceClient;

namespace TimeBank.Cli;

/// <summary>Volunteers. Their hours are under <c>hours</c>.</summary>
internal static class VolunteerCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [List(make), make.Group("volunteer", "志愿者：查询、登记、家人", "one volunteer: show, enrol, family", Show(make), Enrol(make), Family(make))];

    private static Command List(CommandFactory make) =>
        make.Command("volunteers", "志愿者名册", "the volunteers of a region", [make.Limit, make.All], async (session, parsed) =>
    {
        var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
        ListVolunteersResponse list = await make.PagingOf(parsed)
            .AllAsync(new ListVolunteersRequest { Parent = session.Region }, page => client.ListVolunteersAsync(page).ResponseAsync);
        Language language = make.Language;
        session.Screen.Show(list, () =>
        {
            session.Screen.Table(
                "", [new(language["编号", "id"]), new(language["称呼", "name"]), new(language["出生", "born"]),
                    new(language["星级", "stars"], true), new(language["家人", "family"], true), new(language["原登记地", "home"])],
                list.Volunteers.Select(volunteer =>
                (IReadOnlyList<string>)[ResourceNames.Short(volunteer.Name), volunteer.DisplayName, TimeText.Of(volunteer.BirthDate),
                $"{volunteer.Stars}", $"{volunteer.Family.Count}", volunteer.Home]));
            session.Screen.Unreadable(list.Unreadable);
            session.Screen.More(list.NextPageToken);
        });
    });

    private static Command Show(CommandFactory make)
    {
        Argument<string> volunteer = make.Argument("volunteer", "志愿者", "the volunteer");
        return make.Command("show", "一位志愿者", "one volunteer", [volunteer], async (session, parsed) =>
        {
            string name = session.Name("volunteers", parsed.GetValue(volunteer)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name))
                .GetVolunteerAsync(new GetVolunteerRequest { Name = name }));
        });
    }

    private static Command Enrol(CommandFactory make)
    {
        Option<string> name = make.Option("--name", "称呼", "how the volunteer is addressed", required: true),
            born = make.Option("--born", "出生日期", "the day of birth", required: true);
        Option<string> home = make.Option("--home", "原登记，如 regions/430211/volunteers/ID",
            "the first enrolment, such as regions/430211/volunteers/ID");
        PersonOptions person = PersonCommands.Options(make);
        return make.Command("enrol", "登记志愿者", "enrol a volunteer", [name, born, home, .. person.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Counter, session.Settings.Region));
            Show(session, await client.EnrolVolunteerAsync(new EnrolVolunteerRequest
            {
                RequestId = session.RequestId(),
                Parent = session.Region,
                DisplayName = parsed.GetValue(name)!,
                BirthDate = TimeText.ParseDay(parsed.GetValue(born)!),
                Home = parsed.GetValue(home) ?? "",
                Details = person.Read(parsed),
            }));
        });
    }

    private static Command Family(CommandFactory make)
    {
        Argument<string> volunteer = make.Argument("volunteer", "志愿者", "the volunteer");
        Option<string[]> members = new(
            "--member")
        {
            Description = make.Language["关系=人，如 parent=elders/ID，可多次",
            "kinship=person, such as parent=elders/ID; may be repeated"], AllowMultipleArgumentsPerToken = true
        };
        return make.Command("family", "登记直系亲属（替换原名单）", "set the list of direct family", [volunteer, members], async (session, parsed) =>
        {
            string name = session.Name("volunteers", parsed.GetValue(volunteer)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            var request = new SetFamilyRequest { RequestId = session.RequestId(), Volunteer = name };
            foreach (string member in parsed.GetValue(members) ?? [])
            {
                string[] parts = member.Split('=', 2);
                if (parts.Length != 2 || !parts[1].Contains('/', StringComparison.Ordinal)) throw new UsageException(
                    "请写成 parent=elders/ID。", "Write parent=elders/ID.");
                request.Family.Add(new FamilyMember
                {
                    Kinship = EnumText.Parse<Kinship>(parts[0]),
                    Person = session.Name(parts[1].Split('/')[0], parts[1])
                });
            }
            Show(session, await client.SetFamilyAsync(request));
        });
    }

    private static void Show(Session session, Volunteer volunteer) => session.Screen.Show(volunteer, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(volunteer.Name), [
            (language["称呼", "name"], volunteer.DisplayName),
            (language["出生", "born"], TimeText.Of(volunteer.BirthDate)),
            (language["登记", "enrolled"], TimeText.Of(volunteer.EnrolledDate)),
            (language["星级", "stars"], $"{volunteer.Stars}"),
            (language["原登记地", "home"], volunteer.Home),
            (language["家人", "family"],
            string.Join(language["、", ", "], volunteer.Family.Select(member => ResourceNames.Short(member.Person)))),
            .. PersonCommands.Facts(volunteer.Details, language)]);
    });
}
