using System.Text.Json;
using Grpc.Core;
using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// The server's figures of the month, and whether they tie out: with each other, and with the plan and the acknowledged answers.
/// </summary>
internal sealed partial class MonthFigures
{
    private readonly List<Check> _checks = [];

    public IReadOnlyList<Check> Checks => _checks;

    public bool TiesOut => _checks.TrueForAll(check => check.Ties);

    public List<TrialBalance> TrialBalances { get; } = [];

    public List<ProgrammeReport> Programmes { get; } = [];

    /// <summary>Statements of a volunteer, a provider and a fund.</summary>
    public List<Statement> Statements { get; } = [];

    /// <param name="month">The month just played; null if it was played before: then only the server's own figures are compared.</param>
    public static async Task<MonthFigures> ReadAsync(Stage stage, Month? month)
    {
        var books = new MonthFigures();
        await books.ReadTrialBalancesAsync(stage);
        await books.ReadProgrammesAsync(stage, month);
        await books.ReadFundsAsync(stage, month);
        await books.ReadProvidersAsync(stage, month);
        await books.ReadHoursAsync(stage, month);
        await books.ReadOutreachAsync(stage, month);
        await books.ReadPositionsAsync(stage);
        if (month is not null) await books.ReadCountersAsync(stage);
        if (month is not null) await books.ReadCardsAsync(stage);
        if (month is not null) await books.ReadBankAsync(stage);
        if (month is not null) await books.ReadPrepaidAsync(stage);
        await books.ReadPeriodAsync(stage, month);
        return books;
    }

    private void Expect(string chinese, string english, long left, long right) => _checks.Add(new Check(chinese, english, left, right));

