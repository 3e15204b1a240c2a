using System.CommandLine;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Funds: the sources of money.</summary>
internal static class FundCommands
{
    public const string AllowRepeat = "--allow-repeat";

    public static IEnumerable<Command> Of(CommandFactory make) =>
        [make.Group("fund", "资金：列表、报告、预算、未兑付时间、设立、到账",
            "funds: list, report, budget, liability, create, receive", List(make), Report(make), FundBudgetCommand.Of(make),
            FundLiabilityCommand.Of(make), Create(make), Receive(make))];

    private static async Task<FundService.FundServiceClient> ClientAsync(Session session, Role role, string about) =>
        new(await session.AsAsync(role, about));

    private static Command List(CommandFactory make) =>
        make.Command("list", "资金列表", "the funds", [make.Limit, make.All], async (session, parsed) =>
    {
        var client = await ClientAsync(session, Role.Auditor, session.Settings.Region);
        ListFundsResponse list = await make.PagingOf(parsed)
            .AllAsync(new ListFundsRequest { Parent = session.Region }, page => client.ListFundsAsync(page).ResponseAsync);
        Language language = make.Language;
        session.Screen.Show(list, () =>
        {
            session.Screen.Table(
                "", [new(language["资金", "fund"]), new(language["名称", "name"]), new(language["来源", "kind"]), new(language["用途", "purpose"]),
                    new(language["可拨付", "available"], true)],
                list.Funds.Select(fund => (IReadOnlyList<string>)[ResourceNames.Short(fund.Name), fund.DisplayName,
                EnumText.Of(fund.Kind, language), fund.Purpose, AmountText.Of(fund.Available, language)]));
            session.Screen.Unreadable(list.Unreadable);
            session.Screen.More(list.NextPageToken);
        });
    });

    private static Command Report(CommandFactory make)
    {
        Argument<string> fund = make.Argument("fund", "资金", "the fund");
        return make.Command("report", "资金去向：到账 = 各项目拨款 + 可拨付", "where a fund's money went", [fund], async (session, parsed) =>
        {
            string name = session.Name("funds", parsed.GetValue(fund)!);
            var client = await ClientAsync(session, Role.Auditor, name);
            FundReport report = await client.GetFundReportAsync(new GetFundReportRequest { Fund = name });
            Language language = make.Language;
            session.Screen.Show(report, () =>
            {
                session.Screen.Table(
                    $"{ResourceNames.Short(name)} {report.Fund.DisplayName}",
                    [
                        new(language["项目", "programme"]), new(language["拨款", "allotted"], true),
                        new(language["已支出", "spent"], true), new(language["未支出", "unspent"], true),
                    ],
                    [
                        .. report.Programmes.Select(line => (IReadOnlyList<string>)
                        [
                            ResourceNames.Short(line.Programme), AmountText.Of(line.Allotted, language),
                            AmountText.Of(line.Spent, language), AmountText.Of(line.Unspent, language),
                        ]),
                        [language["可拨付", "available"], AmountText.Of(report.Available, language), "", ""],
                        [language["到账", "received"], AmountText.Of(report.Received, language), "", ""],
                        .. report.Owed.Value > 0
                            ? (IReadOnlyList<string>[])[[language["欠款（被收回的捐赠）", "owed (donations taken back)"],
                                AmountText.Of(report.Owed, language), "", ""]]
                            : [],
                    ]);
                session.Screen.AsOf(report.EntryCount);
            });
        });
    }

