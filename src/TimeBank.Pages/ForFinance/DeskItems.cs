using System.Globalization;
using Grpc.Core;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>Something that waits for somebody of the finance office.</summary>
/// <param name="Count">How many.</param>
/// <param name="Sum">What they come to, as people write it; empty where they are no money.</param>
/// <param name="Path">Where it is done.</param>
/// <param name="Who">The role that can do it; unspecified: nobody alone.</param>
/// <param name="Note">What to know before; may be empty.</param>
public sealed record DeskItem(string Text, long Count, string Sum, string Path, Role Who, string Note = "");

/// <summary>
/// Collects what waits, each kind by its own calls at the same time. A kind that can't be read says so and stops no other.
/// </summary>
public sealed class DeskItems(Visitor visitor)
{
    /// <summary>A programme with less than one part in so many of its money left runs out.</summary>
    private const int RunsOutBelow = 5;

    private const int PayeesAtOnce = 16;

    private static readonly TimeSpan PatienceWithCounting = TimeSpan.FromSeconds(5);

    private Language L => visitor.Language;

    private Contract Client => visitor.Client;

    /// <summary>What the bank's open lines come to by age, over all accounts; filled by <see cref="ReadAsync"/>.</summary>
    public List<AgeTotal> Ages { get; } = [];

    /// <summary>All that waits, what the visitor can do first.</summary>
    public async Task<DeskItem[]> ReadAsync()
    {
        DeskItem[][] parts = await Task.WhenAll(
            SafeAsync(L["结算批次", "Batches"], "/finance/batches", BatchesAsync),
            SafeAsync(L["未达账项", "Exceptions"], "/finance/exceptions", ExceptionsAsync),
            SafeAsync(L["待查款项", "Suspense"], "/journal/accounts?prefix=suspense/", SuspenseAsync),
            SafeAsync(L["五方核对", "The five legs"], "/finance/close/day", LegsAsync),
            SafeAsync(L["收款账户", "Payees"], "/finance/payees", PayeesAsync),
            SafeAsync(L["项目资金", "Programmes' money"], "/finance/programmes", ProgrammesAsync),
            SafeAsync(L["过期的券", "Vouchers past their time"], "/finance/vouchers/expire", ExpiryAsync),
            SafeAsync(L["付给继承人", "Heirs to be paid"], "/finance/estates", EstatesAsync),
            SafeAsync(L["上月结账", "Last month's close"], "/finance/close", CloseAsync),
            SafeAsync(L["机构欠款", "What providers owe"], "/finance/claims", ClaimsAsync),
            SafeAsync(L["离线受理的例外", "Exceptions of terminals"], "/finance/offline", OfflineAsync),
            SafeAsync(L["投诉", "Complaints"], "/complaints", ComplaintsAsync),
            SafeAsync(L["机构申诉", "Appeals of providers"], "/finance/appeals", AppealsAsync),
            SafeAsync(L["预收费存管", "Prepaid fees"], "/finance/prepayments", () => PrepaymentItems.ReadAsync(visitor)),
            SafeAsync(L["预收费划付", "Draws of prepaid fees"], "/finance/prepayments/draw", () => PrepaymentItems.DrawsAsync(visitor)));
        return [.. parts.SelectMany(part => part).OrderBy(item => item.Who != Role.Unspecified && visitor.Has(item.Who) ? 0 : 1)];
    }

    private async Task<DeskItem[]> SafeAsync(string text, string path, Func<Task<IEnumerable<DeskItem>>> read)
    {
        try
        {
            return [.. (await read()).Where(item => item.Count > 0)];
        }
        catch (RpcException error)
        {
            return [new DeskItem(text, 0, "", path, Role.Unspecified, Fault.Of(error, L, acted: false).Text)];
        }
    }

    private async Task<IEnumerable<DeskItem>> BatchesAsync()
    {
        (SettlementState State, string Text, Role Who)[] waits =
        [
            (SettlementState.Draft, L["批次待提交", "Batches to submit"], Role.FinanceMaker),
            (SettlementState.Submitted, L["批次待批准", "Batches to approve"], Role.FinanceChecker),
            (SettlementState.Approved, L["批次待导出付款文件", "Batches to send to the bank"], Role.FinanceMaker),
            (SettlementState.Exported, L["批次等银行答复", "Batches that wait for the bank"], Role.FinanceMaker),
        ];
        List<SettlementBatch> all = await RegionNames.BatchesAsync(visitor, SettlementState.Unspecified);
        return waits.Select(wait => (Wait: wait, Batches: all.Where(batch => batch.State == wait.State).ToArray()))
            .Select(found => new DeskItem(
                found.Wait.Text, found.Batches.Length, Money(found.Batches.Sum(batch => batch.TotalAmount.Value)),
                $"/finance/batches?state={found.Wait.State}", found.Wait.Who))
            .Concat(SentBack(all.MaxBy(batch => long.Parse(Written.Id(batch.PreparedEntry), CultureInfo.InvariantCulture))));
    }

