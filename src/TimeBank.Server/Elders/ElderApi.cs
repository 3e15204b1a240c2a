using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// For elders and counter staff: the register, assessments, entitlements, grants from the hours pool, and the runs that issue and end hours
/// for many elders (<see cref="HourRuns"/> carries them out). Hours are in minutes.
/// </summary>
public sealed partial class ElderApi(
    IGrainFactory grains, IRegistry registry, ILedgerReader ledger, HourRuns runs, OutreachRuns outreach, PageTokens tokens,
    DayRules rules, BusinessClock clock, Vault vault, ILogger<ElderApi> log)
    : ElderService.ElderServiceBase
{
    public override async Task<Elder> RegisterElder(RegisterElderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        string name = read.Name(request.DisplayName, "display_name");
        DateOnly birthDate = read.PastDay(request.BirthDate, "birth_date", clock.Today);
        IReadOnlyList<Difficulty> difficulties = read.Choices(request.Difficulties, "difficulties");
        PersonDetails? details = read.Details(request.Details, birthDate);
        read.Check();
        AccessInterceptor.RequireKnown(region);

        Command command = context.Command(request, id);
        Reply<ElderRecord> reply =
            vault.IdentityKeys(region, PersonContract.Elders, details?.IdentityNumber ?? "") is [var key, .. var older]
                ? await grains.GetGrain<IIdentityNumberGrain>(region, key)
                    .RegisterElderAsync(command, name, birthDate, difficulties.ToDomain(), details!, older)
                : await grains.GetGrain<IElderGrain>(region, command.NewId)
                    .RegisterAsync(command, name, birthDate, difficulties.ToDomain(), details);
        return await ToContractAsync(context, reply.OrThrow(), region);
    }

    public override async Task<Elder> GetElder(GetElderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", PersonContract.Elders);
        read.Check();
        return await ToContractAsync(
            context, await grains.Elder(name).GetAsync() ?? throw Problem.Of(Reason.ElderNotFound), name.Region);
    }

    public override async Task<ListEldersResponse> ListElders(ListEldersRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int size = read.PageSize(request.PageSize);
        string name = request.DisplayName.Length == 0 ? "" : read.Name(request.DisplayName, "display_name");
        read.Check();

        RegistryQuery query = new RegistryQuery(region, ElderState.Kind).WhereNamed(ElderState.NamePath, name);
        (IReadOnlyList<RegistryRow<ElderState>> rows, string next) =
            await registry.PageAsync<ElderState>(query, size, tokens, context, request, request.PageToken);
        Policy policy = await rules.PolicyAsync(region, clock.Today);
        var response = new ListEldersResponse { NextPageToken = next, Unreadable = { rows.Unreadable(region, PersonContract.Elders) } };
        response.Elders.Add(rows.Readable().Select(row => row.State.ToRecord(row.Id).ToContract(region, clock.Today, policy)));
        return response;
    }

    public override async Task<Elder> RecordAssessment(RecordAssessmentRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        DateOnly day = read.Day(request.AssessedDate, "assessed_date");
        // No points at all is the severest disability, so a field that was forgotten must not read as 0.
        if (!request.HasScore) read.Refuse("score", "REQUIRED");
        int score = (int)read.Whole(request.Score, "score", 0, AbilityPolicy.MaxPoints);
        RegionCode assessedIn = request.AssessedIn.Length == 0 ? elder.Region : read.Region(request.AssessedIn, "assessed_in");
        IReadOnlyList<Difficulty> difficulties = read.Choices(request.Difficulties, "difficulties");
        read.Check();

        Reply<ElderRecord> reply = await grains.Elder(elder).RecordAssessmentAsync(
            context.Command(request, id), new AssessmentRecord(score, day, assessedIn.ToString()), difficulties.ToDomain());
        return await ToContractAsync(context, reply.OrThrow(), elder.Region);
    }

    public override async Task<GrantFromPoolResponse> GrantFromPool(GrantFromPoolRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        string memo = read.Text(request.Memo, "memo", EntryHeader.MaxMemoLength);
        long minutes = read.Amount(request.Amount, "amount", Unit.Minutes);
        read.Check();

        GrantedHours granted =
            (await grains.Elder(elder).GrantAsync(context.Command(request, id, memo: memo), minutes)).OrThrow();
        return new GrantFromPoolResponse
        {
            Entry = request.ValidateOnly ? "" : ResourceName.Of(elder.Region, "entries", granted.Entry),
            PoolRemaining = Unit.Minutes.Of(
                granted.PoolRemaining ?? await PoolAfterAsync(elder.Region, granted.Entry, context.CancellationToken)),
        };
    }

    /// <summary>The pool's minutes right after an entry, so that a late retry gets the same answer.</summary>
    private async Task<long> PoolAfterAsync(RegionCode region, long entry, CancellationToken cancellation)
    {
        Ledger.Account pool = await ledger.AccountAsync(region, Chart.DonatedPool().Path, cancellation)
            ?? throw new InvalidOperationException("An entry moved hours of a pool that isn't there.");
        StoredEntry stored = await ledger.EntryAsync(region, entry, cancellation)
            ?? throw new InvalidOperationException($"Entry {entry} of {region} isn't there.");
        Counters after = await ledger.CountersBeforeAsync(region, pool.Number, new LedgerTime(stored.Entry.Time.Microseconds + 1),
            cancellation);
        return after.CreditsPosted - after.DebitsPosted;
    }

    private async Task<Elder> ToContractAsync(ServerCallContext context, ElderRecord elder, RegionCode region)
    {
        Elder contract = elder.ToContract(region, clock.Today, await rules.PolicyAsync(region, clock.Today));
        contract.Notices.Add(elder.Notices.IsDefault ? [] : elder.Notices.Select(notice => notice.ToContract()));
        if (elder.HasDetails) contract.Details = (await grains.Elder(region, elder.Id.Text).DetailsAsync())
            ?.ToContract(context.Caller().Has(Role.Counter));
        return contract;
    }

    public override async Task IssueHours(IssueHoursRequest request, IServerStreamWriter<RunProgress> stream, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        DateOnly month = read.Month(request.Month, "month");
        ResourceName? elder = read.ResourceOrNull(request.Elder, "elder", PersonContract.Elders);
        if (elder is { } one) read.SameRegion(region, one, "elder");
        read.Check();
        AccessInterceptor.RequireKnown(region);
        Command run = context.Command(request, id);
        var report = new RunReport(stream, clock);
        await report.FollowAsync(
            elder is { } only ? runs.IssueToOneAsync(run, month, only)
            : runs.IssueAsync(run, region, month, report, context.CancellationToken),
            context.CancellationToken);
    }

    public override async Task ExpireHours(ExpireHoursRequest request, IServerStreamWriter<RunProgress> stream, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        AccessInterceptor.RequireKnown(region);
        var report = new RunReport(stream, clock);
        await report.FollowAsync(
            runs.EndAsync(context.Command(request, id), region, report, context.CancellationToken), context.CancellationToken);
    }
}
