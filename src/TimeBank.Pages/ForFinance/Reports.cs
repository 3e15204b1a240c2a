using System.Globalization;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>The finance office's reports, each of the contract's own figures.</summary>
/// <param name="visitor">Who reads.</param>
/// <param name="asked">What the address asks for: month, year, account, payment.</param>
public sealed class Reports(Visitor visitor, Func<string, string> asked)
{
    public static readonly string[] Kinds = ["provider", "month", "funders", "hours", "aging"];

    private Language L => visitor.Language;

    private Contract Client => visitor.Client;

    /// <summary>What a kind of report is called.</summary>
    public static string Title(string kind, Language l) => kind switch
    {
        "provider" => l["机构结算单", "Provider's settlement statement"],
        "month" => l["月度报表", "The month's books"],
        "funders" => l["资金年度使用", "Use of funds in a year"],
        "hours" => l["未兑付的服务时间", "The hours that people hold"],
        _ => l["未达账龄", "Exceptions by age"],
    };

    /// <returns>Null where the address doesn't say yet what the report is of.</returns>
    public Task<ReportTable?> ReadAsync(string kind) => kind switch
    {
        "provider" => ProviderAsync(),
        "month" => MonthAsync(),
        "funders" => FundersAsync(),
        "hours" => HoursAsync(),
        "aging" => AgingAsync(),
        _ => Task.FromResult<ReportTable?>(null),
    };

    private async Task<ReportTable?> ProviderAsync()
    {
        if (asked("payment").Split('/') is not [var id, var number]) return null;
        string batchName = $"{visitor.Parent}/settlements/{id}", name = $"{batchName}/payments/{number}";
        SettlementBatch batch = await Client.Settlements.GetBatchAsync(new GetBatchRequest { Name = batchName }, Client.Reading);
        SettlementPayment payment = batch.Payments.First(one => one.Name == name);
        List<PayeeLine> lines = await ExplainAsync(payment);
        Provider provider = await Client.Providers.GetProviderAsync(new GetProviderRequest { Name = payment.Provider }, Client.Reading);
        IReadOnlyDictionary<string, CatalogueItem> items = await ServiceNames.ReadAsync(visitor);
        IReadOnlyDictionary<string, string> programmes = await RegionNames.OfProgrammesAsync(visitor);
        string Item(PaymentLine line) => line.Redemption is { } one ? items.Of(one.Item, L) : Labels.Of(line.Posting.Code, L);
        return new ReportTable(
            L[$"{provider.DisplayName}结算单", $"Settlement statement of {provider.DisplayName}"],
            [
                (L["批次", "Batch"], id), (L["编制日", "Prepared"], Written.Day(batch.PreparedDate, L)),
                (L["状态", "State"], Labels.Of(payment.State, L)),
                (L["付款编号", "Payment id"], payment.EndToEndId), (L["抵扣欠款", "Debts taken off"], Yuan(payment.OffsetAmount)),
                (L["实付（元）", "Paid (yuan)"], Yuan(payment.NetAmount)),
            ],
            [
                new(L["分录", "Entry"]), new(L["日期", "Day"], IsWhole: true), new(L["服务", "Service"]), new(L["数量", "Number"], true),
                new(L["价格（元）", "Price, yuan"], true), new(L["保险（元）", "Insurance, yuan"], true), new(L["自付（元）", "Own part, yuan"], true),
                new(L["应付（元）", "Owed, yuan"], true), new(L["项目", "Programme"]), new(L["政策", "Policy"]),
                new(L["列于付款", "Listed in payment"], IsWhole: true),
            ],
            [
                .. lines.Select(of => of.Line is not { } line
                    ? Row(of.Entry, "", of.What, "", "", "", "", Plain(of.Fen), "", "", of.Payment)
                    : Row(
                        of.Entry, Iso(line.Redemption?.ServiceDate ?? line.Posting.EffectiveDate), Item(line),
                        line.Redemption is { Quantity: > 0 } one ? $"{one.Quantity}" : "", Yuan(line.Redemption?.Price),
                        Yuan(line.Redemption?.Insurance), Yuan(line.Redemption?.OwnPart), Plain(of.Fen),
                        line.Programme.Length > 0 ? programmes.Called(line.Programme) : "", line.PolicyVersion, of.Payment)),
            ],
            L["各项服务应付（元）", "Owed by service (yuan)"],
            [.. lines.Where(of => of.Line?.Redemption is not null).GroupBy(of => Item(of.Line!))
                .Select(group => (group.Key, Sum: group.Sum(of => of.Fen)))
                .OrderByDescending(group => group.Sum).Select(group => ChartPoint.Money(group.Key, group.Sum))])
        {
            Of = payment.EndToEndId,
            Totals = [Row(L["合计", "Total"], "", "", "", "", "", "", Plain(lines.Sum(of => of.Fen)), "", "", "")],
        };
    }