    /// <summary>A batch that a checker sent back waits for its maker until another one is prepared.</summary>
    private IEnumerable<DeskItem> SentBack(SettlementBatch? last) =>
        last is { State: SettlementState.Withdrawn, WithdrawnBy.Length: > 0 }
            && last.WithdrawnBy != last.PreparedBy && last.WithdrawnBy != last.SubmittedBy
            ? [
                new DeskItem(L["批次被退回", "A batch was sent back"], 1, Money(last.TotalAmount.Value),
                    $"/finance/batches/{Written.Id(last.Name)}", Role.FinanceMaker, $"{last.WithdrawnBy}: {last.Note}"),
            ]
            : [];

    private async Task<IEnumerable<DeskItem>> ExceptionsAsync()
    {
        var items = new List<DeskItem>();
        foreach (BankAccount account in await RegionNames.BankAccountsAsync(visitor))
        {
            string slug = Written.Id(account.Name);
            ListExceptionsResponse list = await Client.Reconciliation.ListExceptionsAsync(
                new ListExceptionsRequest { Parent = account.Name, PageSize = 1 }, Client.Reading);
            Ages.AddRange(list.Totals);
            items.AddRange(list.Totals.Where(total => total.Lines > 0).Select(total => new DeskItem(
                L[$"银行未达账项（{slug}）：{Labels.Of(total.Age, L)}", $"Open lines of the bank ({slug}): {Labels.Of(total.Age, L)}"], total.Lines,
                L[$"收 {Written.Amount(total.InAmount, L)}，付 {Written.Amount(total.OutAmount, L)}",
                    $"in {Written.Amount(total.InAmount, L)}, out {Written.Amount(total.OutAmount, L)}"],
                $"/finance/exceptions?account={slug}&age={total.Age}", Role.FinanceMaker)));
        }
        return items;
    }

    /// <summary>Money that is settled with the bank, and of which nobody knows yet what it is.</summary>
    private async Task<IEnumerable<DeskItem>> SuspenseAsync()
    {
        var accounts = new List<Account>();
        foreach (string prefix in new[] { "suspense/", "stripe/suspense" })
        {
            accounts.AddRange((await Client.Ledger.ListAccountsAsync(
                new ListAccountsRequest { Parent = visitor.Parent, PathPrefix = prefix, PageSize = 1_000 }, Client.Reading)).Accounts);
        }
        return accounts.Where(account => account.Balance.Amount.Value > 0).Select(account => new DeskItem(
            L[$"待查款项未查清：{EntryWords.Account(account.Name, L)}", $"Not explained yet: {EntryWords.Account(account.Name, L)}"], 1,
            Written.Balance(account.Balance, L), $"/journal/accounts/{PathOf(account.Name)}", Role.FinanceMaker,
            L["查清后在银行明细里转出。", "Once it is known, clear it at the bank's line."]));
    }

    private static string PathOf(string account) =>
        account[(account.IndexOf("/accounts/", StringComparison.Ordinal) + "/accounts/".Length)..];

    private async Task<IEnumerable<DeskItem>> LegsAsync()
    {
        DateOnly day = visitor.Today.AddDays(-1);
        DailyReport report = await Client.Periods.GetDailyReportAsync(
            new GetDailyReportRequest { Parent = visitor.Parent, FirstDate = Written.ToContract(day) }, Client.Reading);
        return
        [
            new DeskItem(L[$"{Written.Day(day, L)} 核对不符", $"Differences of {Written.Day(day, L)}"],
                report.Lines.Count(line => !line.Ties), "", $"/finance/close/day?date={day:yyyy-MM-dd}", Role.FinanceMaker),
        ];
    }

