using System.CommandLine;
using System.Globalization;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>What the hours that people hold will ask for: on the screen, as a table, a spreadsheet or a page.</summary>
internal static class FundLiabilityCommand
{
    public static Command Of(CommandFactory make)
    {
        Option<string> date = make.Option("--date", "截至哪天终了（默认现在）", "at the end of which day (default: now)"),
            price = make.Option("--hour-price", "每小时服务价格（元），用于保障基金", "what an hour costs, in yuan, for the guarantee fund"),
            item = make.Option("--hour-item", "或按服务清单项目计价，如 care-home", "or the list's item that gives the price, such as care-home");
        FileOption output = ReportCommands.Output(make);
        return make.Command("liability", "未兑付时间：按存入年份、可用年份和地区，及基金覆盖率",
            "the hours that people hold: by year earned, by year they can be spent, by region, and the fund's cover",
            [date, price, item, .. output.All], async (session, parsed) =>
        {
            if (parsed.GetValue(price) is not null && parsed.GetValue(item) is not null)
                throw new UsageException("--hour-price 与 --hour-item 只能用一个。", "Give --hour-price or --hour-item, not both.");
            var request = new GetHourLiabilityRequest { Parent = session.Region };
            if (parsed.GetValue(date) is { } day) request.Date = TimeText.ParseDay(day);
            if (parsed.GetValue(price) is { } yuan) request.PricePerHour = AmountText.ParseYuan(yuan);
            if (parsed.GetValue(item) is { } id) request.PriceItem = id;
            var client = new FundService.FundServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
            HourLiability report = await client.GetHourLiabilityAsync(request);
            if (output.Read(parsed) is { } file)
                await ReportCommands.GiveAsync(session, report, Table(report, session.Language), file);
            else
                session.Screen.Show(report, () => Show(session.Screen, report));
        });
    }

    private static void Show(Screen screen, HourLiability report)
    {
        Language language = screen.Language;
        string Text(Amount? amount) => AmountText.Of(amount, language);
        string Share(long basisPoints) => report.Price is null ? "" : FundBudgetCommand.Share(basisPoints);
        Column[] Columns(string first) =>
        [
            new(first), new(language["时间", "hours"], true), new(language["累计", "through"], true), new(language["需要", "cost"], true),
            new(language["覆盖率", "coverage"], true),
        ];
        IEnumerable<IReadOnlyList<string>> Rows(IEnumerable<HoursOfYear> years) => years.Select(year => (IReadOnlyList<string>)
            [Year(year.Year, language), Text(year.Hours), Text(year.Through), Text(year.Cost), Share(year.BasisPoints)]);
        screen.Table(language["按存入年份", "By the year they were credited"], Columns(language["年份", "year"]), Rows(report.ByYear));
        screen.Table(language[$"按可用年份（满 {report.SpendFromAge} 周岁）", $"By the year they can be spent (from {report.SpendFromAge} on)"],
            Columns(language["年份", "year"]), Rows(report.Spendable));
        screen.Table(
            language["按地区", "By region"],
            [
                new(language["地区", "region"]), new(language["时间", "hours"], true), new(language["基金", "fund"], true),
                new(language["需要", "cost"], true), new(language["覆盖率", "coverage"], true), new(language["分录数", "entries"], true),
            ],
            report.Regions.Select(row => (IReadOnlyList<string>)[ResourceNames.Short(row.Region), Text(row.Outstanding),
                AmountText.Of(row.Fund, language), Text(row.Cost), Share(row.BasisPoints),
                row.EntryCount.ToString(CultureInfo.InvariantCulture)]));
        screen.Facts(language["合计", "In all"], Facts(report, language));
    }

    private static (string, string)[] Facts(HourLiability report, Language language) =>
    [
        (language["截至", "at the end of"], TimeText.Of(report.Date)),
        (language["未兑付时间", "outstanding hours"], AmountText.Of(report.Outstanding, language)),
        (language["保障基金", "guarantee fund"], AmountText.Of(report.Fund, language)),
        (language["价格", "price"], report.Price is null ? "" : $"{AmountText.Of(report.Price, language)} / {report.PriceMinutes} min"),
        (language["价格来源", "from"], report.PriceSource),
        (language["全部兑付需", "all hours would cost"], AmountText.Of(report.Cost, language)),
        (language["覆盖率", "coverage"], report.Price is null ? "" : FundBudgetCommand.Share(report.BasisPoints)),
        (language["预警线", "alert below"], $"{report.AlertBelowPercent} %"),
        (language["结论", "verdict"], EnumText.Of(report.Verdict, language)),
    ];

    /// <summary>The tables one under the other, for a spreadsheet: the first column says which table a row is of.</summary>
    private static ReportTable Table(HourLiability report, Language language)
    {
        string Share(long basisPoints) => report.Price is null ? "" : FundBudgetCommand.Share(basisPoints);
        IEnumerable<IReadOnlyList<string>> Years(string table, IEnumerable<HoursOfYear> years) =>
            years.Select(year => (IReadOnlyList<string>)[table, Year(year.Year, language), AmountText.Plain(year.Hours),
                AmountText.Plain(year.Through), "", AmountText.Plain(year.Cost), Share(year.BasisPoints)]);
        return new ReportTable(
            language["未兑付的服务时间", "The hours that people hold"], Facts(report, language),
            [
                new(language["表", "table"]), new(language["年份或地区", "year or region"]), new(language["时间（分钟）", "hours, in minutes"], true),
                new(language["累计（分钟）", "through, in minutes"], true), new(language["基金（元）", "fund, CNY"], true),
                new(language["需要（元）", "cost, CNY"], true), new(language["覆盖率", "coverage"], true),
            ],
            [
                .. Years(language["存入年份", "credited"], report.ByYear), .. Years(language["可用年份", "can be spent"], report.Spendable),
                .. report.Regions.Select(row => (IReadOnlyList<string>)[language["地区", "region"], ResourceNames.Short(row.Region),
                    AmountText.Plain(row.Outstanding), "", $"{(row.Fund.Side == Side.Debit ? "-" : "")}{AmountText.Plain(row.Fund.Amount)}",
                    AmountText.Plain(row.Cost), Share(row.BasisPoints)]),
            ],
            new ReportChart(language["可用年份的时间", "Hours by the year they can be spent"], [.. report.Spendable
                .Select(year => (Year(year.Year, language), year.Hours.Value, AmountText.Of(year.Hours, language)))]));
    }

    private static string Year(int year, Language language) =>
        year == 0 ? language["生日不明", "birth date unknown"] : year.ToString(CultureInfo.InvariantCulture);
}