    /// <summary>
    /// All that a payment pays: its lines, those of withdrawn payments that it pays instead, and what is neither. Their sum is what goes to
    /// the provider's bank and what its debt takes.
    /// </summary>
    private async Task<List<PayeeLine>> ExplainAsync(SettlementPayment payment)
    {
        List<PaymentLine> own = await RegionNames.AllAsync<PaymentLine>(async token =>
        {
            ListPaymentLinesResponse page = await Client.Settlements.ListPaymentLinesAsync(
                new ListPaymentLinesRequest { Payment = payment.Name, PageSize = 1_000, PageToken = token }, Client.Reading);
            return (page.Lines, page.NextPageToken);
        });
        List<PayeeLine> all =
            [.. own.Select(line => new PayeeLine(line, $"{line.Posting.EntryIndex}", "", Signed(line.Posting), payment.EndToEndId))];
        foreach (CarriedAmount one in payment.Carried)
        {
            // What was held back is a part of its payment and no line of it.
            if (one.Payment.Length > 0 && !one.Source.EndsWith("/holdback", StringComparison.Ordinal))
            {
                SettlementBatch withdrawn =
                    await Client.Settlements.GetBatchAsync(new GetBatchRequest { Name = one.Source }, Client.Reading);
                all.AddRange(await ExplainAsync(withdrawn.Payments.First(other => other.Name == one.Payment)));
            }
            else
            {
                all.Add(Extra(one, L["以前未付", "unpaid before"], one.Amount.Value));
            }
        }
        all.AddRange(payment.SetAside.Select(one => Extra(one, one.Complaint.Length == 0 ? L["争议暂不付", "disputed, set aside"]
            : L[$"留出：投诉 {Written.Id(one.Complaint)}", $"set aside: complaint {Written.Id(one.Complaint)}"], -one.Amount.Value)));
        if (payment.HeldBackAmount is { Value: > 0 } held)
            all.Add(new PayeeLine(null, "", L["扣留", "held back"], -held.Value, payment.EndToEndId));
        return all;

        PayeeLine Extra(CarriedAmount one, string what, long fen) => one.Source.Contains("/entries/", StringComparison.Ordinal)
            ? new(null, Written.Id(one.Source), what, fen, payment.EndToEndId)
            : new(null, "", L[$"{what}：批次 {one.Source.Split('/')[3]}", $"{what}: batch {one.Source.Split('/')[3]}"], fen,
                payment.EndToEndId);
    }

    /// <summary>A line of what a provider is paid.</summary>
    /// <param name="Line">Null: an amount without a posting of its own in the payment.</param>
    /// <param name="Payment">The id of the payment that lists it.</param>
    private sealed record PayeeLine(PaymentLine? Line, string Entry, string What, long Fen, string Payment);