    private async Task ReadTrialBalancesAsync(Stage stage)
    {
        var client = new LedgerService.LedgerServiceClient(await stage.StaffAsync(Role.Auditor));
        foreach (string region in (string[])[Roles.Tianyuan, Roles.Lusong])
        {
            TrialBalance balance = await client.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Roles.Parent(region) });
            TrialBalances.Add(balance);
            foreach (TrialBalanceUnit unit in balance.Units)
            {
                Expect($"{region} {unit.Unit}：借方余额 = 贷方余额", $"{region} {unit.Unit}: debit balances = credit balances",
                    unit.DebitBalances.Value, unit.CreditBalances.Value);
            }
        }
    }

    private async Task ReadProgrammesAsync(Stage stage, Month? month)
    {
        var client = new FundService.FundServiceClient(await stage.StaffAsync(Role.Auditor));
        // A month that an older build played has no baths.
        ListProgrammesResponse all = await new Paging(int.MaxValue).AllAsync(
            new ListProgrammesRequest { Parent = Roles.Parent(Roles.Tianyuan) }, page => client.ListProgrammesAsync(page).ResponseAsync);
        foreach (string id in ((string[])[Roles.National, Roles.Meals, Roles.Baths])
            .Where(id => month is not null || all.Programmes.Any(programme => programme.Name == Roles.Programme(id))))
        {
            ProgrammeReport report = await client.GetProgrammeReportAsync(
                new GetProgrammeReportRequest { Programme = Roles.Programme(id) });
            Programmes.Add(report);
            Expect($"{id} 券：发放 = 核销 + 过期 + 作废 + 剩余", $"{id} vouchers: issued = redeemed + expired + voided + remaining",
                report.Units.Issued.Value, Ends(report.Units));
            Expect($"{id} 金额：发放 = 核销 + 过期 + 作废 + 释放 + 剩余", $"{id} money: issued = redeemed + expired + voided + released + remaining",
                report.Money.Issued.Value, Ends(report.Money));
            Expect($"{id}：拨款 = 可发放 + 核销 + 剩余", $"{id}: allotted = available + redeemed + remaining", report.Allotted.Value,
                report.Available.Value + report.Money.Redeemed.Value + report.Money.Remaining.Value);
            Expect($"{id}：各资金支出之和 = 核销", $"{id}: what the funds spent = redeemed", report.Funds.Sum(line => line.Spent.Value),
                report.Money.Redeemed.Value);
            if (month is null) continue;
            Expect($"{id}：核销 = 已答复的核销 − 退回", $"{id}: redeemed = acknowledged redemptions − refunds", report.Units.Redeemed.Value,
                stage.Tally.Of($"redeemed/{id}"));
            int entitled = month.Cast.Elders.Count(elder => elder.Gets(id));
            Expect($"{id}：张数 = 应享受人数", $"{id}: vouchers = elders entitled", report.VoucherCount, entitled);
        }
    }

    private static long Ends(VoucherFigures figures) =>
        figures.Redeemed.Value + figures.Expired.Value + figures.Voided.Value + (figures.Released?.Value ?? 0) + figures.Remaining.Value;

    private async Task ReadFundsAsync(Stage stage, Month? month)
    {
        var client = new FundService.FundServiceClient(await stage.StaffAsync(Role.Auditor));
        foreach (string id in (string[])[Roles.Lottery, Roles.Fiscal, Roles.Donation])
        {
            FundReport report = await client.GetFundReportAsync(new GetFundReportRequest { Fund = Roles.Fund(id) });
            Expect($"{id}：到账 = 各项目拨款 + 可拨付", $"{id}: received = allotted + available", report.Received.Value,
                report.Programmes.Sum(line => line.Allotted.Value) + report.Available.Value);
            if (month is not null) Expect($"{id}：到账 = 已登记到账", $"{id}: received = acknowledged receipts", report.Received.Value,
                stage.Tally.Of($"received/{id}"));
        }
        var request = new GetFundStatementRequest { Fund = Roles.Fund(Roles.Lottery), Period = WholeMonth };
        AddStatement(await new Paging(int.MaxValue).AllAsync(request, page => client.GetFundStatementAsync(page).ResponseAsync));
    }

    /// <summary>What a provider is owed, with what a batch holds for it; 0 for one that was never credited and has no account.</summary>
    private static async Task<long> OwedAsync(Stage stage, string provider)
    {
        try
        {
            return Signed((await AccountAsync(stage, $"provider/{provider.Split('/')[^1]}/payable")).Balance);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return 0;
        }
    }

    private async Task ReadProvidersAsync(Stage stage, Month? month)
    {
        var client = new ProviderService.ProviderServiceClient(await stage.StaffAsync(Role.Auditor));
        ListProvidersResponse list = await new Paging(int.MaxValue)
            .AllAsync(new ListProvidersRequest { Parent = Roles.Parent(Roles.Tianyuan) }, page =>
            client.ListProvidersAsync(page).ResponseAsync);
        Dictionary<string, long> paid = await ReadPaidAsync(stage);
        foreach (ProviderPart provider in month?.Cast.Providers ?? [])
        {
            string name = stage.Names[provider.Key];
            long owed = await OwedAsync(stage, name);
            Expect($"{provider.Key}：已付 + 应付 = 已答复的入账 − 退回", $"{provider.Key}: paid + owed = acknowledged credits − refunds",
                paid.GetValueOrDefault(name) + owed, stage.Tally.Of($"credited/{provider.Key}"));
        }
        if (month is not null) Expect("全部机构：应付 = 结算后的核销（无）", "all providers: owed = redeemed after the settlement (nothing)",
            list.Providers.Sum(provider => provider.Payable?.Value ?? 0), 0);
        long CreditedTo(Provider provider) => paid.GetValueOrDefault(provider.Name) + (provider.Payable?.Value ?? 0);
        if (list.Providers.MaxBy(CreditedTo) is not { } busiest) return;
        var request = new GetProviderStatementRequest { Provider = busiest.Name, Period = WholeMonth };
        AddStatement(await new Paging(int.MaxValue).AllAsync(request, page => client.GetProviderStatementAsync(page).ResponseAsync));
    }

    private async Task ReadHoursAsync(Stage stage, Month? month)
    {
        var client = new VolunteerService.VolunteerServiceClient(await stage.StaffAsync(Role.Auditor));
        foreach ((string enrolment, int minutes) in month?.Earned ?? new Dictionary<string, int>())
        {
            Hours hours = await client.GetHoursAsync(new GetHoursRequest { Person = stage.Names[enrolment] });
            Expect($"{enrolment}：服务所得 = 计划", $"{enrolment}: earned = planned", hours.Earned.Value, minutes);
        }
        ListVolunteersResponse list = await new Paging(int.MaxValue)
            .AllAsync(new ListVolunteersRequest { Parent = Roles.Parent(Roles.Tianyuan) }, page =>
            client.ListVolunteersAsync(page).ResponseAsync);
        var lifetimes = new List<(Volunteer Volunteer, long Minutes)>();
        foreach (Volunteer volunteer in list.Volunteers) lifetimes.Add(
            (volunteer, (await client.GetHoursAsync(new GetHoursRequest { Person = volunteer.Name })).Lifetime.Value));
        if (lifetimes.Count == 0) return;
        var request = new GetHourStatementRequest { Person = lifetimes.MaxBy(one => one.Minutes).Volunteer.Name, Period = WholeMonth };
        AddStatement(await new Paging(int.MaxValue).AllAsync(request, page => client.GetHourStatementAsync(page).ResponseAsync));
    }

    /// <summary>What one region owes the other equals what the other is owed.</summary>
    private async Task ReadPositionsAsync(Stage stage)
    {
        var client = new ClearingService.ClearingServiceClient(await stage.StaffAsync(Role.Auditor));
        async Task<Position> Of(string region, string other) =>
            (await new Paging(int.MaxValue)
                .AllAsync(new ListPositionsRequest { Parent = Roles.Parent(region) }, page =>
                client.ListPositionsAsync(page).ResponseAsync))
            .Positions.FirstOrDefault(position => position.Counterpart == Roles.Parent(other)) ?? new Position();
        Position here = await Of(Roles.Tianyuan, Roles.Lusong), there = await Of(Roles.Lusong, Roles.Tianyuan);
        Expect("天元应付芦淞 = 芦淞应收天元", "Tianyuan owes Lusong = Lusong is owed by Tianyuan", here.DueTo?.Value ?? 0, there.DueFrom?.Value ?? 0);
        Expect("芦淞应付天元 = 天元应收芦淞", "Lusong owes Tianyuan = Tianyuan is owed by Lusong", there.DueTo?.Value ?? 0, here.DueFrom?.Value ?? 0);
        Expect("天元与芦淞轧差应结：一方应付 = 另一方应收", "Settled by netting: one district is to pay what the other is to be paid",
            here.Settled is null ? 0 : Signed(here.Settled), there.Settled is null ? 0 : -Signed(there.Settled));
    }

    private void AddStatement(Statement statement)
    {
        Statements.Add(statement);
        string account = ResourceNames.Short(statement.Account);
        Expect($"{account}：期初 + 贷 − 借 = 期末", $"{account}: opening + credits − debits = closing",
            Signed(statement.Opening) + statement.TotalCredits.Value - statement.TotalDebits.Value, Signed(statement.Closing));
    }

    private static long Signed(Balance balance) => balance.Side == Side.Debit ? -balance.Amount.Value : balance.Amount.Value;

    private static Period WholeMonth =>
        new() { FirstDay = TimeText.ToContract(Calendar.Date(1)), LastDay = TimeText.ToContract(Calendar.Date(Calendar.Days)) };
}

