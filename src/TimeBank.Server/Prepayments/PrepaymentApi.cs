using System.Runtime.CompilerServices;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>Prepaid fees in custody: for providers and elders who agree on them, and for finance, which moves the money.</summary>
public sealed class PrepaymentApi(
    IGrainFactory grains, IRegistry registry, ILedgerReader ledger, DayRules rules, PageTokens tokens, BusinessClock clock)
    : PrepaymentService.PrepaymentServiceBase
{
    private const int MaxText = 200, MaxReference = 100, MaxMonths = 120, MonthsAhead = 12, AccountsAtOnce = 1_000;

    public override async Task<Prepayment> ProposePrepayment(ProposePrepaymentRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName provider = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        ResourceName elder = read.Resource(request.Elder, "elder", VoucherContract.Elders);
        read.SameRegion(provider.Region, elder, "elder");
        V1.ServiceType service = read.Choice(request.ServiceType, "service_type");
        string purpose = read.Text(request.Purpose, "purpose", MaxText, required: true);
        long monthly = read.Amount(request.MonthlyAmount, "monthly_amount", Unit.Fen);
        long bed = read.Amount(request.MonthlyBedFee, "monthly_bed_fee", Unit.Fen, zeroAllowed: true);
        if (monthly > 0 && bed > monthly) read.Refuse("monthly_bed_fee", "OUT_OF_RANGE", ("min", "0"), ("max", $"{monthly}"));
        DateOnly first = read.Month(request.FirstMonth, "first_month"), month = MonthOf(clock.Today);
        int months = (int)read.Whole(request.Months, "months", 1, MaxMonths);
        long deposit = read.Amount(request.Deposit, "deposit", Unit.Fen, zeroAllowed: true);
        read.Check();
        Command command = context.Command(request, id);
        // A retry finds its outcome also when its first month has begun meanwhile.
        if ((first < month || first > month.AddMonths(MonthsAhead)) && !await grains.IsKnownAsync(provider.Region, command))
        {
            read.Refuse("first_month", "OUT_OF_RANGE", ("min", $"{month:yyyy-MM}"), ("max", $"{month.AddMonths(MonthsAhead):yyyy-MM}"));
            read.Check();
        }
        if (await grains.Elder(elder).GetAsync() is null) throw Problem.Of(Reason.ElderNotFound);
        OpaqueId agreement = command.NewId;
        Reply<PrepaymentView> reply = await grains.GetGrain<IPrepaymentGrain>(provider.Region, agreement).ProposeAsync(
            command, new PrepaymentRecord(
                agreement.Text, Ledger.PrepaymentState.Proposed, provider.Id, elder.Id, service.ToDomain(), purpose, monthly, bed, first,
                months, deposit, IsDisputed: false, [], []));
        Prepayment made = reply.OrThrow().ToContract(provider.Region);
        if (request.ValidateOnly) made.Name = "";
        return made;
    }

    public override async Task<Prepayment> AgreePrepayment(AgreePrepaymentRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (Guid id, ResourceName name) = Read(read, request.RequestId, request.Name);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, VoucherContract.Elders);
        read.Check();
        PrepaymentView found = await FindAsync(name);
        RequireElder(context, name, behalf, found);
        return (await grains.GetGrain<IElderGrain>(name.Region, found.Record.Elder).AgreePrepaymentAsync(
            context.Command(request, id, behalf), OpaqueId.Parse(name.Id))).OrThrow().ToContract(name.Region);
    }

    public override async Task<PrepaymentMovement> RecordPrepaymentReceipt(
        RecordPrepaymentReceiptRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (Guid id, ResourceName name) = Read(read, request.RequestId, request.Name);
        long fen = read.Amount(request.Amount, "amount", Unit.Fen);
        long deposit = read.Amount(request.Deposit, "deposit", Unit.Fen, zeroAllowed: true);
        if (fen > 0 && deposit > fen) read.Refuse("deposit", "OUT_OF_RANGE", ("min", "0"), ("max", $"{fen}"));
        PrepaymentBank bank = new(
            read.Slug(request.BankAccount, "bank_account").Text, read.PastDay(request.ReceivedDate, "received_date", clock.Today),
            request.AllowRepeat);
        string reference = read.Text(request.Reference, "reference", MaxReference, required: true);
        read.Check();
        return Moved(await Grain(name).PayInAsync(context.Command(request, id, memo: reference), bank, fen - deposit, deposit), name);
    }

    public override async Task DrawPrepayments(
        DrawPrepaymentsRequest request, IServerStreamWriter<RunProgress> stream, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        DateOnly month = read.Month(request.Month, "month");
        if (request.Month is not null && month > RequestReader.LastDay)
            read.Refuse("month", "OUT_OF_RANGE", ("min", $"{RequestReader.FirstDay:yyyy-MM}"), ("max", $"{RequestReader.LastDay:yyyy-MM}"));
        read.Check();
        var run = new DrawRun(context.Command(request, id), region, month, grains, registry, clock);
        var report = new RunReport(stream, clock);
        await report.FollowAsync(run.PagesAsync(report, context.CancellationToken), context.CancellationToken);
    }

    public override async Task<Prepayment> DisputePrepayment(DisputePrepaymentRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (Guid id, ResourceName name) = Read(read, request.RequestId, request.Name);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, VoucherContract.Elders);
        string note = read.Text(request.Note, "note", MaxText, required: true);
        read.Check();
        if (behalf is not null || !context.Caller().Has(Role.FinanceChecker)) RequireElder(context, name, behalf, await FindAsync(name));
        Command command = context.Command(request, id, behalf, note);
        return (await Grain(name).DisputeAsync(command, request.Disputed)).OrThrow().ToContract(name.Region);
    }

    public override async Task<PrepaymentMovement> EndPrepayment(EndPrepaymentRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (Guid id, ResourceName name) = Read(read, request.RequestId, request.Name);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, VoucherContract.Elders);
        bool byFinance = behalf is null && context.Caller().Has(Role.FinanceMaker);
        if (!byFinance && request.LastDay is not null) read.Refuse("last_day", "MUST_BE_EMPTY");
        DateOnly lastDay = request.LastDay is null ? clock.Today : read.PastDay(request.LastDay, "last_day", clock.Today);
        string note = read.Text(request.Note, "note", MaxText, required: byFinance);
        read.Check();
        PrepaymentView found = await FindAsync(name);
        string party = context.ActingParty(behalf);
        bool byProvider = party == ResourceName.Of(name.Region, VoucherContract.Providers, found.Record.Provider)
            && context.Caller().Has(Role.ProviderClerk);
        if (!byFinance && !byProvider) RequireElder(context, name, behalf, found);
        Command command = context.Command(request, id, behalf, note);
        return Moved(await Grain(name).EndAsync(
            command, lastDay,
            byFinance ? PrepaymentEnder.Finance : byProvider ? PrepaymentEnder.Provider : PrepaymentEnder.Elder), name);
    }

    public override async Task<Prepayment> ApprovePrepaymentRefund(ApprovePrepaymentRefundRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (Guid id, ResourceName name) = Read(read, request.RequestId, request.Name);
        read.Check();
        return (await Grain(name).ApproveRefundAsync(context.Command(request, id))).OrThrow().ToContract(name.Region);
    }

    public override async Task<PrepaymentMovement> RecordPrepaymentRefund(
        RecordPrepaymentRefundRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (Guid id, ResourceName name) = Read(read, request.RequestId, request.Name);
        PrepaymentBank bank = new(
            read.Slug(request.BankAccount, "bank_account").Text, read.PastDay(request.PaidDate, "paid_date", clock.Today),
            request.AllowRepeat);
        string reference = read.Text(request.Reference, "reference", MaxReference, required: true);
        read.Check();
        return Moved(await Grain(name).PayRefundAsync(context.Command(request, id, memo: reference), bank), name);
    }

    public override async Task<Prepayment> GetPrepayment(GetPrepaymentRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", PrepaymentContract.Prepayments);
        read.Check();
        PrepaymentView found = await FindAsync(name);
        Caller caller = context.Caller();
        bool isStaff = caller.HasAny(Role.Counter, Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator);
        bool isTheirs = caller.Owns(ResourceName.Of(name.Region, VoucherContract.Elders, found.Record.Elder))
            || caller.Owns(ResourceName.Of(name.Region, VoucherContract.Providers, found.Record.Provider));
        if (!isStaff && !isTheirs) throw Problem.Of(Reason.PartyNotAllowed);
        Prepayment agreement = found.ToContract(name.Region);
        await foreach (PrepaymentLine line in LinesAsync(name, context.CancellationToken)) agreement.Lines.Add(line);
        return agreement;
    }

    public override async Task<ListPrepaymentsResponse> ListPrepayments(ListPrepaymentsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? party = read.ResourceOrNull(request.Party, "party", VoucherContract.Elders, VoucherContract.Providers);
        if (party is { } one) read.SameRegion(region, one, "party");
        V1.PrepaymentState? state = read.ChoiceOrNull(request.State, "state");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        var query = new RegistryQuery(region, PrepaymentGrainState.Kind);
        if (party is { } whose) query = query.WhereOrMissing(new RegistryCondition(
            PrepaymentGrainState.PartiesKey, whose.BelowRegion(), RegistryTest.Holds));
        if (state is { } only)
            query = query.WhereOrMissing(new RegistryCondition(PrepaymentGrainState.StatePath, StoredName.Of(only.ToDomain())));
        (IReadOnlyList<RegistryRow<PrepaymentGrainState>> page, string next) = await registry.PageAsync<PrepaymentGrainState>(
            query, pageSize, tokens, context, request, request.PageToken);
        PrepaymentRecord[] found = [.. page.Readable().Select(row => row.State.Prepayment).OfType<PrepaymentRecord>()];
        IReadOnlyList<long> sums = await grains.AvailableAsync(
            region, [.. found.SelectMany(agreement => CustodySums.Paths(OpaqueId.Parse(agreement.Id)))]);
        return new ListPrepaymentsResponse
        {
            NextPageToken = next,
            Unreadable = { page.Unreadable(region, PrepaymentContract.Prepayments) },
            Prepayments =
            {
                await Task.WhenAll(found.Select(async (agreement, at) =>
                {
                    var held = new CustodySums(sums[3 * at], sums[(3 * at) + 1], sums[(3 * at) + 2]);
                    return (await ledger.ShownAsync(region, agreement, held)).ToContract(region, held);
                })),
            },
        };
    }

    public override async Task<CustodyReport> GetCustodyReport(GetCustodyReportRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        var accounts = new List<Ledger.Account>();
        string after = "";
        IReadOnlyList<Ledger.Account> page;
        do
        {
            page = await ledger.AccountsByPathAsync(
                region, new AccountFilter(Chart.CustodyPrefix, NotEmpty: true), after, AccountsAtOnce, context.CancellationToken);
            accounts.AddRange(page);
            if (page.Count > 0) after = page[^1].Path.Text;
        }
        while (page.Count == AccountsAtOnce);
        PrepaymentPolicy policy = (await rules.PolicyAsync(region, clock.Today)).Prepayments;
        IReadOnlyList<Ledger.ProviderCustody> providers = Ledger.ProviderCustody.Of(accounts, clock.Today);
        return new CustodyReport
        {
            Providers = { providers.Select(one => one.ToContract(region, policy)) },
            Held = Unit.Fen.OfTotal(providers.Aggregate(Int128.Zero, (sum, one) => sum + one.Held)),
            RefundsDue = Unit.Fen.OfTotal(providers.Aggregate(Int128.Zero, (sum, one) => sum + one.Refunds)),
            Limit = policy.ProviderAlert.ToContract(),
        };
    }

    /// <summary>How an agreement's money moved, oldest first.</summary>
    private async IAsyncEnumerable<PrepaymentLine> LinesAsync(
        ResourceName name, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = new EntryFilter { Touching = [new AccountFilter($"{Chart.CustodyPrefix}{name.Id}/")] };
        long after = -1;
        IReadOnlyList<LinkedEntry> page;
        do
        {
            page = await ledger.EarliestEntriesAsync(name.Region, filter, after, AccountsAtOnce, cancellation);
            ILookup<long, StoredTransfer> moved = (page.Count == 0 ? []
                : await ledger.TransfersAsync(name.Region, [.. page.Select(linked => linked.Entry.Index)], cancellation))
                .ToLookup(transfer => transfer.Index);
            foreach (LinkedEntry linked in page)
                yield return linked.ToContract(name.Region, CustodyMovement.Of([.. moved[linked.Entry.Index]]));
            if (page.Count > 0) after = page[^1].Entry.Index;
        }
        while (page.Count == AccountsAtOnce);
    }

    private static (Guid Id, ResourceName Name) Read(RequestReader read, string requestId, string name) =>
        (read.RequestId(requestId), read.Resource(name, "name", PrepaymentContract.Prepayments));

    private static PrepaymentMovement Moved(Reply<PrepaymentView> reply, ResourceName name)
    {
        PrepaymentView view = reply.OrThrow();
        return new PrepaymentMovement
        {
            Prepayment = view.ToContract(name.Region),
            Entry = view.Entry is { } index ? ResourceName.Of(name.Region, VoucherContract.Entries, index) : "",
        };
    }

    private static void RequireElder(ServerCallContext context, ResourceName name, ResourceName? behalf, PrepaymentView found)
    {
        if (context.ActingParty(behalf) != ResourceName.Of(name.Region, VoucherContract.Elders, found.Record.Elder))
            throw Problem.Of(Reason.PartyNotAllowed);
    }

    private static DateOnly MonthOf(DateOnly day) => new(day.Year, day.Month, 1);

    private async Task<PrepaymentView> FindAsync(ResourceName name) =>
        await Grain(name).GetAsync() ?? throw Problem.Of(Reason.PrepaymentNotFound);

    private IPrepaymentGrain Grain(ResourceName name) => grains.GetGrain<IPrepaymentGrain>(name.GrainKey);
}