    private async Task<ReportTable?> MonthAsync()
    {
        if (asked("month").Length == 0) return null;
        BooksPeriod period = await Client.Periods.GetPeriodAsync(
            new GetPeriodRequest { Name = $"{visitor.Parent}/periods/{asked("month")}" }, Client.Reading);
        ClosingStatement statement = ClosingStatement.Of(period.Statement);
        return new ReportTable(
            L[$"{Written.Month(Written.ToDay(period.FirstDate), L)}月度报表", $"Books of {Written.Month(Written.ToDay(period.FirstDate), L)}"],
            [
                (L["状态", "State"], period.State == PeriodState.Open
                    ? L["尚未结账，没有报表", "not closed, so there is no statement"] : Labels.Of(period.State, L)),
                (L["编制", "Prepared"], $"{period.PreparedBy} {Written.Moment(period.PrepareTime, L)}".Trim()),
                (L["签字", "Signed"], $"{period.ApprovedBy} {Written.Moment(period.ApproveTime, L)}".Trim()),
                (L["分录数", "Entries"], statement.Entries), (L["账簿根", "Root"], statement.Root),
                .. period.Reopenings.Select(one => (L["重开", "Reopened"], $"{Written.Moment(one.Time, L)} {one.Actor}: {one.Note}")),
            ],
            [
                new(L["单位", "Unit"]), new(L["账户", "Account"]), new(L["期初方向", "Opening side"]), new(L["期初", "Opening"], true),
                new(L["借方发生", "Debits"], true), new(L["贷方发生", "Credits"], true), new(L["期末方向", "Closing side"]),
                new(L["期末", "Closing"], true),
            ],
            [.. statement.Rows.Select(row => Cells(row, EntryWords.Account(row.Account, L)))],
            L["本月贷方发生（元）", "Credited in the month (yuan)"],
            [.. statement.Rows.Where(row => row.Unit == "CNY" && row.CreditsValue > 0)
                .Select(row => ChartPoint.Money(EntryWords.Account(row.Account, L), row.CreditsValue))])
        {
            Of = asked("month"), Note = ClosingStatement.DayRule(L),
            Totals = [.. ClosingRow.Totals(statement.Rows).Select(row => Cells(row, L["合计", "Total"]))],
            Nothing = L["这个月还没有结账。两人签字结账后，这里按账户列出期初、借方、贷方和期末。",
                "The month is not closed yet. After its close its accounts stand here with opening, debits, credits and closing."],
        };

        // A spreadsheet adds up numbers without commas, and a side in a cell of its own.
        System.Collections.Immutable.ImmutableArray<string> Cells(ClosingRow row, string account) =>
            Row(Labels.Of(row.Unit, L), account, ClosingRow.Side(row.Opening, L), Bare(ClosingRow.Size(row.Opening, row.Unit)),
                Bare(ClosingRow.Number(row.Debits, row.Unit)), Bare(ClosingRow.Number(row.Credits, row.Unit)),
                ClosingRow.Side(row.Closing, L), Bare(ClosingRow.Size(row.Closing, row.Unit)));
    }

    private async Task<ReportTable?> FundersAsync()
    {
        int year = int.TryParse(asked("year"), CultureInfo.InvariantCulture, out int chosen) && chosen is > 2000 and < 2200
            ? chosen : visitor.Today.Year;
        FundingReport report = await Client.Funds.GetFundingReportAsync(new GetFundingReportRequest
        {
            Parent = visitor.Parent,
            Period = new Period
            {
                FirstDay = Written.ToContract(new DateOnly(year, 1, 1)), LastDay = Written.ToContract(new DateOnly(year, 12, 31)),
            },
        }, Client.Reading);
        IReadOnlyDictionary<string, string> funds = await RegionNames.OfFundsAsync(visitor),
            programmes = await RegionNames.OfProgrammesAsync(visitor);
        (string used, string received, int least, string verdict) = (Yuan(report.Lottery.Used), Yuan(report.Lottery.Received),
            report.Lottery.MinPercent, Labels.Of(report.Lottery.Verdict, L));
        string Fund(FundingLine line) => line.Fund.Length == 0 ? L["导入的资金", "imported money"] : funds.Called(line.Fund);
        return new ReportTable(
            L[$"{year}年资金使用", $"Use of funds in {year}"],
            [
                (L["福彩公益金用于养老（元）", "Lottery money for elderly care (yuan)"],
                    L[$"{used}，收到 {received}，应不低于 {least}%：{verdict}", $"{used} of {received} received, at least {least}%: {verdict}"]),
                (L["账簿分录数", "Entries of the journal"], $"{report.EntryCount}"), (L["政策", "Policy"], report.PolicyVersion),
            ],
            [
                new(L["资金", "Fund"]), new(L["来源", "Source"]), new(L["项目", "Programme"]), new(L["上年结转（元）", "Carried, yuan"], true),
                new(L["拨付（元）", "Allotted, yuan"], true), new(L["退回（元）", "Returned, yuan"], true), new(L["已用（元）", "Spent, yuan"], true),
                new(L["结余（元）", "Unspent, yuan"], true),
            ],
            [.. report.Lines.Select(line => Row(
                Fund(line), line.Kind == FundKind.Unspecified ? "" : Labels.Of(line.Kind, L), programmes.Called(line.Programme),
                Yuan(line.Carried), Yuan(line.Allotted), Yuan(line.Returned), Yuan(line.Spent), Yuan(line.Unspent)))],
            L["各项资金已用（元）", "Spent by fund (yuan)"],
            [.. report.Lines.GroupBy(Fund).Select(fund => ChartPoint.Money(fund.Key, fund.Sum(line => line.Spent.Value)))])
        {
            Of = $"{year}",
            Totals =
            [
                Row(L["合计", "Total"], "", "", Total(line => line.Carried), Total(line => line.Allotted), Total(line => line.Returned),
                    Total(line => line.Spent), Total(line => line.Unspent)),
            ],
        };

        string Total(Func<FundingLine, Amount?> of) => Plain(report.Lines.Sum(line => of(line)?.Value ?? 0));
    }