    private async Task<IEnumerable<DeskItem>> PayeesAsync()
    {
        PayeeRow[] rows = await PayeesAsync(visitor);
        return
        [
            new DeskItem(L["收款账户变更待批准", "Changes of payees to approve"],
                rows.Count(row => row.Payee?.Next?.State == PayeeChangeState.Proposed), "",
                "/finance/payees?show=proposed", Role.FinanceChecker),
            new DeskItem(L["有应付款、没有收款账户的机构", "Providers that are owed money and have no account"],
                rows.Count(row => row.CannotBePaid),
                Money(rows.Where(row => row.CannotBePaid).Sum(row => row.OwedFen)),
                "/finance/payees?show=missing", Role.FinanceMaker),
        ];
    }

    /// <summary>All providers with the account that each is paid to.</summary>
    public static async Task<PayeeRow[]> PayeesAsync(Visitor visitor)
    {
        List<Provider> providers = await RegionNames.ProvidersAsync(visitor);
        IReadOnlyDictionary<string, long> held = await HeldAsync(visitor);
        Payee?[] payees = await PayeesOfAsync(visitor, providers.Select(provider => provider.Name));
        return [.. providers.Zip(payees, (provider, payee) => new PayeeRow(provider, payee, held.GetValueOrDefault(provider.Name)))];
    }

    /// <summary>The names of providers that a batch pays and that have no account in force: it can't be approved.</summary>
    public static async Task<string[]> WithoutAccountAsync(
        Visitor visitor, SettlementBatch batch, IReadOnlyDictionary<string, string> providers)
    {
        SettlementPayment[] paid = [.. batch.Payments.Where(payment => payment.NetAmount.Value > 0)];
        Payee?[] payees = await PayeesOfAsync(visitor, paid.Select(payment => payment.Provider));
        return [.. paid.Zip(payees).Where(one => one.Second?.InForce is null).Select(one => providers.Called(one.First.Provider))];
    }

    /// <summary>The account that a provider is paid to; null: it never had one.</summary>
    public static async Task<Payee?> PayeeAsync(Visitor visitor, string provider)
    {
        try
        {
            return await visitor.Client.Payees.GetPayeeAsync(new GetPayeeRequest { Provider = provider }, visitor.Client.Reading);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private static async Task<Payee?[]> PayeesOfAsync(Visitor visitor, IEnumerable<string> providers)
    {
        var found = new List<Payee?>();
        foreach (string[] some in providers.Chunk(PayeesAtOnce))
            found.AddRange(await Task.WhenAll(some.Select(provider => PayeeAsync(visitor, provider))));
        return [.. found];
    }

    /// <summary>What batches hold that nobody has approved, by provider: it is owed all the same.</summary>
    private static async Task<IReadOnlyDictionary<string, long>> HeldAsync(Visitor visitor)
    {
        var held = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (SettlementState state in new[] { SettlementState.Draft, SettlementState.Submitted })
        {
            foreach (SettlementBatch listed in await RegionNames.BatchesAsync(visitor, state))
            {
                SettlementBatch batch = await visitor.Client.Settlements.GetBatchAsync(
                    new GetBatchRequest { Name = listed.Name }, visitor.Client.Reading);
                foreach (SettlementPayment payment in batch.Payments)
                    held[payment.Provider] = held.GetValueOrDefault(payment.Provider) + payment.NetAmount.Value;
            }
        }
        return held;
    }

    private async Task<IEnumerable<DeskItem>> ProgrammesAsync()
    {
        List<Programme> programmes = await RegionNames.ProgrammesAsync(visitor);
        ProgrammeReport[] reports = await Task.WhenAll(programmes.Select(programme => Client.Funds.GetProgrammeReportAsync(
            new GetProgrammeReportRequest { Programme = programme.Name }, Client.Reading).ResponseAsync));
        return reports.Where(report => report.Allotted.Value > 0 && report.Available.Value < report.Allotted.Value / RunsOutBelow)
            .Select(report => new DeskItem(
                L[$"项目资金将用完：{report.Programme.DisplayName}", $"Money runs out: {report.Programme.DisplayName}"], 1,
                L[$"剩 {Written.Amount(report.Available, L)}", $"{Written.Amount(report.Available, L)} left"],
                $"/finance/programmes/{Written.Id(report.Programme.Name)}", Role.FinanceMaker,
                L[$"不到拨入 {Written.Amount(report.Allotted, L)} 的五分之一。", $"Less than a fifth of {Written.Amount(report.Allotted, L)}."]))
            .Concat(reports.Where(report => report.ReturnDueDate is not null).Select(report => new DeskItem(
                L[$"余款待退回：{report.Programme.DisplayName}", $"Unused money to return: {report.Programme.DisplayName}"], 1,
                Written.Amount(report.Available, L), $"/finance/programmes/{Written.Id(report.Programme.Name)}", Role.FinanceMaker,
                L[$"最晚 {Written.Day(report.ReturnDueDate, L)}", $"by {Written.Day(report.ReturnDueDate, L)}"])));
    }

    /// <summary>Only a maker may ask what an expiry would do.</summary>
    private async Task<IEnumerable<DeskItem>> ExpiryAsync()
    {
        if (!visitor.Has(Role.FinanceMaker)) return [];
        var options = new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + PatienceWithCounting);
        using AsyncServerStreamingCall<RunProgress> call = Client.Vouchers.ExpireVouchers(
            new ExpireVouchersRequest { RequestId = Page.NewRequestId(), Parent = visitor.Parent, ValidateOnly = true }, options);
        var last = new RunProgress();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) last = call.ResponseStream.Current;
        return
        [
            new DeskItem(L["券已过期，待收回", "Vouchers whose time is over"], last.Changed,
                string.Join(L["，", ", "], last.Amounts.Select(amount => Written.Amount(amount, L))), "/finance/vouchers/expire",
                Role.FinanceMaker),
        ];
    }

