using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.ProviderService.ProviderServiceClient;

namespace TimeBank.Cli;

/// <summary>Providers. Their redemptions are under <c>voucher redemptions</c>.</summary>
internal static class ProviderCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [List(make),
        Published(make),
        make.Group("provider", "服务机构：查询、登记、信用、申诉、资质、人员、价格、时间",
            "one provider: show, register, standing, appeals, accreditation, staff, prices, opening", [Show(make), Register(make),
            SetStanding(make), Appeal(make), AnswerAppeal(make), .. ProviderFileCommands.Of(make)])];

    private static Command List(CommandFactory make)
    {
        Option<string> service = make.Option("--service", "只看提供这种服务的", "only those that may give this"),
            standing = make.Option("--standing", "good、white-listed、suspended 或 black-listed",
            "good, white-listed, suspended or black-listed"),
            area = make.Option("--area", "只看服务这个区划（六位代码）的", "only those that serve this division (six digits)"),
            open = make.Option("--open-on", "只看公布当天营业的", "only those that said that they are open on this day");
        var appeals = new Option<bool>("--open-appeals")
        {
            Description = make.Language["只看有申诉待答复的", "only those with an appeal that waits for an answer"],
        };
        return make.Command("providers", "服务机构名册", "the providers of a region",
            [service, standing, area, open, appeals, make.Limit, make.All],
            async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListProvidersRequest
            {
                Parent = session.Region,
                ServiceType = EnumText.ParseOrDefault<ServiceType>(parsed.GetValue(service)),
                Standing = EnumText.ParseOrDefault<Standing>(parsed.GetValue(standing)),
                OpenAppeals = parsed.GetValue(appeals),
                Area = parsed.GetValue(area) ?? "",
                OpenOn = parsed.GetValue(open) is { } day ? TimeText.ParseDay(day) : null,
            };
            ListProvidersResponse list = await make.PagingOf(parsed)
                .AllAsync(request, page => client.ListProvidersAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["编号", "id"]), new(language["名称", "name"]), new(language["服务", "services"]),
                        new(language["信用", "standing"]), new(language["应付", "owed"], true)],
                    list.Providers.Select(provider =>
                    (IReadOnlyList<string>)[ResourceNames.Short(provider.Name), provider.DisplayName, ServicesOf(provider, language),
                    EnumText.Of(provider.Standing, language), AmountText.Of(provider.Payable, language)]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Published(CommandFactory make)
    {
        Option<string> standing = make.Option("--standing", "good、white-listed 或 black-listed", "good, white-listed or black-listed"),
            service = make.Option("--service", "只看提供这种服务的", "only those that may give this"),
            area = make.Option("--area", "只看服务这个区划（六位代码）的", "only those that serve this division (six digits)");
        var serving = new Option<bool>("--serving")
        {
            Description = make.Language["只看今天能用券的", "only those that vouchers can be used at today"],
        };
        return make.Command("published-providers", "公布的服务机构：正常、白名单、黑名单",
            "what is published of providers: good standing, white list, black list",
            [standing, service, area, serving, make.Limit, make.All],
            async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListPublishedProvidersRequest
            {
                Parent = session.Region, Standing = EnumText.ParseOrDefault<Standing>(parsed.GetValue(standing)),
                ServiceType = EnumText.ParseOrDefault<ServiceType>(parsed.GetValue(service)), Area = parsed.GetValue(area) ?? "",
                Serving = parsed.GetValue(serving),
            };
            ListPublishedProvidersResponse list = await make.PagingOf(parsed)
                .AllAsync(request, page => client.ListPublishedProvidersAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["名称", "name"]), new(language["服务", "services"]), new(language["信用", "standing"]),
                        new(language["日期", "days"]), new(language["原因", "why"])],
                    list.Providers.Select(one => (IReadOnlyList<string>)[one.DisplayName,
                        string.Join(language["、", ", "], one.ServiceTypes.Select(type => EnumText.Of(type, language))),
                        EnumText.Of(one.Standing, language), one.StandingPeriod is null ? "" : TimeText.Of(one.StandingPeriod),
                        one.StandingNote]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider");
        Option<string> day = make.Option("--prices-on", "看哪一天的价格，默认今天", "the day whose prices are shown; today if left out");
        return make.Command("show", "一家机构", "one provider", [provider, day], async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name)).GetProviderAsync(new GetProviderRequest
            {
                Name = name, PricesOn = parsed.GetValue(day) is { } on ? TimeText.ParseDay(on) : null,
            }));
        });
    }

    private static Command Register(CommandFactory make)
    {
        Option<string> name = make.Option("--name", "名称", "its name", required: true),
            from = make.Option("--from", "资质起", "accredited from", required: true),
            to = make.Option("--to", "资质止", "accredited until", required: true),
            creditCode = make.Option("--credit-code", "统一社会信用代码", "its unified social credit code");
        Option<string[]> services = new("--service")
        {
            Description = make.Language["服务种类，可多次", "a kind of service; may be repeated"],
            Required = true, AllowMultipleArgumentsPerToken = true
        };
        return make.Command("register", "登记机构", "register a provider", [name, services, from, to, creditCode, make.DryRun],
            async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Administrator, session.Settings.Region));
            var request = new RegisterProviderRequest
            {
                RequestId = session.RequestId(),
                ValidateOnly = make.IsDryRun(parsed),
                Parent = session.Region,
                DisplayName = parsed.GetValue(name)!,
                Accreditation = new Period
                {
                    FirstDay = TimeText.ParseDay(parsed.GetValue(from)!),
                    LastDay = TimeText.ParseDay(parsed.GetValue(to)!)
                },
                CreditCode = parsed.GetValue(creditCode) ?? "",
            };
            request.ServiceTypes.Add((parsed.GetValue(services) ?? []).Select(EnumText.Parse<ServiceType>));
            Show(session, await client.RegisterProviderAsync(request));
        });
    }

    private static Command SetStanding(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider"),
            standing = make.Argument("standing", "good、white-listed、suspended 或 black-listed",
            "good, white-listed, suspended or black-listed");
        Option<string> from = make.Option("--from", "起始日，默认今天", "the first day; today if left out"),
            to = make.Option("--to", "截止日", "the last day"), note = make.Option("--note", "原因", "why", required: true);
        return make.Command("standing", "设定信用", "set a provider's standing", [provider, standing, from, to, note, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            var client = new Client(await session.AsAsync(Role.FinanceChecker, name));
            Show(session, await client.SetStandingAsync(new SetStandingRequest
            {
                RequestId = session.RequestId(),
                ValidateOnly = make.IsDryRun(parsed),
                Provider = name,
                Standing = EnumText.Parse<Standing>(parsed.GetValue(standing)!),
                FirstDay = parsed.GetValue(from) is { } first ? TimeText.ParseDay(first) : null,
                LastDay = parsed.GetValue(to) is { } last ? TimeText.ParseDay(last) : null,
                Note = parsed.GetValue(note)!,
            }));
        });
    }

    private static Command Appeal(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider"),
            decision = make.Argument("decision", "决定的序号", "the decision's number");
        Option<string> note = make.Option("--note", "理由", "why", required: true);
        return make.Command("appeal", "对暂停或列入黑名单提出申诉，一次", "appeal against a suspension or a blacklisting, once",
            [provider, decision, note, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            var client = new Client(await session.AsAsync(Role.ProviderClerk, name, name));
            Show(session, await client.AppealStandingAsync(new AppealStandingRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Provider = name,
                Decision = NumberOf(parsed.GetValue(decision)!), Note = parsed.GetValue(note)!,
            }));
        });
    }

    private static Command AnswerAppeal(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider"),
            decision = make.Argument("decision", "决定的序号", "the decision's number");
        var uphold = new Option<bool>("--uphold")
        {
            Description = make.Language["申诉成立，终止决定；不写即维持", "end the decision; left out, it stands"],
        };
        Option<string> note = make.Option("--note", "理由", "why", required: true);
        return make.Command("answer-appeal", "答复申诉，须由作出决定者以外的人", "answer an appeal, as another person than who decided",
            [provider, decision, uphold, note, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            var client = new Client(await session.AsAsync(Role.Administrator, name));
            Show(session, await client.AnswerAppealAsync(new AnswerAppealRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Provider = name,
                Decision = NumberOf(parsed.GetValue(decision)!), Upheld = parsed.GetValue(uphold), Note = parsed.GetValue(note)!,
            }));
        });
    }

    public static int NumberOf(string text) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number)
            ? number : throw new UsageException("序号须为整数。", "The decision's number is a whole number.");

    private static string ServicesOf(Provider provider, Language language) =>
        string.Join(language["、", ", "], provider.ServiceTypes.Select(type => EnumText.Of(type, language)));

    public static void Show(Session session, Provider provider) => session.Screen.Show(provider, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(provider.Name),
            (language["名称", "name"], provider.DisplayName),
            (language["统一社会信用代码", "credit code"], provider.CreditCode),
            (language["服务", "services"], ServicesOf(provider, language)),
            (language["资质", "accredited"], provider.Accreditation is null ? "" : TimeText.Of(provider.Accreditation)),
            (language["信用", "standing"], $"{EnumText.Of(provider.Standing, language)} {provider.StandingNote}".Trim()),
            (language["应付", "owed"], AmountText.Of(provider.Payable, language)),
            (language["应付预收费", "prepaid fees owed"], AmountText.Of(provider.PrepaidPayable, language)));
        ProviderFileCommands.ShowFile(session, provider);
        if (provider.Decisions.Count == 0) return;
        session.Screen.Table(
            "", [new(language["序号", "no."], true), new(language["信用", "standing"]), new(language["日期", "days"]),
                new(language["原因", "why"]), new(language["决定", "by"]), new(language["申诉", "appeal"]), new(language["答复", "answer"])],
            provider.Decisions.Select(one => (IReadOnlyList<string>)[$"{one.Number}", EnumText.Of(one.Standing, language),
                TimeText.Of(one.Period), one.Note, one.DecidedBy,
                one.Appeal is { } appeal ? $"{EnumText.Of(appeal.State, language)}: {appeal.Note}" : "",
                one.Appeal is { AnsweredBy.Length: > 0 } answered ? $"{answered.AnsweredBy}: {answered.Answer}" : ""]));
    });
}