    private async Task<ReportTable?> HoursAsync()
    {
        if (asked("date").Length == 0) return null;
        var request = new GetHourLiabilityRequest { Parent = visitor.Parent };
        // What can't be read is asked for all the same: the contract's refusal names the field and its rule.
        request.Date = DateOnly.TryParseExact(asked("date"), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? Written.ToContract(day) : new Date();
        if (asked("price").Length > 0)
            request.PricePerHour = new Amount { Value = Written.ParseYuan(asked("price")) ?? 0, Unit = "CNY" };
        HourLiability report = await Client.Funds.GetHourLiabilityAsync(request, Client.Reading);
        string year = L["存入年份", "Credited in"], spendable = L["可用年份", "Can be spent from"], region = L["地区", "Region"];
        string Share(long basisPoints) => report.Price is null ? "" : $"{basisPoints / 100}.{basisPoints % 100:D2}%";
        string Of(HoursOfYear one) => one.Year == 0 ? L["生日不明", "birth date unknown"] : $"{one.Year}";
        string Hours(Amount amount) => Written.Amount(amount, L);
        string Fund(Balance fund) => Plain(fund.Side == Side.Debit ? -fund.Amount.Value : fund.Amount.Value);
        System.Collections.Immutable.ImmutableArray<string> OfYear(string table, HoursOfYear one) =>
            Row(table, Of(one), $"{one.Hours.Value}", $"{one.Through.Value}", "", Yuan(one.Cost), Share(one.BasisPoints));
        return new ReportTable(
            L["未兑付的服务时间", "The hours that people hold"],
            [
                (L["截至", "At the end of"], Written.Day(Written.ToDay(report.Date), L)),
                (L["未兑付", "Outstanding"], Hours(report.Outstanding)),
                (L["保障基金（元）", "Guarantee fund, yuan"], Fund(report.Fund)),
                (L["每小时价格（元）", "An hour's price, yuan"], Yuan(report.Price)),
                (L["全部兑付需（元）", "All hours would cost, yuan"], Yuan(report.Cost)),
                (L["覆盖率", "Coverage"], report.Price is null ? "" : L[
                    $"{Share(report.BasisPoints)}，低于 {report.AlertBelowPercent}% 预警：{Labels.Of(report.Verdict, L)}",
                    $"{Share(report.BasisPoints)}, alert below {report.AlertBelowPercent}%: {Labels.Of(report.Verdict, L)}"]),
            ],
            [
                new(L["按", "By"]), new(L["年份或地区", "Year or region"]), new(L["时间（分钟）", "Hours, minutes"], true),
                new(L["累计（分钟）", "Through, minutes"], true), new(L["基金（元）", "Fund, yuan"], true),
                new(L["需要（元）", "Cost, yuan"], true), new(L["覆盖率", "Coverage"], true),
            ],
            [
                .. report.ByYear.Select(one => OfYear(year, one)), .. report.Spendable.Select(one => OfYear(spendable, one)),
                .. report.Regions.Select(one => Row(region, Written.Id(one.Region), $"{one.Outstanding.Value}", "", Fund(one.Fund),
                    Yuan(one.Cost), Share(one.BasisPoints))),
            ],
            L[$"可用年份的时间（满 {report.SpendFromAge} 周岁起）", $"Hours by the year they can be spent from, at {report.SpendFromAge}"],
            [.. report.Spendable.Select(one => new ChartPoint(Of(one), one.Hours.Value / 60.0, Hours(one.Hours)))])
        {
            Of = asked("date"),
            Note = L["先存入的先使用。年份之后才满年龄的人，时间目前不产生支出。",
                "Hours that were credited first are spent first. Hours whose holder reaches the age in a later year cost nothing yet."],
        };
    }

    private async Task<ReportTable?> AgingAsync()
    {
        if (asked("account").Length == 0) return null;
        string account = $"{visitor.Parent}/bankAccounts/{asked("account")}";
        IReadOnlyList<AgeTotal> totals = [];
        List<BankException> open = await RegionNames.AllAsync<BankException>(async token =>
        {
            ListExceptionsResponse page = await Client.Reconciliation.ListExceptionsAsync(
                new ListExceptionsRequest { Parent = account, PageSize = 1_000, PageToken = token }, Client.Reading);
            totals = page.Totals;
            return (page.Exceptions, page.NextPageToken);
        });
        return new ReportTable(
            L[$"账户 {asked("account")} 的未达账龄", $"Exceptions of {asked("account")} by age"],
            [
                (L["日期", "Day"], Written.Day(visitor.Today, L)),
                .. totals.Select(total => (Labels.Of(total.Age, L), L[$"{total.Lines} 条，收 {Yuan(total.InAmount)}，付 {Yuan(total.OutAmount)}",
                    $"{Written.Many(total.Lines, "line", "lines")}, in {Yuan(total.InAmount)}, out {Yuan(total.OutAmount)}"])),
            ],
            [
                new(L["明细", "Line"]), new(L["日期", "Day"]), new(L["天数", "Days"], true), new(L["金额（元）", "Amount, yuan"], true),
                new(L["原因", "Reason"]), new(L["负责人", "Owner"]), new(L["摘要", "Text"]),
            ],
            [.. open.Select(one => Row(
                Written.Id(one.Line.Name), Iso(one.Line.Date), $"{one.AgeDays}",
                Plain(LineFen(one)), Labels.Of(one.Reason, L),
                one.Line.Case?.Owner ?? "", one.Line.Text))],
            L["各账龄的条数", "Lines by age"],
            open.Count == 0 ? [] : [.. totals.Select(total => ChartPoint.Count(Labels.Of(total.Age, L), total.Lines))])
        {
            Of = $"{asked("account")}-{visitor.Today:yyyy-MM-dd}",
            Totals = [Row(L["合计", "Total"], "", "", Plain(open.Sum(LineFen)), "", "", "")],
        };

        static long LineFen(BankException one) => one.Line.Side == Side.Credit ? one.Line.Amount.Value : -one.Line.Amount.Value;
    }

    private static System.Collections.Immutable.ImmutableArray<string> Row(params string[] cells) => [.. cells];

    private static long Signed(Posting posting) => posting.Side == Side.Debit ? -posting.Amount.Value : posting.Amount.Value;

    private static string Yuan(Amount? amount) => amount is null ? "" : Plain(amount.Value);

    /// <summary>Yuan without commas, so that a spreadsheet reads a number.</summary>
    private static string Plain(long fen) => Bare(Written.Yuan(fen));

    private static string Bare(string number) => number.Replace(",", "", StringComparison.Ordinal);

    private static string Iso(Date? day) => day is null ? "" : $"{Written.ToDay(day):yyyy-MM-dd}";
}