    private static Command Create(CommandFactory make)
    {
        Argument<string> id = make.Argument("fund", "编号：小写字母、数字、连字符", "its id: lower-case letters, digits, hyphens");
        Option<string> kind = make.Option("--kind", "lottery、fiscal、donation、guarantee 或 charitable-trust",
            "lottery, fiscal, donation, guarantee or charitable-trust", required: true),
            name = make.Option("--name", "名称", "its name", required: true),
            purpose = make.Option("--purpose", "限定用途", "what donors gave it for"),
            residence = make.Option("--residence", "只用于居住在这个地区的老人：地区代码", "only for elders who live in the region of this code");
        Option<int> age = new("--min-age") { Description = make.Language["只用于年满几周岁的老人", "only for elders of this age or more"] };
        Option<string[]> services = new("--service")
        {
            Description = make.Language["只用于这些服务：meal、bath……，可多次", "only for these services: meal, bath …; may be repeated"],
            AllowMultipleArgumentsPerToken = true,
        };
        return make.Command("create", "设立资金", "open a fund", [id, kind, name, purpose, age, residence, services],
            async (session, parsed) =>
        {
            var client = await ClientAsync(session, Role.FinanceMaker, session.Settings.Region);
            var conditions = new FundConditions
            {
                MinAge = parsed.GetValue(age),
                Residence = parsed.GetValue(residence) is { } code ? ResourceNames.OfRegion(code) : "",
            };
            conditions.ServiceTypes.Add((parsed.GetValue(services) ?? []).Select(EnumText.Parse<ServiceType>));
            Fund created = await client.CreateFundAsync(new CreateFundRequest
            {
                RequestId = session.RequestId(),
                Parent = session.Region,
                FundId = parsed.GetValue(id)!,
                Kind = EnumText.Parse<FundKind>(parsed.GetValue(kind)!),
                DisplayName = parsed.GetValue(name)!,
                Purpose = parsed.GetValue(purpose) ?? "",
                Conditions = conditions.Equals(new FundConditions()) ? null : conditions,
            });
            session.Screen.Show(created, () => Facts(session.Screen, created));
        });
    }

    private static Command Receive(CommandFactory make)
    {
        Argument<string> fund = make.Argument("fund", "资金", "the fund"), amount = make.Argument("amount", "金额（元）", "how much, in yuan");
        Option<string> bank = make.Option("--bank", "银行账户编号，默认 main", "the bank account's id; main if left out"),
            day = make.Option("--day", "到账日", "the bank's value date", required: true),
            reference = make.Option("--reference", "银行流水号", "the bank's reference");
        var repeat = new Option<bool>(AllowRepeat)
        {
            Description = make.Language["已有相同的一笔，这是另一笔", "it is another receipt, although there is one like it"],
        };
        return make.Command("receive", "登记到账", "record money that arrived", [fund, amount, bank, day, reference, repeat, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("funds", parsed.GetValue(fund)!);
            var client = await ClientAsync(session, Role.FinanceMaker, name);
            RecordReceiptResponse received = await client.RecordReceiptAsync(new RecordReceiptRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                Fund = name,
                Amount = AmountText.ParseYuan(parsed.GetValue(amount)!),
                BankAccount = parsed.GetValue(bank) ?? "main",
                ReceivedDate = TimeText.ParseDay(parsed.GetValue(day)!),
                Reference = parsed.GetValue(reference) ?? "",
                AllowRepeat = parsed.GetValue(repeat),
            });
            session.Screen.Show(received, () =>
            {
                Facts(session.Screen, received.Fund);
                session.Screen.Entry(received.Entry);
                session.Screen.Late(received.LateFor, received.EffectiveDate);
            });
        });
    }

    private static IEnumerable<string> Conditions(FundConditions? bound, Language language)
    {
        if (bound is null) yield break;
        if (bound.MinAge > 0) yield return language[$"年满 {bound.MinAge} 周岁", $"{bound.MinAge} years or more"];
        if (bound.Residence.Length > 0)
            yield return language[$"居住在 {ResourceNames.Short(bound.Residence)}", $"living in {ResourceNames.Short(bound.Residence)}"];
        foreach (ServiceType type in bound.ServiceTypes) yield return EnumText.Of(type, language);
    }

    private static void Facts(Screen screen, Fund fund) => screen.Facts(
        $"{ResourceNames.Short(fund.Name)} {fund.DisplayName}",
        (screen.Language["来源", "kind"], EnumText.Of(fund.Kind, screen.Language)),
        (screen.Language["用途", "purpose"], fund.Purpose),
        (screen.Language["条件", "only for"], string.Join(screen.Language["、", ", "], Conditions(fund.Conditions, screen.Language))),
        (screen.Language["可拨付", "available"], AmountText.Of(fund.Available, screen.Language)));
}