    private async Task<IEnumerable<DeskItem>> CloseAsync()
    {
        DateOnly month = new DateOnly(visitor.Today.Year, visitor.Today.Month, 1).AddMonths(-1);
        BooksPeriod period = await Client.Periods.GetPeriodAsync(
            new GetPeriodRequest { Name = $"{visitor.Parent}/periods/{month:yyyy-MM}" }, Client.Reading);
        bool isOpen = period.State == PeriodState.Open;
        if (isOpen && await FirstDayAsync() >= month.AddMonths(1)) return [];
        return
        [
            new DeskItem(isOpen ? L[$"{Written.Month(month, L)}尚未结账", $"{Written.Month(month, L)} is not closed"]
                : L[$"{Written.Month(month, L)}结账待签字", $"{Written.Month(month, L)} waits for a signature"],
                period.State == PeriodState.Closed ? 0 : 1, "", $"/finance/close/{month:yyyy-MM}",
                isOpen ? Role.FinanceMaker : Role.FinanceChecker),
        ];
    }

    /// <summary>The day of the region's first entry. A month before it needs no close.</summary>
    private async Task<DateOnly> FirstDayAsync()
    {
        ListEntriesResponse first = await Client.Ledger.ListEntriesAsync(
            new ListEntriesRequest { Parent = visitor.Parent, PageSize = 1 }, Client.Reading);
        return first.Entries is [var entry, ..] ? Written.ToDay(entry.EffectiveDate) : DateOnly.MaxValue;
    }

    private async Task<IEnumerable<DeskItem>> ClaimsAsync()
    {
        List<ProviderClaim> claims = await ReadClaimsAsync(visitor);
        return
        [
            new DeskItem(L["机构欠款待追收", "Debts of providers to follow up"], claims.Count, Money(claims.Sum(claim => claim.Owed.Value)),
                "/finance/claims", Role.FinanceMaker),
        ];
    }

    /// <summary>What elders who died left: what can be proposed today, and what waits for a second person.</summary>
    private async Task<IEnumerable<DeskItem>> EstatesAsync()
    {
        List<Estate> estates = await ListAsync(corrected: false), corrected = await ListAsync(corrected: true);
        Estate[] payable = [.. estates.Where(one => one.Amount.Value > 0 && Written.ToDay(one.PayableFrom) <= visitor.Today)];
        ILookup<bool, Estate> proposed = payable.ToLookup(one => one.Payouts.Any(payout => payout.State == EstatePayoutState.Proposed));
        return
        [
            Item(L["余额待付给继承人", "Estates to be paid"], proposed[false], Role.FinanceMaker, one => one.PayableAmount.Value),
            Item(L["付给继承人待审核", "Payments to heirs to approve"], proposed[true], Role.FinanceChecker, one => one.PayableAmount.Value),
            Item(L["去世后发放的券待作废", "Vouchers issued after a death, to be voided"], estates.Where(one => one.AmountToVoid.Value > 0),
                Role.FinanceMaker, one => one.AmountToVoid.Value),
            Item(L["老人健在，却已申请或支付给继承人", "Alive, but a payment to heirs was proposed or made"], corrected, Role.FinanceMaker,
                one => one.Payouts.Where(payout => payout.State is EstatePayoutState.Proposed or EstatePayoutState.Paid)
                    .Sum(payout => payout.Amount.Value)),
        ];

        DeskItem Item(string text, IEnumerable<Estate> some, Role who, Func<Estate, long> fen) =>
            new(text, some.Count(), Money(some.Sum(fen)), "/finance/estates", who);

        Task<List<Estate>> ListAsync(bool corrected) => RegionNames.AllAsync<Estate>(async token =>
        {
            ListEstatesResponse page = await Client.Funds.ListEstatesAsync(
                new ListEstatesRequest { Parent = visitor.Parent, PageSize = 1_000, PageToken = token, Corrected = corrected },
                Client.Reading);
            return (page.Estates, page.NextPageToken);
        });
    }

