using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Programme = TimeBank.V1.Programme;
using ProgrammeScheme = TimeBank.V1.ProgrammeScheme;

namespace TimeBank.Server;

/// <content>Programmes: open, allot money, report.</content>
public sealed partial class FundApi
{
    private const int MaxLines = 20, MaxProgrammes = 100, MaxParts = 1_000_000, MaxAge = 150, MaxQuota = 10_000;
    private const long MaxContractPriceFen = 100_000_000, MaxSubsidyFen = 100_000_000;

    public override async Task<Programme> CreateProgramme(CreateProgrammeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        Slug slug = read.Slug(request.ProgrammeId, "programme_id");
        var programme = new ProgrammeRecord(
            request.ProgrammeId, read.Name(request.DisplayName, "display_name", MaxNameLength),
                read.Choice(request.Scheme, "scheme").ToDomain(),
            Unit.Fen.Code,
            [.. read.Choices(request.ServiceTypes, "service_types", required: true).Select(type => type.ToDomain())],
            0, 0, 0, null, Difficulties.None, request.HoldsBack);
        if (request.Scheme == ProgrammeScheme.UnitVoucher) programme = Units(read, region, request, programme);
        else if (request.Scheme == ProgrammeScheme.PersistentSubsidy) programme = Subsidy(read, region, request, programme);
        else if (request.Scheme == ProgrammeScheme.NationalEVoucher) MustBeEmpty(read, request);
        read.Check();
        AccessInterceptor.RequireKnown(region);
        Reply<ProgrammeRecord> reply = await grains.GetGrain<IProgrammeGrain>(region, slug)
            .CreateAsync(context.Command(request, id), programme);
        return await ToContractAsync(region, reply.OrThrow());
    }

