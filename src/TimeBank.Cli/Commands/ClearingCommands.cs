using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.ClearingService.ClearingServiceClient;

namespace TimeBank.Cli;

/// <summary>Netting a month's hours between the regions of a city or province: one person proposes, another one approves.</summary>
internal static class ClearingCommands
{
    public static Command Of(CommandFactory make) => make.Group(
        "clearing", "地区间时间轧差：提出、批准、撤回、查询（用 --region 给出市或省）",
        "net hours between the regions of a city or province (--region): run, approve, withdraw, show, list",
        Run(make), Approve(make), Withdraw(make), Show(make), List(make));

    private static Command Run(CommandFactory make)
    {
        Argument<string> month = Month(make);
        return make.Command("run", "提出一个月的轧差，须另一人批准", "propose to net a month; another person approves it", [month, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("nettings", parsed.GetValue(month)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceMaker, name)).RunNettingAsync(
                new RunNettingRequest { RequestId = session.RequestId(), Name = name, ValidateOnly = make.IsDryRun(parsed) }));
        });
    }

    private static Command Approve(CommandFactory make)
    {
        Argument<string> month = Month(make);
        return make.Command("approve", "批准轧差，各地区记账", "approve a netting, so that every region posts it", [month, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("nettings", parsed.GetValue(month)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceChecker, name)).ApproveNettingAsync(
                new ApproveNettingRequest { RequestId = session.RequestId(), Name = name, ValidateOnly = make.IsDryRun(parsed) }));
        });
    }

    private static Command Withdraw(CommandFactory make)
    {
        Argument<string> month = Month(make);
        return make.Command("withdraw", "撤回未批准的轧差", "take a netting back that nobody has approved", [month, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("nettings", parsed.GetValue(month)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceMaker, name)).WithdrawNettingAsync(
                new WithdrawNettingRequest { RequestId = session.RequestId(), Name = name, ValidateOnly = make.IsDryRun(parsed) }));
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> month = Month(make);
        return make.Command("show", "查看一个月的轧差", "show a month's netting", [month], async (session, parsed) =>
        {
            string name = session.Name("nettings", parsed.GetValue(month)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name))
                .GetNettingAsync(new GetNettingRequest { Name = name }));
        });
    }

    private static Command List(CommandFactory make) => make.Command(
        "list", "列出轧差", "list the nettings", [make.Limit, make.All], async (session, parsed) =>
    {
        var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
        ListNettingsResponse list = await make.PagingOf(parsed).AllAsync(
            new ListNettingsRequest { Parent = session.Region }, page => client.ListNettingsAsync(page).ResponseAsync);
        Language language = make.Language;
        session.Screen.Show(list, () =>
        {
            session.Screen.Table(
                "", [new(language["月份", "month"]), new(language["状态", "state"]), new(language["提出", "proposed"]),
                    new(language["批准", "approved"]), new(language["结算笔数", "settlements"], true)],
                list.Nettings.Select(netting => (IReadOnlyList<string>)[ResourceNames.Short(netting.Name),
                    EnumText.Of(netting.State, language), netting.ProposedBy, netting.ApprovedBy, $"{netting.Settlements.Count}"]));
            session.Screen.More(list.NextPageToken);
        });
    });

    private static Argument<string> Month(CommandFactory make) => make.Argument("month", "月份，如 2026-11", "the month, such as 2026-11");

    private static void Show(Session session, Netting netting) => session.Screen.Show(netting, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(netting.Name),
            (language["状态", "state"], EnumText.Of(netting.State, language)),
            (language["起止", "days"], $"{TimeText.Of(netting.FirstDate)} – {TimeText.Of(netting.LastDate)}"),
            (language["提出", "proposed"], $"{netting.ProposedBy} {TimeText.Of(netting.ProposeTime)}".Trim()),
            (language["批准", "approved"], $"{netting.ApprovedBy} {TimeText.Of(netting.ApproveTime)}".Trim()),
            (language["撤回", "withdrawn"], netting.WithdrawnBy));
        session.Screen.Table(
            language["地区之间", "between regions"],
            [new(language["划出地区", "from"]), new(language["划入地区", "to"]), new(language["已划出", "left"], true),
                new(language["已到账", "arrived"], true), new(language["轧差", "netted"], true), new(language["在途", "in flight"], true)],
            netting.Pairs.Select(pair => (IReadOnlyList<string>)[ResourceNames.RegionOf(pair.From), ResourceNames.RegionOf(pair.To),
                AmountText.Of(pair.Left, language), AmountText.Of(pair.Arrived, language), AmountText.Of(pair.Netted, language),
                AmountText.Of(pair.InFlight, language)]));
        session.Screen.Table(
            language["各地区净额", "net of each region"],
            [new(language["地区", "region"]), new(language["应付", "owes"], true), new(language["应收", "is owed"], true),
                new(language["净额", "net"], true), new(language["分录范围", "entries"]), new(language["分录", "entry"])],
            netting.Regions.Select(region => (IReadOnlyList<string>)[ResourceNames.RegionOf(region.Region),
                AmountText.Of(region.Owes, language), AmountText.Of(region.Owed, language), AmountText.Of(region.Net, language),
                $"{region.FromEntryCount} – {region.ToEntryCount}", ResourceNames.Short(region.Entry)]));
        if (netting.Settlements.Count == 0)
        {
            session.Screen.Line(language["各地区轧平，无须结算。", "Every region comes out at zero; nothing is to be paid."]);
            return;
        }
        session.Screen.Table(
            language["结算", "settlements"],
            [new(language["付方", "payer"]), new(language["收方", "payee"]), new(language["时长", "hours"], true)],
            netting.Settlements.Select(paid => (IReadOnlyList<string>)[ResourceNames.RegionOf(paid.Payer),
                ResourceNames.RegionOf(paid.Payee), AmountText.Of(paid.Amount, language)]));
    });
}
