using System.CommandLine;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Programmes: what money is spent on.</summary>
internal static class ProgrammeCommands
{
    public const string ServesPurpose = "--serves-purpose";

    public static IEnumerable<Command> Of(CommandFactory make) =>
        [make.Group("programme", "项目：列表、报告、设立、拨款、退款", "programmes: list, report, create, allot, return", List(make),
        Show(make), Report(make), Create(make), Allot(make), Return(make))];

    private static async Task<FundService.FundServiceClient> ClientAsync(Session session, Role role, string about) =>
        new(await session.AsAsync(role, about));

    private static Command List(CommandFactory make) =>
        make.Command("list", "项目列表", "the programmes", [make.Limit, make.All], async (session, parsed) =>
    {
        var client = await ClientAsync(session, Role.Auditor, session.Settings.Region);
        ListProgrammesResponse list = await make.PagingOf(parsed)
            .AllAsync(new ListProgrammesRequest { Parent = session.Region }, page => client.ListProgrammesAsync(page).ResponseAsync);
        Language language = make.Language;
        session.Screen.Show(list, () =>
        {
            session.Screen.Table(
                "", [new(language["项目", "programme"]), new(language["名称", "name"]), new(language["单位", "unit"]),
                    new(language["可发放", "free to issue"], true)],
                list.Programmes.Select(programme =>
                (IReadOnlyList<string>)[ResourceNames.Short(programme.Name), programme.DisplayName,
                Labels.Of(programme.Unit, language) ?? programme.Unit, AmountText.Of(programme.Available, language)]));
            session.Screen.Unreadable(list.Unreadable);
            session.Screen.More(list.NextPageToken);
        });
    });

    private static Command Show(CommandFactory make)
    {
        Argument<string> programme = make.Argument("programme", "项目", "the programme");
        return make.Command("show", "一个项目", "one programme", [programme], async (session, parsed) =>
        {
            string name = session.Name("programmes", parsed.GetValue(programme)!);
            var client = await ClientAsync(session, Role.Auditor, name);
            Programme found = await client.GetProgrammeAsync(new GetProgrammeRequest { Name = name });
            session.Screen.Show(found, () => Facts(session.Screen, found));
        });
    }

    private static void Facts(Screen screen, Programme programme)
    {
        Language language = screen.Language;
        screen.Facts(
            $"{ResourceNames.Short(programme.Name)} {programme.DisplayName}",
            (language["单位", "unit"], Labels.Of(programme.Unit, language) ?? programme.Unit),
            (language["用于", "for"], string.Join(language["、", ", "], programme.ServiceTypes.Select(type => EnumText.Of(type, language)))),
            (language["每月每人", "a month each"], AmountText.Of(programme.MonthlyQuota, language)),
            (language["合同单价", "contract price"], AmountText.Of(programme.ContractPrice, language)),
            (language["有效期", "expiry"], programme.Scheme == ProgrammeScheme.PersistentSubsidy ? TimeText.LastDay(null, language) : ""),
            (language["年龄起", "from age"], programme.Eligibility is { MinAge: > 0 } rule ? $"{rule.MinAge}" : ""),
            (language["其他条件", "conditions"], string.Join(language["；", "; "], Conditions(programme.Eligibility, language))),
            (language["结算扣留", "holds back"], programme.HoldsBack ? language["是", "yes"] : ""),
            (language["可发放", "free to issue"], AmountText.Of(programme.Available, language)));
    }

    private static IEnumerable<string> Conditions(Eligibility? rule, Language language)
    {
        if (rule is null) yield break;
        string between = language["、", ", "];
        if (rule.MinGrade != AbilityGrade.Unspecified)
            yield return language[$"{EnumText.Of(rule.MinGrade, language)}及以上", $"{EnumText.Of(rule.MinGrade, language)} or worse"];
        if (rule.AnyDifficulty.Count > 0)
            yield return string.Join(language["或", " or "], rule.AnyDifficulty.Select(one => EnumText.Of(one, language)));
        if (rule.LowIncome) yield return language["低收入", "of low income"];
        if (rule.Residence.Length > 0) yield return language[$"居住在 {rule.Residence}", $"lives in {rule.Residence}"];
        if (rule.ExcludedBenefits.Count > 0)
        {
            string benefits = string.Join(between, rule.ExcludedBenefits.Select(one => EnumText.Of(one, language)));
            yield return language[$"不与{benefits}兼得", $"without {benefits}"];
        }
        if (rule.YieldsTo.Count > 0)
        {
            string first = string.Join(between, rule.YieldsTo.Select(ResourceNames.Short));
            yield return language[$"次于 {first}", $"after {first}"];
        }
    }

