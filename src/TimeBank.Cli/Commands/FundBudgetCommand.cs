using System.CommandLine;
using System.Globalization;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Budget against spend, and the shares that the papers ask for: on the screen, as a table, a spreadsheet or a page.</summary>
internal static class FundBudgetCommand
{
    private const int BasisPointsPerPercent = 100;

    public static Command Of(CommandFactory make)
    {
        var period = new PeriodOptions(make);
        var asOf = new AsOfOption(make);
        Option<string> part = make.Option("--part", "中央分担所属地区：east、middle 或 west", "the part of the country: east, middle or west"),
            price = make.Option("--hour-price", "每小时服务价格（元），用于保障基金", "what an hour costs, in yuan, for the guarantee fund"),
            item = make.Option("--hour-item", "或按服务清单项目计价，如 care-home", "or the list's item that gives the price, such as care-home");
        FileOption output = ReportCommands.Output(make);
        Option<string[]> quotas = new("--quota")
        {
            Description = make.Language["中央分担的项目=定额（元），如 national=500000；可多次",
                "a programme that the central budget shares=its quota in yuan, such as national=500000; may be repeated"],
            AllowMultipleArgumentsPerToken = true,
        };
        return make.Command("budget", "预算与支出、彩票公益金比例、中央分担、保障基金", "budget against spend, lottery share, cost sharing, guarantee",
            [.. period.All, asOf.Option, part, quotas, price, item, .. output.All], async (session, parsed) =>
        {
            if (parsed.GetValue(price) is not null && parsed.GetValue(item) is not null)
                throw new UsageException("--hour-price 与 --hour-item 只能用一个。", "Give --hour-price or --hour-item, not both.");
            var request = new GetFundingReportRequest
            {
                Parent = session.Region, Period = period.Read(parsed), AsOf = asOf.Read(parsed),
                CountryPart = EnumText.ParseOrDefault<CountryPart>(parsed.GetValue(part)),
                CentralQuotas = { (parsed.GetValue(quotas) ?? []).Select(quota => Quota(session, quota)) },
            };
            if (parsed.GetValue(price) is { } yuan) request.PricePerHour = AmountText.ParseYuan(yuan);
            if (parsed.GetValue(item) is { } id) request.PriceItem = id;
            var client = new FundService.FundServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
            FundingReport report = await client.GetFundingReportAsync(request);
            if (output.Read(parsed) is { } file)
                await ReportCommands.GiveAsync(session, report, Table(report, session.Language), file);
            else
                session.Screen.Show(report, () => Show(session.Screen, report));
        });
    }

    private static CentralQuota Quota(Session session, string text) => text.Split('=', 2) is [var programme, var yuan]
        ? new CentralQuota { Programme = session.Name("programmes", programme), Quota = AmountText.ParseYuan(yuan) }
        : throw new UsageException("请写成 项目=金额，如 national=500000。", "Write programme=yuan, such as national=500000.");

