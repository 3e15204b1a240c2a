using System.Globalization;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server;

/// <summary>
/// Providers: organisations that give services for vouchers. Registers them, sets their standing, and lists their redemptions and
/// statements. Payables are in fen.
/// </summary>
public sealed partial class ProviderApi(
    IGrainFactory grains, IRegistry registry, ILedgerReader ledger, StatementReader statements, PageTokens tokens, DayRules rules,
    BusinessClock clock, TerminalLists lists)
    : ProviderService.ProviderServiceBase
{
    private const int MaxNameLength = 100, MaxNoteLength = 200;

    public override async Task<Provider> RegisterProvider(RegisterProviderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        string name = read.Name(request.DisplayName, "display_name", MaxNameLength);
        IReadOnlyList<V1.ServiceType> types = read.Choices(request.ServiceTypes, "service_types", required: true);
        if (request.Accreditation is null) read.Refuse("accreditation", "REQUIRED");
        (DateOnly First, DateOnly Last) accreditation = read.Period(request.Accreditation, "accreditation");
        string creditCode = "";
        if (request.CreditCode.Length > 0 && UnifiedCreditCode.Check(request.CreditCode, out creditCode) is { } fault)
        {
            read.Refuse("credit_code", fault switch
            {
                CreditCodeFault.NotOfItsForm => "NOT_A_CREDIT_CODE",
                CreditCodeFault.CheckCharacterWrong => "CREDIT_CODE_CHECK",
            });
        }
        read.Check();
        AccessInterceptor.RequireKnown(region);
        Command command = context.Command(request, id);
        var provider = new ProviderRecord(command.NewId.Text, name, [.. types.Select(type => type.ToDomain())], accreditation.First,
            accreditation.Last, [])
        {
            CreditCode = creditCode.Length == 0 ? null : creditCode,
        };
        Reply<ProviderRecord> reply = await grains.GetGrain<IProviderGrain>(region, command.NewId)
            .RegisterAsync(command, provider);
        return await ToContractAsync(context, region, reply.OrThrow());
    }

    public override async Task<Provider> GetProvider(GetProviderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", VoucherContract.Providers);
        DateOnly? pricesOn = read.DayOrNull(request.PricesOn, "prices_on");
        read.Check();
        return await ToContractAsync(context, name.Region, await ProviderAsync(name), pricesOn);
    }

    public override async Task<ListProvidersResponse> ListProviders(ListProvidersRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        V1.ServiceType? type = read.ChoiceOrNull(request.ServiceType, "service_type");
        V1.Standing? standing = read.ChoiceOrNull(request.Standing, "standing");
        RegionCode? area = read.AreaOrNull(request.Area, "area");
        DateOnly? openOn = read.DayOrNull(request.OpenOn, "open_on");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        // Elders choose a provider by its standing of today; what it has appealed against is not theirs to know.
        if (request.OpenAppeals && !SeesPayables(context.Caller())) throw Problem.Of(Reason.RoleNotAllowed);
        RegistryQuery query = QueryOf(region, type, pageSize);
        var unreadable = new List<string>();
        string? after = tokens.Read(context, request, request.PageToken);
        bool IsWanted(ProviderRecord provider)
        {
            ProviderFacts facts = provider.ToFacts();
            return (standing is null || facts.StandingOn(clock.Today).ToContract() == standing)
                && (type is null || MayGive(facts, type.Value.ToDomain(), openOn))
                && (area is not { } division || provider.ToOffer().Serves(division, region))
                && (openOn is not { } day || provider.ToOffer().IsOpenOn(day))
                && (!request.OpenAppeals || provider.Standings.Any(decided => decided.Appeal is { IsUpheld: null }));
        }
        List<ProviderRecord> page = await PageAsync(query, IsWanted, after, pageSize + 1, unreadable, context.CancellationToken);
        Catalogue catalogue = await rules.CatalogueAsync(region, clock.Today);
        var response = new ListProvidersResponse
        {
            NextPageToken = page.Count > pageSize
            ? tokens.Write(context, request, page[pageSize - 1].Id) : ""
        };
        ProviderRecord[] shown = [.. page.Take(pageSize)];
        bool IsOfThisPage(string key) => page.Count <= pageSize || string.CompareOrdinal(key, page[pageSize - 1].Id) < 0;
        response.Unreadable.Add(unreadable.Where(IsOfThisPage).Select(key => ResourceName.Of(region, VoucherContract.Providers, key)));
        var today = new ProviderDay(region, clock.Today, catalogue);
        if (SeesPayables(context.Caller()))
        {
            IReadOnlyList<(long, long)> payable = await PayableAsync(region, shown);
            response.Providers.Add(shown.Zip(payable, (provider, fen) => provider.ToContract(today, fen, seesFile: true)));
        }
        else
        {
            response.Providers.Add(shown.Select(provider => provider.ToContract(today, payable: null, seesFile: false)));
        }
        return response;
    }

    public override async Task<Provider> SetStanding(SetStandingRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        V1.Standing standing = read.Choice(request.Standing, "standing");
        DateOnly? first = read.DayOrNull(request.FirstDay, "first_day"), last = read.DayOrNull(request.LastDay, "last_day");
        string note = read.Text(request.Note, "note", MaxNoteLength, required: true);
        read.Check();
        Command command = context.Command(request, id);
        // A retry is not checked against the clock: the days were in time when the command was first sent.
        if (!await grains.IsKnownAsync(name.Region, command))
        {
            if (first < clock.Today) read.Refuse("first_day", "IN_PAST");
            if (last < (first ?? clock.Today)) read.Refuse("last_day", "PERIOD_BACKWARDS");
            read.Check();
        }
        var decision = new StandingRecord(standing.ToDomain(), first ?? clock.Today, last, note);
        return await ToContractAsync(context, name.Region,
            (await grains.GetGrain<IProviderGrain>(name.GrainKey).SetStandingAsync(command, decision)).OrThrow());
    }

    public override async Task<Provider> AppealStanding(AppealStandingRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        int decision = (int)read.Whole(request.Decision, "decision", 1, int.MaxValue);
        string note = read.Text(request.Note, "note", MaxNoteLength, required: true);
        read.Check();
        return await ToContractAsync(context, name.Region, (await grains.GetGrain<IProviderGrain>(name.GrainKey)
            .AppealAsync(context.Command(request, id, memo: note), decision)).OrThrow());
    }

    public override async Task<Provider> AnswerAppeal(AnswerAppealRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        int decision = (int)read.Whole(request.Decision, "decision", 1, int.MaxValue);
        string note = read.Text(request.Note, "note", MaxNoteLength, required: true);
        read.Check();
        return await ToContractAsync(context, name.Region, (await grains.GetGrain<IProviderGrain>(name.GrainKey)
            .AnswerAppealAsync(context.Command(request, id, memo: note), decision, request.Upheld)).OrThrow());
    }

    public override async Task<ListRedemptionsResponse> ListRedemptions(ListRedemptionsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? provider = read.ResourceOrNull(request.Provider, "provider", VoucherContract.Providers),
            elder = read.ResourceOrNull(request.Elder, "elder", VoucherContract.Elders);
        ResourceName? voucher = read.ResourceOrNull(request.Voucher, "voucher", VoucherContract.Vouchers),
            programme = read.NamedOrNull(request.Programme, "programme", FundContract.Programmes);
        RedemptionState? state = read.ChoiceOrNull(request.State, "state");
        (DateOnly First, DateOnly Last) period = read.Period(request.Period, "period");
        int pageSize = read.PageSize(request.PageSize);
        foreach ((ResourceName? name, string field) in new[] { (provider, "provider"), (elder, "elder"), (voucher, "voucher"),
            (programme, "programme") })
        {
            if (name is { } one) read.SameRegion(region, one, field);
        }
        read.Check();
        (LedgerTime from, LedgerTime until) = StatementReader.Times(period);
        var filter = new EntryFilter(From: from, Until: until);
        if (provider is { } paid) filter = filter with { Touching = [Account(Chart.ProviderPayable(OpaqueId.Parse(paid.Id)).Path)] };
        if (elder is not null || voucher is not null || programme is not null)
        {
            AccountPath? path = voucher is { } used ? Chart.VoucherPath(OpaqueId.Parse(used.Id)) : null;
            filter = filter with
            {
                Touching = filter.Touching.Add(
                new AccountFilter(path?.Text ?? "voucher/", elder?.Id ?? "", programme?.Id ?? ""))
            };
        }
        long before = tokens.Read(context, request, request.PageToken) is { } cursor
            ? long.Parse(cursor, CultureInfo.InvariantCulture) : long.MaxValue;
        var list = new RedemptionList(ledger, rules, region, filter, state, voucher?.Id ?? "", programme?.Id ?? "");
        (IReadOnlyList<Redemption> page, long? next) = await list.PageAsync(before, pageSize, context.CancellationToken);
        return new ListRedemptionsResponse
        {
            Redemptions = { page },
            NextPageToken = next is { } last ? tokens.Write(context, request, last.ToString(CultureInfo.InvariantCulture)) : "",
        };
    }

    public override async Task<Statement> GetProviderStatement(GetProviderStatementRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        if (request.Period is null) read.Refuse("period", "REQUIRED");
        (DateOnly First, DateOnly Last) period = read.Period(request.Period, "period");
        int pageSize = read.PageSize(request.PageSize);
        Ledger.PayableKind pays = SettlementApi.Kind(read, request.Pays);
        read.Check();
        await ProviderAsync(name);
        return await statements.StatementAsync(context, request, name.Region, Chart.Payable(OpaqueId.Parse(name.Id), pays), period,
            pageSize, request.PageToken);
    }

    private static bool SeesPayables(Caller caller) =>
        caller.Has(Role.FinanceMaker) || caller.Has(Role.FinanceChecker) || caller.Has(Role.Auditor) || caller.Has(Role.Administrator);

    private static AccountFilter Account(AccountPath path) => new(path.Text);

    /// <summary>What providers are owed for services, and of prepaid fees, in fen.</summary>
    private async Task<IReadOnlyList<(long Services, long Prepaid)>> PayableAsync(
        RegionCode region, IReadOnlyCollection<ProviderRecord> providers)
    {
        IReadOnlyList<long> fen = await grains.AvailableAsync(region, [.. providers.Select(provider => OpaqueId.Parse(provider.Id))
            .SelectMany(id => new[] { Chart.ProviderPayable(id).Path, Chart.ProviderPrepaid(id).Path })]);
        return [.. fen.Chunk(2).Select(both => (both[0], both[1]))];
    }

    private static RegistryQuery QueryOf(RegionCode region, V1.ServiceType? type, int pageSize)
    {
        var query = new RegistryQuery(region, ProviderState.Kind) { Limit = pageSize + 1 };
        return type is not { } wanted ? query : query.WhereOrMissing(
            new RegistryCondition(ProviderState.ServiceTypesPath, StoredName.Of(wanted.ToDomain()), RegistryTest.Holds));
    }

    /// <summary>Accredited for a type on a day; without a day: today or later.</summary>
    private bool MayGive(ProviderFacts facts, Ledger.ServiceType type, DateOnly? day) => facts.Accreditations.Any(
        span => span.Type == type && (day is { } on ? span.Covers(on) : span.First <= span.Last && span.Last >= clock.Today));

    /// <summary>Providers by id. Filters here and not in SQL, because what is asked depends on the day.</summary>
    private async Task<List<ProviderRecord>> PageAsync(
        RegistryQuery query, Func<ProviderRecord, bool> isWanted, string? after, int count, List<string> unreadable,
        CancellationToken cancellation)
    {
        var found = new List<ProviderRecord>();
        while (found.Count < count)
        {
            RegistryQuery next = query with { After = after is null ? null : new RegistryCursor("", after) };
            IReadOnlyList<RegistryRow<ProviderState>> rows = await registry.ListAsync<ProviderState>(next, cancellation);
            unreadable.AddRange(rows.Where(row => !row.IsReadable).Select(row => row.Key));
            found.AddRange(rows.Readable().Select(row => row.State.Provider).OfType<ProviderRecord>().Where(isWanted));
            if (rows.Count < query.Limit) break;
            after = rows[^1].Key;
        }
        return found;
    }

    private async Task<ProviderRecord> ProviderAsync(ResourceName name) =>
        await grains.GetGrain<IProviderGrain>(name.GrainKey).GetAsync() ?? throw Problem.Of(Reason.ProviderNotFound);

    /// <summary>A provider as the caller may see it: elders see what it offers; its own clerks, with that right, what it is owed.</summary>
    /// <param name="pricesOn">The day whose prices are shown; null: today.</param>
    private async Task<Provider> ToContractAsync(
        ServerCallContext context, RegionCode region, ProviderRecord provider, DateOnly? pricesOn = null)
    {
        Caller caller = context.Caller();
        bool isOffice = SeesPayables(caller) || caller.Has(Role.Counter),
            isOwn = caller.Owns(ResourceName.Of(region, VoucherContract.Providers, provider.Id)),
            seesMoney = isOffice || (isOwn
                && StaffRule.Judge(provider.StaffSpans, caller.Subject, Ledger.ProviderRight.Money, clock.Today) is null);
        (long, long)? payable = seesMoney ? (await PayableAsync(region, [provider]))[0] : null;
        var today = new ProviderDay(region, clock.Today, await rules.CatalogueAsync(region, clock.Today));
        Provider shown = provider.ToContract(today, payable, isOffice || isOwn);
        if (pricesOn is not { } day) return shown;
        shown.Prices.Clear();
        shown.Prices.Add(provider.PricesFrom(new ProviderDay(region, day, await rules.CatalogueAsync(region, day))));
        return shown;
    }
}