    private async Task<IEnumerable<DeskItem>> OfflineAsync()
    {
        List<OfflineException> exceptions = await ReadOfflineAsync(visitor);
        return
        [
            new DeskItem(L["离线受理的例外", "Exceptions of terminals"], exceptions.Count, Money(exceptions.Sum(one => one.AtStake.Value)),
                "/finance/offline", Role.FinanceMaker),
        ];
    }

    /// <summary>Overdue ones apart, since they should have been answered.</summary>
    private async Task<IEnumerable<DeskItem>> ComplaintsAsync()
    {
        ListComplaintsResponse list = await Client.Complaints.ListComplaintsAsync(
            new ListComplaintsRequest { Parent = visitor.Parent, OnlyOpen = true, PageSize = 1 }, Client.Reading);
        return
        [
            new DeskItem(L["投诉逾期未答复", "Complaints whose answer is overdue"], list.OverdueCount, "", "/complaints?show=overdue",
                Role.FinanceChecker),
            new DeskItem(L["未结的投诉", "Open complaints"], list.OpenCount, "", "/complaints", Role.FinanceChecker,
                L["所指的核销在结算中留出。", "What they are about is set aside from settlement."]),
        ];
    }

    private async Task<IEnumerable<DeskItem>> AppealsAsync() =>
    [
        new DeskItem(L["机构申诉待答复", "Appeals of providers to answer"], (await ReadAppealsAsync(visitor)).Count, "", "/finance/appeals",
            Role.FinanceChecker, L["由作出决定以外的人答复。", "Answered by another person than who decided."]),
    ];

    /// <summary>The decisions whose appeals wait for an answer, each with its provider.</summary>
    public static async Task<List<(Provider Provider, StandingDecision Decision)>> ReadAppealsAsync(Visitor visitor) =>
    [
        .. (await RegionNames.AllAsync<Provider>(async token =>
        {
            ListProvidersResponse page = await visitor.Client.Providers.ListProvidersAsync(
                new ListProvidersRequest { Parent = visitor.Parent, OpenAppeals = true, PageSize = 1_000, PageToken = token },
                visitor.Client.Reading);
            return (page.Providers, page.NextPageToken);
        })).SelectMany(provider => provider.Decisions.Where(one => one.Appeal is { State: AppealState.Open })
            .Select(decision => (provider, decision))),
    ];

    public static Task<List<OfflineException>> ReadOfflineAsync(Visitor visitor) => RegionNames.AllAsync<OfflineException>(async token =>
    {
        ListOfflineExceptionsResponse page = await visitor.Client.Providers.ListOfflineExceptionsAsync(
            new ListOfflineExceptionsRequest { Parent = visitor.Parent, PageSize = 1_000, PageToken = token }, visitor.Client.Reading);
        return (page.Exceptions, page.NextPageToken);
    });

    public static Task<List<ProviderClaim>> ReadClaimsAsync(Visitor visitor) => RegionNames.AllAsync<ProviderClaim>(async token =>
    {
        ListClaimsResponse page = await visitor.Client.Settlements.ListClaimsAsync(
            new ListClaimsRequest { Parent = visitor.Parent, PageSize = 1_000, PageToken = token }, visitor.Client.Reading);
        return (page.Claims, page.NextPageToken);
    });

    private string Money(long fen) => Written.Amount(fen, "CNY", L);
}

/// <summary>A provider and the account that it is paid to; null: it never had one.</summary>
/// <param name="HeldFen">What batches hold for it that nobody has approved.</param>
public sealed record PayeeRow(Provider Provider, Payee? Payee, long HeldFen)
{
    public long OwedFen => HeldFen + (Provider.Payable?.Value ?? 0);

    public bool CannotBePaid => Payee?.InForce is null && OwedFen > 0;
}
