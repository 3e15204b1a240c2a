using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.ProviderService.ProviderServiceClient;

namespace TimeBank.Cli;

/// <summary>A provider's accreditations, staff, prices and opening.</summary>
internal static class ProviderFileCommands
{
    private static readonly (string Chinese, string English)[] Weekdays =
        [("周一", "Mon"), ("周二", "Tue"), ("周三", "Wed"), ("周四", "Thu"), ("周五", "Fri"), ("周六", "Sat"), ("周日", "Sun")];

    public static IEnumerable<Command> Of(CommandFactory make) =>
        [Grant(make), Change(make), Name(make), End(make), Prices(make), SetOpening(make)];

    private static Command Grant(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider"),
            service = make.Argument("service", "服务种类", "the kind of service");
        Option<string> from = make.Option("--from", "起始日，默认今天", "the first day; today if left out"),
            to = make.Option("--to", "截止日", "the last day", required: true), note = make.Option("--note", "原因", "why", required: true);
        return make.Command("accredit", "授予一类服务的资质", "accredit for one kind of service", [provider, service, from, to, note, make.DryRun],
            (session, parsed) => CallAsync(session, parsed.GetValue(provider)!, Role.Administrator, (client, name) =>
                client.GrantAccreditationAsync(new GrantAccreditationRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Provider = name,
                    ServiceType = EnumText.Parse<ServiceType>(parsed.GetValue(service)!), FirstDay = DayOf(parsed.GetValue(from)),
                    LastDay = DayOf(parsed.GetValue(to)), Note = parsed.GetValue(note)!,
                }).ResponseAsync));
    }

    private static Command Change(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider"),
            number = make.Argument("number", "资质的序号", "the accreditation's number");
        Option<string> to = make.Option("--to", "新的截止日", "the new last day", required: true),
            note = make.Option("--note", "原因", "why", required: true);
        return make.Command("accreditation", "延长或终止一项资质", "extend or end an accreditation", [provider, number, to, note, make.DryRun],
            (session, parsed) => CallAsync(session, parsed.GetValue(provider)!, Role.Administrator, (client, name) =>
                client.ChangeAccreditationAsync(new ChangeAccreditationRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Provider = name,
                    Number = ProviderCommands.NumberOf(parsed.GetValue(number)!), LastDay = DayOf(parsed.GetValue(to)),
                    Note = parsed.GetValue(note)!,
                }).ResponseAsync));
    }

    private static Command Name(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider"),
            person = make.Argument("person", "登录编号", "the subject of the person's token");
        Option<string[]> rights = new("--right")
        {
            Description = make.Language["权限，可多次：redeem、refund、terminals、money、staff、appeal、offer",
                "a right; may be repeated: redeem, refund, terminals, money, staff, appeal, offer"],
            AllowMultipleArgumentsPerToken = true,
        };
        return make.Command("staff", "指定机构人员及权限（第一位由管理员指定）",
            "name a person who acts for the provider (the administrator names the first)", [provider, person, rights, make.DryRun],
            (session, parsed) => CallAsync(session, parsed.GetValue(provider)!, Role.Administrator, (client, name) =>
            {
                var request = new NameProviderStaffRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Provider = name,
                    Person = parsed.GetValue(person)!,
                };
                request.Rights.Add((parsed.GetValue(rights) ?? []).Select(EnumText.Parse<ProviderRight>));
                return client.NameProviderStaffAsync(request).ResponseAsync;
            }));
    }

    private static Command End(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider"),
            person = make.Argument("person", "登录编号", "the subject of the person's token");
        Option<string> to = make.Option("--to", "最后一天，不写即时终止", "the last day; at once if left out"),
            note = make.Option("--note", "原因", "why", required: true);
        return make.Command("end-staff", "终止机构人员的权限", "end what a person may do for the provider",
            [provider, person, to, note, make.DryRun],
            (session, parsed) => CallAsync(session, parsed.GetValue(provider)!, Role.Administrator, (client, name) =>
                client.EndProviderStaffAsync(new EndProviderStaffRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Provider = name,
                    Person = parsed.GetValue(person)!, LastDay = DayOf(parsed.GetValue(to)), Note = parsed.GetValue(note)!,
                }).ResponseAsync));
    }

    private static Command Prices(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider"),
            item = make.Argument("item", "服务项目", "the item");
        Option<string> price = make.Option("--price", "单价（元）；不写即撤回", "the price of one, in yuan; taken back if left out"),
            from = make.Option("--from", "起始日，默认今天", "the first day; today if left out");
        return make.Command("price", "公布价格，不高于限价", "publish a price, at most the ceiling", [provider, item, price, from, make.DryRun],
            (session, parsed) => CallAsync(session, parsed.GetValue(provider)!, Role.ProviderClerk, (client, name) =>
                client.PublishPricesAsync(new PublishPricesRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Provider = name,
                    FirstDay = DayOf(parsed.GetValue(from)),
                    Prices =
                    {
                        new NewPrice
                        {
                            Item = parsed.GetValue(item)!,
                            Price = parsed.GetValue(price) is { } yuan ? AmountText.ParseYuan(yuan) : null,
                        },
                    },
                }).ResponseAsync));
    }

    private static Command SetOpening(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider");
        Option<string[]> hours = Several("--hours", make.Language[
                "时间，可多次，如 1=08:00-12:00（1 为周一）", "hours; may be repeated, such as 1=08:00-12:00 (1 is Monday)"]),
            closed = Several("--closed", make.Language["休息日，可多次", "a day on which it is closed; may be repeated"]),
            areas = Several("--area", make.Language[
                "服务区划代码，可多次；不写即本地区", "a division that it serves; may be repeated; its own region if left out"]);
        var home = new Option<bool>("--home-service") { Description = make.Language["上门服务", "it comes to elders' homes"] };
        return make.Command("opening", "公布营业时间和服务范围，替换以前的", "say when and where it serves, in place of what it said before",
            [provider, hours, closed, areas, home, make.DryRun],
            (session, parsed) => CallAsync(session, parsed.GetValue(provider)!, Role.ProviderClerk, (client, name) =>
            {
                var opening = new Opening { HomeService = parsed.GetValue(home) };
                opening.Hours.Add((parsed.GetValue(hours) ?? []).Select(HoursOf));
                opening.ClosedDays.Add((parsed.GetValue(closed) ?? []).Select(TimeText.ParseDay));
                opening.Areas.Add(parsed.GetValue(areas) ?? []);
                return client.SetOpeningAsync(new SetOpeningRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Provider = name, Opening = opening,
                }).ResponseAsync;
            }));
    }

    /// <summary>What a provider's file has besides its standing.</summary>
    public static void ShowFile(Session session, Provider provider)
    {
        Language language = session.Language;
        if (provider.StaffUnnamed)
        {
            session.Screen.Facts("", (language["注意", "note"],
                language["没有指定人员：持本机构令牌的人都可以办理一切业务", "it has named nobody: everybody with its token may do everything"]));
        }
        session.Screen.Table(
            "", [new(language["序号", "no."], true), new(language["资质", "accredited for"]), new(language["日期", "days"]),
                new(language["原因", "why"]), new(language["授予", "by"]), new(language["变更", "changes"])],
            provider.Accreditations.Select(one => (IReadOnlyList<string>)[$"{one.Number}", EnumText.Of(one.ServiceType, language),
                TimeText.Of(one.Period), one.Note, one.GrantedBy,
                string.Join("; ", one.Changes.Select(change => $"{TimeText.Of(change.LastDay)} {change.Note} ({change.ChangedBy})"))]));
        if (provider.Staff.Count > 0)
        {
            session.Screen.Table(
                "", [new(language["人员", "person"]), new(language["权限", "rights"]), new(language["有效", "in force"]),
                    new(language["指定", "by"]), new(language["终止", "ended"])],
                provider.Staff.Select(one => (IReadOnlyList<string>)[one.Person,
                    string.Join(language["、", ", "], one.Rights.Select(right => EnumText.Of(right, language))),
                    one.Active ? language["是", "yes"] : language["否", "no"], one.NamedBy,
                    one.LastDay is null ? "" : $"{TimeText.Of(one.LastDay)} {one.EndNote} ({one.EndedBy})"]));
        }
        if (provider.Prices.Count > 0)
        {
            session.Screen.Table(
                "", [new(language["项目", "item"]), new(language["起", "from"]), new(language["价格", "price"], true),
                    new(language["最多收", "at most"], true)],
                provider.Prices.Select(one => (IReadOnlyList<string>)[one.Item, TimeText.Of(one.FirstDay),
                    AmountText.Of(one.Price, language), AmountText.Of(one.AtMost, language)]));
        }
        if (provider.Opening is not { } opening) return;
        session.Screen.Facts("",
            (language["时间", "open"], string.Join(language["；", "; "], opening.Hours.Select(span =>
                $"{language[Weekdays[span.Weekday - 1].Chinese, Weekdays[span.Weekday - 1].English]} {span.Opens}–{span.Closes}"))),
            (language["休息日", "closed on"], string.Join(language["、", ", "], opening.ClosedDays.Select(day => TimeText.Of(day)))),
            (language["范围", "areas"], string.Join(language["、", ", "], opening.Areas)),
            (language["上门", "at home"], opening.HomeService ? language["是", "yes"] : language["否", "no"]));
    }

    /// <summary>Calls in a role, of which a clerk's has the provider for its party, and shows the answer.</summary>
    private static async Task CallAsync(Session session, string provider, Role role, Func<Client, string, Task<Provider>> call)
    {
        string name = session.Name("providers", provider);
        var client = new Client(await session.AsAsync(role, name, role == Role.ProviderClerk ? name : ""));
        ProviderCommands.Show(session, await call(client, name));
    }

    private static Date? DayOf(string? text) => text is null ? null : TimeText.ParseDay(text);

    private static OpeningHours HoursOf(string text) =>
        text.Split('=', '-') is [[>= '1' and <= '7'] day, var opens, var closes]
            ? new OpeningHours { Weekday = day[0] - '0', Opens = opens, Closes = closes }
            : throw new UsageException($"“{text}”不是营业时间；请写成 1=08:00-12:00。", $"{text} are no hours; write 1=08:00-12:00.");

    private static Option<string[]> Several(string name, string description) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true };
}