    private static void Show(Screen screen, FundingReport report)
    {
        Language language = screen.Language;
        string Money(Amount? amount) => AmountText.Of(amount, language);
        string Fund(string name) => name.Length > 0 ? ResourceNames.Short(name) : language["（期初导入）", "(brought in)"];
        Column[] figures =
        [
            new(language["结转", "carried"], true), new(language["预算", "budget"], true), new(language["退回", "returned"], true),
            new(language["支出", "spent"], true), new(language["未支出", "unspent"], true),
        ];
        screen.Table(
            language["预算与支出", "Budget against spend"], [new(language["资金", "fund"]), new(language["项目", "programme"]), .. figures],
            report.Lines.Select(line => (IReadOnlyList<string>)[Fund(line.Fund), ResourceNames.Short(line.Programme), Money(line.Carried),
                Money(line.Allotted), Money(line.Returned), Money(line.Spent), Money(line.Unspent)]));
        LotteryCheck lottery = report.Lottery;
        screen.Facts(
            language["福彩公益金用于养老的比例", "Lottery welfare money that went to elderly care"],
            [
                (language["拨给养老项目", "given to programmes"], Money(lottery.Used)),
                (language["福彩公益金到账", "received"], Money(lottery.Received)),
                (language["比例", "share"], Share(lottery.BasisPoints)),
                (language["不低于", "at least"], $"{lottery.MinPercent} %"),
                (language["结论", "verdict"], EnumText.Of(lottery.Verdict, language)),
                .. lottery.Funds.Select(fund => (Fund(fund.Fund), $"{Money(fund.Used)} / {Money(fund.Received)}")),
            ]);
        if (report.CostShares.Count > 0)
        {
            screen.Table(
                language["中央与地方分担", "Cost sharing"],
                [new(language["项目", "programme"]), new(language["支出", "spent"], true), new(language["定额", "quota"], true),
                    new(language["中央", "central"], true), new(language["地方", "local"], true),
                    new(language["超定额（地方）", "beyond the quota (local)"], true)],
                report.CostShares.Select(line => (IReadOnlyList<string>)[ResourceNames.Short(line.Programme), Money(line.Spent),
                    Money(line.Quota), $"{line.CentralPercent} % {Money(line.Central)}", Money(line.Local), Money(line.BeyondQuota)]));
        }
        GuaranteeCheck guarantee = report.Guarantee;
        screen.Facts(
            language["时间银行保障基金", "The guarantee fund"],
            (language["基金可用", "available"], Money(guarantee.Available)),
            (language["基金欠款", "owed"], guarantee.Owed.Value > 0 ? Money(guarantee.Owed) : ""),
            (language["未兑付时间", "outstanding hours"], Money(guarantee.Outstanding)),
            (language["价格", "price"], guarantee.Price is null ? "" : $"{Money(guarantee.Price)} / {guarantee.PriceMinutes} min"),
            (language["价格来源", "from"], guarantee.PriceSource),
            (language["全部兑付需", "all hours would cost"], Money(guarantee.Cost)),
            (language["覆盖率", "coverage"], guarantee.Price is null ? "" : Share(guarantee.BasisPoints)),
            (language["预警线", "alert below"], $"{guarantee.AlertBelowPercent} %"),
            (language["结论", "verdict"], EnumText.Of(guarantee.Verdict, language)),
            (language["基金目标", "target"], Money(guarantee.Target)));
        screen.Line(language[$"规则版本 {report.PolicyVersion}", $"By the policy {report.PolicyVersion}"]);
        screen.AsOf(report.EntryCount);
    }

    /// <summary>Hundredths of a percent as people read a share.</summary>
    public static string Share(long basisPoints) =>
        string.Create(CultureInfo.InvariantCulture, $"{basisPoints / BasisPointsPerPercent}.{basisPoints % BasisPointsPerPercent:00} %");

    /// <summary>The lines for a file, with the checks that the papers ask for as facts.</summary>
    private static ReportTable Table(FundingReport report, Language language)
    {
        string Money(Amount? amount) => AmountText.Of(amount, language);
        return new ReportTable(
            language["预算与支出", "Budget against spend"],
            [
                (language["期间", "days"], TimeText.Of(report.Period)),
                (language["福彩公益金比例", "lottery share"], $"{Share(report.Lottery.BasisPoints)} (≥ {report.Lottery.MinPercent} %) "
                    + EnumText.Of(report.Lottery.Verdict, language)),
                (language["保障基金", "guarantee fund"],
                    $"{Money(report.Guarantee.Available)} {EnumText.Of(report.Guarantee.Verdict, language)}"),
                (language["分录数", "entries"], $"{report.EntryCount}"),
                (language["规则版本", "policy"], report.PolicyVersion),
            ],
            [
                new(language["资金", "fund"]), new(language["项目", "programme"]), new(language["结转（元）", "carried, CNY"], true),
                new(language["预算（元）", "budget, CNY"], true),
                new(language["退回（元）", "returned, CNY"], true), new(language["支出（元）", "spent, CNY"], true),
                new(language["未支出（元）", "unspent, CNY"], true), new(language["账户", "accounts"]),
            ],
            [.. report.Lines.Select(line => (IReadOnlyList<string>)[Id(line.Fund), Id(line.Programme), AmountText.Plain(line.Carried),
                AmountText.Plain(line.Allotted), AmountText.Plain(line.Returned), AmountText.Plain(line.Spent),
                AmountText.Plain(line.Unspent),
                string.Join(' ', line.Accounts.Select(ResourceNames.Short))])],
            new ReportChart(language["各资金支出", "Spent by fund"], [.. report.Lines.GroupBy(line => Id(line.Fund), StringComparer.Ordinal)
                .Select(fund => (fund.Key, fund.Sum(line => line.Spent.Value)))
                .Select(fund => (fund.Key, fund.Item2, AmountText.Grouped(AmountText.Plain(fund.Item2, "CNY"))))]));
    }

    private static string Id(string name) => name.Split('/')[^1];
}
