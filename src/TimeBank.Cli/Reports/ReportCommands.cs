using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Reports for paper and spreadsheets: what a provider was paid, and a month's books.</summary>
internal static class ReportCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [make.Group("report", "报表：机构结算单、月度报表、未达账龄",
            "reports: a provider's settlement statement, a month's books, exceptions by age", Provider(make), Month(make), Aging(make))];

    private static Command Provider(CommandFactory make)
    {
        Argument<string> payment = make.Argument("payment", "付款，如 settlements/ID/payments/1",
            "the payment, such as settlements/ID/payments/1");
        FileOption output = Output(make);
        return make.Command("provider", "机构结算单：一笔付款的每一分钱", "a provider's settlement statement: every fen of a payment",
            [payment, .. output.All], async (session, parsed) =>
        {
            string name = session.Name("settlements", parsed.GetValue(payment)!);
            var client = new SettlementService.SettlementServiceClient(await session.AsAsync(Role.Auditor, name));
            SettlementBatch batch = await client.GetBatchAsync(
                new GetBatchRequest { Name = name[..Math.Max(0, name.IndexOf("/payments/", StringComparison.Ordinal))] });
            SettlementPayment paid = batch.Payments.FirstOrDefault(one => one.Name == name)
                ?? throw new UsageException($"没有这笔付款：{name}", $"There is no payment {name}.");
            ListPaymentLinesResponse lines = await new Paging(int.MaxValue).AllAsync(
                new ListPaymentLinesRequest { Payment = name }, page => client.ListPaymentLinesAsync(page).ResponseAsync);
            await GiveAsync(session, lines, ProviderStatement(
                batch, paid, await NameAsync(session, paid.Provider), lines, session.Language), output.Read(parsed));
        });
    }

    private static Command Month(CommandFactory make)
    {
        Argument<string> month = make.Argument("month", "月份，如 2026-11", "the month, such as 2026-11");
        FileOption output = Output(make);
        return make.Command("month", "月度报表：各类账户的期初、发生和期末", "a closed month: what every class of accounts held and moved",
            [month, .. output.All], async (session, parsed) =>
        {
            string name = session.Name("periods", parsed.GetValue(month)!);
            BooksPeriod period = await new PeriodService.PeriodServiceClient(await session.AsAsync(Role.Auditor, name))
                .GetPeriodAsync(new GetPeriodRequest { Name = name });
            if (period.Statement.Length == 0) throw new UsageException(
                $"{parsed.GetValue(month)} 还没有结账，没有报表。", $"{parsed.GetValue(month)} isn't closed, so there is no statement.");
            await GiveAsync(session, period, MonthStatement(period, session.Language), output.Read(parsed));
        });
    }

    private static Command Aging(CommandFactory make)
    {
        Argument<string> account = make.Argument("account", "我方银行账户，如 main", "our bank account, such as main");
        FileOption output = Output(make);
        return make.Command("aging", "未达账项按账龄", "open lines of the bank by age", [account, .. output.All], async (session, parsed) =>
        {
            string name = session.Name("bankAccounts", parsed.GetValue(account)!);
            var client = new ReconciliationService.ReconciliationServiceClient(await session.AsAsync(Role.Auditor, name));
            ListExceptionsResponse list = await new Paging(int.MaxValue).AllAsync(
                new ListExceptionsRequest { Parent = name }, page => client.ListExceptionsAsync(page).ResponseAsync);
            await GiveAsync(session, list, Ages(name, list, session.Language), output.Read(parsed));
        });
    }

    private static ReportTable Ages(string account, ListExceptionsResponse list, Language language)
    {
        string Of(AgeTotal total) =>
            $"{total.Lines} · + {AmountText.Of(total.InAmount, language)} · − {AmountText.Of(total.OutAmount, language)}";
        return new ReportTable(
            language[$"{ResourceNames.Short(account)} 未达账龄", $"Exceptions of {ResourceNames.Short(account)} by age"],
            [.. list.Totals.Select(total => (EnumText.Of(total.Age, language), Of(total)))],
            [
                new(language["明细", "line"]), new(language["日期", "day"]), new(language["天数", "days"], true),
                new(language["金额（元）", "amount, CNY"], true), new(language["原因", "reason"]), new(language["负责人", "owner"]),
                new(language["摘要", "text"]),
            ],
            [.. list.Exceptions.Select(one => (IReadOnlyList<string>)[ResourceNames.Short(one.Line.Name), TimeText.Of(one.Line.Date),
                $"{one.AgeDays}", $"{(one.Line.Side == Side.Credit ? "" : "-")}{AmountText.Plain(one.Line.Amount)}",
                EnumText.Of(one.Reason, language), one.Line.Case?.Owner ?? "", one.Line.Text])],
            new ReportChart(language["笔数", "Lines"], [.. list.Totals.Select(total =>
                (EnumText.Of(total.Age, language), total.Lines, $"{total.Lines}"))]));
    }

    /// <summary>A provider's name, where the reader may see it; else empty.</summary>
    private static async Task<string> NameAsync(Session session, string provider)
    {
        try
        {
            var client = new ProviderService.ProviderServiceClient(await session.AsAsync(Role.Auditor, provider));
            return (await client.GetProviderAsync(new GetProviderRequest { Name = provider })).DisplayName;
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.PermissionDenied or StatusCode.NotFound)
        {
            return "";
        }
    }

    private static ReportTable ProviderStatement(
        SettlementBatch batch, SettlementPayment payment, string providerName, ListPaymentLinesResponse lines, Language language)
    {
        static string Amount(Amount? amount) => AmountText.Plain(amount);
        IReadOnlyList<IReadOnlyList<string>> rows =
        [
            .. lines.Lines.Select(line => (IReadOnlyList<string>)[$"{line.Posting.EntryIndex}",
                TimeText.Of(line.Redemption?.ServiceDate ?? line.Posting.EffectiveDate),
                line.Redemption?.Item ?? Labels.OrName("", line.Posting.Code, language),
                line.Redemption is { Quantity: > 0 } redemption ? $"{redemption.Quantity}" : "", Amount(line.Redemption?.Price),
                Amount(line.Redemption?.Insurance), Amount(line.Redemption?.OwnPart),
                $"{(line.Posting.Side == Side.Debit ? "-" : "")}{Amount(line.Posting.Amount)}", ResourceNames.Short(line.Programme),
                line.PolicyVersion]),
            .. payment.Extra(language).Select(extra => (IReadOnlyList<string>)[
                extra.Source, "", extra.What, "", "", "", "", Amount(extra.Amount), "", ""]),
        ];
        return new ReportTable(
            language[$"结算单 {ResourceNames.Short(payment.Name)}", $"Settlement statement {ResourceNames.Short(payment.Name)}"],
            [
                (language["机构", "provider"], $"{ResourceNames.Short(payment.Provider)} {providerName}".Trim()),
                (language["编制日期", "prepared"], TimeText.Of(batch.PreparedDate)),
                (language["状态", "state"], batch.StateOf(payment, language)),
                (language["付款编号", "payment id"], payment.EndToEndId),
                (language["抵扣欠款", "taken off for refunds"], AmountText.Of(payment.OffsetAmount, language)),
                (language["实付", "paid"], AmountText.Of(payment.NetAmount, language)),
            ],
            [
                new(language["分录", "entry"]), new(language["日期", "day"]), new(language["项目", "item"]),
                new(language["数量", "quantity"], true), new(language["价格（元）", "price, CNY"], true),
                new(language["保险（元）", "insurance, CNY"], true), new(language["自付（元）", "own part, CNY"], true),
                new(language["应付（元）", "owed, CNY"], true), new(language["项目资金", "programme"]), new(language["政策", "policy"]),
            ],
            rows,
            new ReportChart(language["各项目应付", "Owed by item"], [.. lines.Lines.Where(line => line.Redemption is not null)
                .GroupBy(line => line.Redemption.Item, StringComparer.Ordinal)
                .Select(item => (item.Key, Sum: item.Sum(line => line.Posting.Side == Side.Debit
                    ? -line.Posting.Amount.Value : line.Posting.Amount.Value)))
                .OrderByDescending(item => item.Sum)
                .Select(item => (item.Key, item.Sum, AmountText.Grouped(AmountText.Plain(item.Sum, "CNY"))))]));
    }

    private static ReportTable MonthStatement(BooksPeriod period, Language language)
    {
        string[] text = period.Statement.Split('\n');
        int columns = Array.FindIndex(text, line => line.StartsWith("columns ", StringComparison.Ordinal));
        string[][] rows = [.. text[(columns + 1)..].TakeWhile(line => line.Length > 0).Select(line => line.Split(' '))];
        string Balance(string balance, string unit) => balance == "0" ? AmountText.Plain(0, unit)
            : $"{(balance[0] == 'D' ? language["借", "Dr"] : language["贷", "Cr"])} {Number(balance[1..], unit)}";
        static string Number(string number, string unit) =>
            long.TryParse(number, out long value) ? AmountText.Plain(value, unit) : number;
        return new ReportTable(
            language[$"{TimeText.Of(period.FirstDate)[..7]} 月度报表", $"Books of {TimeText.Of(period.FirstDate)[..7]}"],
            [
                (language["状态", "state"], EnumText.Of(period.State, language)),
                (language["编制", "prepared"], $"{period.PreparedBy} {TimeText.Of(period.PrepareTime)}".Trim()),
                (language["签字", "signed"], $"{period.ApprovedBy} {TimeText.Of(period.ApproveTime)}".Trim()),
                (language["分录数", "entries"], Fact(text, "entries ")),
                (language["根", "root"], Fact(text, "root ")),
                .. period.Reopenings.Select(reopening => (language["重开", "reopened"],
                    $"{TimeText.Of(reopening.Time)} {reopening.Actor}: {reopening.Note}")),
            ],
            [
                new(language["单位", "unit"]), new(language["账户", "account"]), new(language["期初", "opening"], true),
                new(language["借方发生", "debits"], true), new(language["贷方发生", "credits"], true), new(language["期末", "closing"], true),
            ],
            [.. rows.Select(row => (IReadOnlyList<string>)[row[0], row[1], Balance(row[2], row[0]), Number(row[3], row[0]),
                Number(row[4], row[0]), Balance(row[5], row[0])])],
            new ReportChart(language["本月贷记（元）", "Credited in the month, CNY"], [.. rows
                .Where(row => row[0] == "CNY" && long.TryParse(row[4], out long credits) && credits > 0)
                .Select(row => (row[1], long.Parse(row[4], System.Globalization.CultureInfo.InvariantCulture),
                    AmountText.Grouped(Number(row[4], "CNY"))))]));
    }

    private static string Fact(IEnumerable<string> lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";

    internal static FileOption Output(CommandFactory make) => new(make, "写入的文件：.csv、.xlsx 或可打印的 .html；不写则显示",
        "the file to write: .csv, .xlsx, or .html to print; else the screen");

    /// <summary>Writes the report to its file, or shows it.</summary>
    internal static async Task GiveAsync(Session session, IMessage message, ReportTable report, OutFile? file)
    {
        if (file is not null)
        {
            await file.SaveAsync(await ReportFile.BytesAsync(report, file.Path, session.Language));
            session.Screen.Line(session.Language[$"已写入 {file.Path}。", $"{file.Path} written."]);
            return;
        }
        session.Screen.Show(message, () =>
        {
            session.Screen.Facts(report.Title, report.Facts);
            session.Screen.Table("", report.Columns, report.Shown);
        });
    }
}