    public override async Task<Programme> GetProgramme(GetProgrammeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Name, "name", FundContract.Programmes);
        read.Check();
        return await ToContractAsync(name.Region, await ProgrammeAsync(name));
    }

    public override async Task<ListProgrammesResponse> ListProgrammes(ListProgrammesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        (IReadOnlyList<RegistryRow<ProgrammeState>> page, string next) = await registry.PageAsync<ProgrammeState>(
            new RegistryQuery(region, ProgrammeState.Kind), pageSize, tokens, context, request, request.PageToken);
        ProgrammeRecord[] programmes = [.. page.Readable().Select(row => row.State.Programme).OfType<ProgrammeRecord>()];
        IReadOnlyList<long> available =
            await grains.AvailableAsync(region,
            [.. programmes.Select(programme => Chart.ProgrammeAllotted(Slug.Parse(programme.Id)).Path)]);
        var response = new ListProgrammesResponse
        {
            NextPageToken = next,
            Unreadable = { page.Unreadable(region, FundContract.Programmes) }
        };
        response.Programmes.Add(programmes.Zip(available, (programme, fen) => programme.ToContract(region, fen)));
        return response;
    }

    public override async Task<AllotFundsResponse> AllotFunds(AllotFundsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Named(request.Programme, "programme", FundContract.Programmes);
        string memo = read.Text(request.Memo, "memo", MaxTextLength);
        IReadOnlyList<AllotmentLine> lines = Lines(read, name.Region, request);
        long? total = request.ByShares is { } shares ? read.Amount(shares.Total, "by_shares.total", Unit.Fen) : null;
        read.Check();
        Outcome answer = await grains.GetGrain<IProgrammeGrain>(name.GrainKey)
            .AllotAsync(context.Command(request, id, memo: memo), [.. lines], total, request.ServesPurpose);
        JournalEntry entry = answer.EntryOrThrow();
        var response = new AllotFundsResponse
        {
            Entry = request.ValidateOnly ? "" : ResourceName.Of(name.Region, "entries", entry.Index),
            Programme = await ToContractAsync(name.Region, await ProgrammeAsync(name)),
        };
        if (request.ValidateOnly && !answer.Replayed) response.Programme.Available.Value += AllotmentDetails.Of(entry).Total.Value;
        response.Lines.Add(AllotmentDetails.Of(entry)
            .Lines.Select(line =>
            new FundAmount { Fund = ResourceName.Of(name.Region, FundContract.Funds, line.Fund), Amount = line.Amount.ToContract() }));
        return response;
    }

    public override async Task ReturnUnspentFunds(
        ReturnUnspentFundsRequest request, IServerStreamWriter<RunProgress> stream, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        string memo = read.Text(request.Memo, "memo", MaxTextLength);
        ResourceName[] named = [.. request.Programmes.Take(MaxProgrammes + 1).Select((programme, at) =>
        {
            ResourceName name = read.Named(programme, $"programmes[{at}]", FundContract.Programmes);
            read.SameRegion(region, name, $"programmes[{at}]");
            return name;
        })];
        if (named.Length > MaxProgrammes) read.Refuse("programmes", "TOO_MANY", ("max", $"{MaxProgrammes}"));
        if (named.Distinct().Count() != named.Length) read.Refuse("programmes", "REPEATED");
        read.Check();
        Slug[] programmes = [.. named.Select(name => Slug.Parse(name.Id))];
        var run = new ReturnRun(
            context.Command(request, id, memo: memo), region, [.. programmes], grains, ledger, registry, clock);
        var report = new RunReport(stream, clock);
        await report.FollowAsync(run.PagesAsync(report, context.CancellationToken), context.CancellationToken);
    }

    public override async Task<ProgrammeReport> GetProgrammeReport(GetProgrammeReportRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Programme, "programme", FundContract.Programmes);
        read.Check();
        ProgrammeRecord programme = await ProgrammeAsync(name);
        ProgrammeReport report = await reports.ProgrammeAsync(name.Region, programme.ToProgramme(), context.CancellationToken);
        report.Programme = programme.ToContract(name.Region, report.Available.Value);
        return report;
    }

    public override async Task<FundingReport> GetFundingReport(GetFundingReportRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        if (request.Period is null) read.Refuse("period", "REQUIRED");
        (DateOnly First, DateOnly Last) days = read.Period(request.Period, "period");
        V1.CountryPart? part = read.ChoiceOrNull(request.CountryPart, "country_part");
        (Slug Programme, Fen Quota)[] quotas = [.. request.CentralQuotas.Take(MaxProgrammes + 1).Select((quota, at) =>
        {
            string field = $"central_quotas[{at}]";
            ResourceName name = read.Named(quota.Programme, $"{field}.programme", FundContract.Programmes);
            read.SameRegion(region, name, $"{field}.programme");
            long fen = read.Amount(quota.Quota, $"{field}.quota", Unit.Fen, zeroAllowed: true);
            return (name == default ? default : Slug.Parse(name.Id), new Fen(fen));
        })];
        if (quotas.Length > MaxProgrammes) read.Refuse("central_quotas", "TOO_MANY", ("max", $"{MaxProgrammes}"));
        if (quotas.DistinctBy(quota => quota.Programme).Count() != quotas.Length) read.Refuse("central_quotas", "REPEATED");
        if (quotas.Length > 0 && part is null) read.Refuse("country_part", "REQUIRED");
        HourPriceAsked price = Price(read, request.PricePerHour, request.HasPriceItem ? request.PriceItem : null);
        Moment moment = await read.MomentAsync(ledger, region, request.AsOf, clock.Today, context.CancellationToken);
        var asked = new FundingQuestion(
            region, days, moment, (part ?? V1.CountryPart.Unspecified).ToDomain(), quotas, price);
        return await funding.ReadAsync(asked, context.CancellationToken);
    }

    public override async Task<HourLiability> GetHourLiability(GetHourLiabilityRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        HourPriceAsked price = Price(read, request.PricePerHour, request.HasPriceItem ? request.PriceItem : null);
        DateOnly day = read.DayOrNull(request.Date, "date") ?? clock.Today;
        if (day > clock.Today) read.Refuse("date", "IN_FUTURE");
        read.Check();
        return await liability.ReadAsync(region, day, price, context.CancellationToken);
    }

    private static HourPriceAsked Price(RequestReader read, Amount? perHour, string? item) => new(
        perHour is null ? null : new Fen(read.Amount(perHour, "price_per_hour", Unit.Fen)),
        item is null ? null : read.Slug(item, "price_item"));

    /// <summary>Reads who is entitled, where the policy does not say it.</summary>
    private static ProgrammeRecord Entitled(
        RequestReader read, RegionCode region, CreateProgrammeRequest request, ProgrammeRecord programme)
    {
        if (request.Eligibility is not { } eligibility)
        {
            read.Refuse("eligibility", "REQUIRED");
            eligibility = new Eligibility();
        }
        int minAge = (int)read.Whole(eligibility.MinAge, "eligibility.min_age", 0, MaxAge);
        V1.AbilityGrade? minGrade = read.ChoiceOrNull(eligibility.MinGrade, "eligibility.min_grade");
        Difficulties any = read.Choices(eligibility.AnyDifficulty, "eligibility.any_difficulty").ToDomain();
        FurtherConditions? further = Further(read, region, eligibility);
        return programme with { MinAge = minAge, MinGrade = minGrade?.ToDomain(), AnyDifficulty = any, Further = further };
    }

    /// <summary>Reads the fields of a persistent subsidy: an amount a month, in fen, and who is entitled.</summary>
    private static ProgrammeRecord Subsidy(
        RequestReader read, RegionCode region, CreateProgrammeRequest request, ProgrammeRecord programme)
    {
        programme = Entitled(read, region, request, programme);
        if (request.ContractPrice is not null) read.Refuse("contract_price", "MUST_BE_EMPTY");
        long fen = read.Amount(request.MonthlyQuota, "monthly_quota", Unit.Fen);
        if (fen > MaxSubsidyFen) read.Whole(fen, "monthly_quota.value", 1, MaxSubsidyFen);
        return programme with { MonthlyQuota = fen };
    }

    /// <summary>Reads the fields of a programme of unit vouchers.</summary>
    private static ProgrammeRecord Units(
        RequestReader read, RegionCode region, CreateProgrammeRequest request, ProgrammeRecord programme)
    {
        programme = Entitled(read, region, request, programme);
        Unit unit = Unit.Meal;
        if (request.MonthlyQuota is { } given
            && (!Unit.TryParse(given.Unit, out unit) || (unit != Unit.Meal && unit != Unit.Bath && unit != Unit.Clean)))
        {
            throw Problem.Of(Reason.UnitUnknown, ("unit", Problem.Short(given.Unit, 8)), ("field", "monthly_quota.unit"));
        }
        long quota = read.Amount(request.MonthlyQuota, "monthly_quota", unit),
            price = read.Amount(request.ContractPrice, "contract_price", Unit.Fen);
        if (quota > MaxQuota) read.Whole(quota, "monthly_quota.value", 1, MaxQuota);
        if (price > MaxContractPriceFen) read.Whole(price, "contract_price.value", 1, MaxContractPriceFen);
        return programme with
        {
            Unit = unit.Code,
            MonthlyQuota = quota,
            ContractPriceFen = price,
        };
    }

    /// <summary>Conditions that most programmes don't set; null where none is set.</summary>
    private static FurtherConditions? Further(RequestReader read, RegionCode region, Eligibility eligibility)
    {
        const string field = "eligibility.yields_to";
        string residence = eligibility.Residence.Length == 0 ? "" : read.Region(eligibility.Residence, "eligibility.residence").ToString();
        Benefits excluded = read.Choices(eligibility.ExcludedBenefits, "eligibility.excluded_benefits").ToDomain();
        ResourceName[] first = [.. eligibility.YieldsTo.Take(MaxProgrammes + 1)
            .Select((name, at) => read.Named(name, $"{field}[{at}]", FundContract.Programmes))];
        foreach ((int at, ResourceName name) in first.Index()) read.SameRegion(region, name, $"{field}[{at}]");
        if (first.Length > MaxProgrammes) read.Refuse(field, "TOO_MANY", ("max", $"{MaxProgrammes}"));
        if (first.Distinct().Count() != first.Length) read.Refuse(field, "REPEATED");
        return eligibility.LowIncome || residence.Length > 0 || excluded != Benefits.None || first.Length > 0
            ? new FurtherConditions(eligibility.LowIncome, residence, excluded, [.. first.Select(name => name.Id ?? "")]) : null;
    }

    private static void MustBeEmpty(RequestReader read, CreateProgrammeRequest request)
    {
        // For money vouchers the policy says who gets how much, and which part of a price a voucher pays.
        if (request.MonthlyQuota is not null) read.Refuse("monthly_quota", "MUST_BE_EMPTY");
        if (request.ContractPrice is not null) read.Refuse("contract_price", "MUST_BE_EMPTY");
        if (request.Eligibility is not null) read.Refuse("eligibility", "MUST_BE_EMPTY");
    }

    private static IReadOnlyList<AllotmentLine> Lines(RequestReader read, RegionCode region, AllotFundsRequest request)
    {
        AllotmentLine Line(string fund, string field, Func<long> number)
        {
            ResourceName name = read.Named(fund, $"{field}.fund", FundContract.Funds);
            read.SameRegion(region, name, $"{field}.fund");
            return new AllotmentLine(name.Id ?? "", number());
        }

        (string list, IReadOnlyList<AllotmentLine> lines) = request.AllotmentCase switch
        {
            AllotFundsRequest.AllotmentOneofCase.ByAmounts =>
                ("by_amounts.lines", (IReadOnlyList<AllotmentLine>)[.. request.ByAmounts.Lines.Take(MaxLines + 1).Select((line, at) =>
                Line(line.Fund, $"by_amounts.lines[{at}]", () => read.Amount(line.Amount, $"by_amounts.lines[{at}].amount", Unit.Fen)))]),
            AllotFundsRequest.AllotmentOneofCase.ByShares =>
            ("by_shares.shares", [.. request.ByShares.Shares.Take(MaxLines + 1).Select((share, at) =>
                Line(share.Fund, $"by_shares.shares[{at}]", () => read.Whole(share.Parts, $"by_shares.shares[{at}].parts", 1, MaxParts)))]),
            AllotFundsRequest.AllotmentOneofCase.None => ("allotment", []),
        };
        if (lines.Count == 0) read.Refuse(list, "REQUIRED");
        if (lines.Count > MaxLines) read.Refuse(list, "TOO_MANY", ("max", $"{MaxLines}"));
        if (lines.DistinctBy(line => line.Fund).Count() != lines.Count) read.Refuse(list, "REPEATED");
        return lines;
    }

    private async Task<ProgrammeRecord> ProgrammeAsync(ResourceName name) =>
        await grains.GetGrain<IProgrammeGrain>(name.GrainKey).GetAsync() ?? throw Problem.Of(Reason.ProgrammeNotFound);

    private async Task<Programme> ToContractAsync(RegionCode region, ProgrammeRecord programme) =>
        programme.ToContract(region, (await grains.AvailableAsync(region, [Chart.ProgrammeAllotted(Slug.Parse(programme.Id)).Path]))[0]);
}