/// <summary>The month's figures for the screen and for scripts.</summary>
internal static class MonthFiguresText
{
    private const int PostingsAtEnds = 6;

    public static void Show(this Screen screen, MonthFigures books, string took)
    {
        Language language = screen.Language;
        foreach (TrialBalance balance in books.TrialBalances) LedgerCommands.Show(screen, balance);
        foreach (ProgrammeReport report in books.Programmes) ProgrammeCommands.Show(screen, report);
        foreach (Statement statement in books.Statements) screen.Statement(
            statement, $"{language["对账单", "Statement"]} {ResourceNames.Short(statement.Account)}", PostingsAtEnds);
        if (books.Findings.Count > 0) screen.Facts(language["服务找人查到", "Services find people: found"],
            [.. books.Findings.Select(found => (EnumText.Of(found.Kind, language), $"{found.Count}"))]);
        Check[] wrong = [.. books.Checks.Where(check => !check.Ties)];
        screen.Line(language[$"核对 {books.Checks.Count} 项，{books.Checks.Count - wrong.Length} 项相符。",
            $"{books.Checks.Count} checks, {books.Checks.Count - wrong.Length} tie out."]);
        foreach (Check check in wrong) screen.Line($"✗ {language[check.Chinese, check.English]}: {check.Left} ≠ {check.Right}");
        if (took.Length > 0) screen.Line(took);
    }

    public static string ToJson(MonthFigures books, int steps, double seconds) => JsonSerializer.Serialize(new
    {
        tiesOut = books.TiesOut,
        steps,
        seconds = Math.Round(seconds, 1),
        findings = books.Findings.Select(found => new { kind = EnumText.Of(found.Kind, Language.English), count = found.Count }),
        checks = books.Checks.Select(check => new { what = check.English, left = check.Left, right = check.Right, ties = check.Ties }),
    });
}

/// <summary>Two figures that must be equal.</summary>
internal readonly record struct Check(string Chinese, string English, long Left, long Right)
{
    public bool Ties => Left == Right;
}