    private static Command Report(CommandFactory make)
    {
        Argument<string> programme = make.Argument("programme", "项目", "the programme");
        return make.Command("report", "项目报告：发放 = 核销 + 过期 + 付给继承人 + 作废 + 释放 + 剩余", "what became of its vouchers and money", [programme],
            async (session, parsed) =>
        {
            string name = session.Name("programmes", parsed.GetValue(programme)!);
            var client = await ClientAsync(session, Role.Auditor, name);
            ProgrammeReport report = await client.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = name });
            session.Screen.Show(report, () => Show(session.Screen, report));
        });
    }

    /// <summary>Shows a programme's figures, in its unit and in money, and who paid.</summary>
    internal static void Show(Screen screen, ProgrammeReport report)
    {
        Language language = screen.Language;
        IReadOnlyList<string> Row(string label, Func<VoucherFigures, Amount?> figure) =>
            [label, AmountText.Of(figure(report.Units), language), AmountText.Of(figure(report.Money), language)];
        screen.Table(
            $"{ResourceNames.Short(report.Programme.Name)} {report.Programme.DisplayName}",
            [new(""), new(language["券", "vouchers"], true), new(language["金额", "money"], true)],
            [
                [language["张数", "how many"], $"{report.VoucherCount:N0}", ""],
                Row(language["发放", "issued"], figures => figures.Issued),
                Row(language["核销（已扣退回）", "redeemed, refunds taken off"], figures => figures.Redeemed),
                Row(language["过期", "expired"], figures => figures.Expired),
                Row(language["付给继承人", "paid to estates"], figures => figures.PaidToEstates),
                Row(language["作废", "voided"], figures => figures.Voided),
                Row(language["释放", "released"], figures => figures.Released),
                Row(language["剩余", "remaining"], figures => figures.Remaining),
                Row(language["其中曾退回", "once redeemed, then refunded"], figures => figures.Refunded),
                [language["拨款", "allotted"], "", AmountText.Of(report.Allotted, language)],
                [language["可发放", "free to issue"], "", AmountText.Of(report.Available, language)],
                .. report.ReturnDueDate is { } due
                    ? (IReadOnlyList<string>[])[[language["余款退回期限", "unused money is due back"], "", TimeText.Of(due)]] : [],
            ]);
        screen.Table(
            "", [new(language["资金来源", "fund"]), new(language["拨入", "allotted"], true), new(language["已支出", "spent"], true)],
            report.Funds.Select(line => (IReadOnlyList<string>)
            [
                line.Fund.Length > 0 ? ResourceNames.Short(line.Fund) : language["（期初导入）", "(brought in)"],
                AmountText.Of(line.Allotted, language), AmountText.Of(line.Spent, language),
            ]));
        screen.AsOf(report.EntryCount);
    }

    private static Command Create(CommandFactory make)
    {
        Argument<string> id = make.Argument("programme", "编号：小写字母、数字、连字符", "its id: lower-case letters, digits, hyphens");
        Option<string> name = make.Option("--name", "名称", "its name", required: true),
            scheme = make.Option("--scheme", "national-e-voucher、unit-voucher 或 persistent-subsidy",
                "national-e-voucher, unit-voucher or persistent-subsidy", required: true);
        Option<string[]> services = new(
            "--service")
        {
            Description = make.Language["用于何种服务：meal、bath……，可多次", "for which services: meal, bath …; may be repeated"],
            Required = true, AllowMultipleArgumentsPerToken = true
        };
        Option<string> quota = make.Option("--quota", "实物券：每月份数，如 20MEAL", "unit vouchers: how many a month, such as 20MEAL"),
            monthly = make.Option("--monthly", "长期补贴：每月金额（元）", "persistent subsidies: how much a month, in yuan"),
            price = make.Option("--contract-price", "实物券：合同单价（元）", "unit vouchers: what one costs at most, in yuan");
        Option<int> age = new("--min-age") { Description = make.Language["实物券、补贴：年龄起", "units, subsidies: from this age"] };
        Option<string> grade = make.Option("--min-grade", "实物券、补贴：失能等级起", "units, subsidies: from this grade of disability");
        Option<string[]> difficulties =
            new("--difficulty")
            {
                Description = make.Language["实物券、补贴：任一困难情形，可多次",
            "units, subsidies: any of these difficulties; may be repeated"], AllowMultipleArgumentsPerToken = true
            };
        Option<bool> lowIncome = new("--low-income") { Description = make.Language["实物券、补贴：须为低收入", "units, subsidies: of low income"] };
        Option<string> residence = make.Option("--residence", "实物券、补贴：居住地区代码", "units, subsidies: the code of the region to live in");
        Option<string[]> excluded = new("--without-benefit")
        {
            Description = make.Language["实物券、补贴：不可兼得的待遇，可多次", "units, subsidies: a benefit that excludes this one; may be repeated"],
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string[]> yields = new("--after")
        {
            Description = make.Language["实物券、补贴：优先于本项目的项目，可多次", "units, subsidies: a programme that comes first; may be repeated"],
            AllowMultipleArgumentsPerToken = true,
        };
        var holdsBack = new Option<bool>("--holds-back")
        {
            Description = make.Language["结算时按政策比例扣留部分款项", "settlements hold back a share of what providers earn"],
        };
        return make.Command("create", "设立项目", "open a programme",
            [
                id, name, scheme, services, quota, monthly, price, age, grade, difficulties, lowIncome, residence, excluded, yields,
                holdsBack,
            ],
            async (session, parsed) =>
        {
            var client = await ClientAsync(session, Role.FinanceMaker, session.Settings.Region);
            var request = new CreateProgrammeRequest
            {
                RequestId = session.RequestId(),
                Parent = session.Region,
                ProgrammeId = parsed.GetValue(id)!,
                DisplayName = parsed.GetValue(name)!,
                Scheme = EnumText.Parse<ProgrammeScheme>(parsed.GetValue(scheme)!),
                MonthlyQuota = parsed.GetValue(quota) is { } units ? AmountText.ParseUnits(units)
                    : parsed.GetValue(monthly) is { } amount ? AmountText.ParseYuan(amount) : null,
                ContractPrice = parsed.GetValue(price) is { } yuan ? AmountText.ParseYuan(yuan) : null,
                HoldsBack = parsed.GetValue(holdsBack),
            };
            request.ServiceTypes.Add((parsed.GetValue(services) ?? []).Select(EnumText.Parse<ServiceType>));
            if (request.Scheme is ProgrammeScheme.UnitVoucher or ProgrammeScheme.PersistentSubsidy)
            {
                request.Eligibility = new Eligibility
                {
                    MinAge = parsed.GetValue(age),
                    MinGrade = EnumText.ParseOrDefault<AbilityGrade>(parsed.GetValue(grade))
                };
                request.Eligibility.AnyDifficulty.Add((parsed.GetValue(difficulties) ?? []).Select(EnumText.Parse<Difficulty>));
                request.Eligibility.LowIncome = parsed.GetValue(lowIncome);
                request.Eligibility.Residence = parsed.GetValue(residence) is { } code ? ResourceNames.OfRegion(code) : "";
                request.Eligibility.ExcludedBenefits.Add((parsed.GetValue(excluded) ?? []).Select(EnumText.Parse<Benefit>));
                request.Eligibility.YieldsTo.Add((parsed.GetValue(yields) ?? []).Select(first => session.Name("programmes", first)));
            }
            Programme created = await client.CreateProgrammeAsync(request);
            session.Screen.Show(created, () => Facts(session.Screen, created));
        });
    }

    private static Command Allot(CommandFactory make)
    {
        Argument<string> programme = make.Argument("programme", "项目", "the programme");
        Option<string[]> from =
            new("--from")
            {
                Description = make.Language["资金=金额（元），如 lottery=55000；可多次",
            "fund=yuan, such as lottery=55000; may be repeated"], Required = true, AllowMultipleArgumentsPerToken = true
            };
        var serves = new Option<bool>(ServesPurpose)
        {
            Description = make.Language["项目正是这些资金限定的用途", "the programme serves the purpose that these funds were given for"],
        };
        return make.Command("allot", "给项目拨款", "move money from funds to a programme", [programme, from, serves, make.Memo, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("programmes", parsed.GetValue(programme)!);
            var client = await ClientAsync(session, Role.FinanceMaker, name);
            var lines = new AllotmentByAmounts();
            foreach (string line in parsed.GetValue(from)!)
            {
                string[] parts = line.Split('=', 2);
                if (parts.Length != 2) throw new UsageException("请写成 资金=金额，如 lottery=55000。", "Write fund=yuan, such as lottery=55000.");
                lines.Lines.Add(new FundAmount
                {
                    Fund = ResourceNames.Full("funds", parts[0], ResourceNames.RegionOf(name)),
                    Amount = AmountText.ParseYuan(parts[1])
                });
            }
            AllotFundsResponse allotted =
                await client.AllotFundsAsync(new AllotFundsRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                    Programme = name, ByAmounts = lines, ServesPurpose = parsed.GetValue(serves), Memo = parsed.GetValue(make.Memo) ?? ""
                });
            session.Screen.Show(allotted, () =>
            {
                Facts(session.Screen, allotted.Programme);
                session.Screen.Entry(allotted.Entry);
            });
        });
    }

    private static Command Return(CommandFactory make)
    {
        Argument<string[]> programmes =
            new("programme") { Description = make.Language["项目，可多个", "the programmes"], Arity = ArgumentArity.ZeroOrMore };
        Option<bool> all = new("--all") { Description = make.Language["全地区所有项目", "all programmes of the region"] };
        return make.Command("return", "把没有券占用的余款退回各资金来源", "return what no voucher binds to the funds that gave it",
            [programmes, all, make.Memo, make.DryRun], async (session, parsed) =>
        {
            string[] names = [.. (parsed.GetValue(programmes) ?? []).Select(id => session.Name("programmes", id))];
            if (parsed.GetValue(all) != (names.Length == 0))
                throw new UsageException("请写明项目，或用 --all 办理全地区。", "Name the programmes, or give --all for the whole region.");
            var client = await ClientAsync(session, Role.FinanceMaker, names.FirstOrDefault() ?? session.Settings.Region);
            using var run = client.ReturnUnspentFunds(new ReturnUnspentFundsRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Programmes = { names },
                Parent = names.Length > 0 ? ResourceNames.OfRegion(ResourceNames.RegionOf(names[0])) : session.Region,
                Memo = parsed.GetValue(make.Memo) ?? "",
            });
            RunProgress last = await Runs.LastAsync(run, session.Cancellation);
            session.Screen.Show(last, () => Show(session.Screen, last));
        });
    }

    private static void Show(Screen screen, RunProgress returned)
    {
        Language language = screen.Language;
        screen.Run(returned, language["余款退回", "Unused money returned"]);
        foreach (ProgrammeReturn back in returned.Summary.Returns)
        {
            screen.Table(
                ResourceNames.Short(back.Programme), [new(language["资金", "fund"]), new(language["退回", "returned"], true)],
                back.Funds.Select(part => (IReadOnlyList<string>)[ResourceNames.Short(part.Fund), AmountText.Of(part.Amount, language)]));
            if (back.Imported.Value > 0)
            {
                string stays = AmountText.Of(back.Imported, language);
                screen.Line(language[$"期初导入的 {stays} 没有资金来源，留在项目中。", $"{stays} was brought in, no fund gave it, and it stays."]);
            }
            if (back.Bound.Value > 0)
            {
                string bound = AmountText.Of(back.Bound, language);
                screen.Line(language[$"未到期的券占用 {bound}。", $"Vouchers that are still out bind {bound}."]);
            }
        }
    }
}
