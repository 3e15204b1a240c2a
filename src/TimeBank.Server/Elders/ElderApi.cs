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
    private const int MaxDueDays = 366;

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
        int dueDays = (int)read.Whole(request.AssessmentDueDays, "assessment_due_days", 0, MaxDueDays);
        read.Check();

        if (request.HasAssessmentDueDays) return await ReassessmentsAsync(request, context, region, size, name, dueDays);
        RegistryQuery query = new RegistryQuery(region, ElderState.Kind).WhereNamed(ElderState.NamePath, name);
        (IReadOnlyList<RegistryRow<ElderState>> rows, string next) =
            await registry.PageAsync<ElderState>(query, size, tokens, context, request, request.PageToken);
        Policy policy = await rules.PolicyAsync(region, clock.Today);
        var response = new ListEldersResponse { NextPageToken = next, Unreadable = { rows.Unreadable(region, PersonContract.Elders) } };
        response.Elders.Add(rows.Readable().Select(row => row.State.ToRecord(row.Id).ToContract(region, clock.Today, policy)));
        return response;
    }

    /// <summary>Reads the register from the page's beginning on, since when an assessment ends is derived.</summary>
    private async Task<ListEldersResponse> ReassessmentsAsync(
        ListEldersRequest request, ServerCallContext context, RegionCode region, int size, string name, int dueDays)
    {
        DateOnly today = clock.Today;
        Policy policy = await rules.PolicyAsync(region, today);
        var response = new ListEldersResponse();
        string? before = tokens.Read(context, request, request.PageToken);
        await foreach (RegistryRow<ElderState> row in EldersAsync(region, before, context.CancellationToken))
        {
            if (!row.IsReadable)
            {
                response.Unreadable.Add(ResourceName.Of(region, PersonContract.Elders, row.Key));
            }
            else if (row.State.ToRecord(row.Id) is var elder && (name.Length == 0 || elder.DisplayName == name)
                && elder.Facts(region).IsReassessmentDue(today, dueDays, policy.Ability))
            {
                if (response.Elders.Count == size)
                {
                    response.NextPageToken = tokens.Write(context, request, before!);
                    break;
                }
                response.Elders.Add(elder.ToContract(region, today, policy));
            }
            before = row.Key;
        }
        return response;
    }

    public override async Task<Elder> RecordAssessment(RecordAssessmentRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        DateOnly day = read.Day(request.AssessedDate, "assessed_date");
        AssessmentItemsRecord? items = Items(read, request.Items);
        // No points at all is the severest disability, so a field that was forgotten must not read as 0.
        if (!request.HasScore && request.Items is null) read.Refuse("score", "REQUIRED");
        int score = request.HasScore ? (int)read.Whole(request.Score, "score", 0, AbilityPolicy.MaxPoints) : items?.Sum ?? 0;
        if (items is not null && score != items.Sum) read.Refuse("score", "NOT_THE_SUM", ("sum", $"{items.Sum}"));
        IReadOnlyList<GradeChange> changes = read.Choices(request.GradeChanges, "grade_changes");
        RegionCode assessedIn = request.AssessedIn.Length == 0 ? elder.Region : read.Region(request.AssessedIn, "assessed_in");
        IReadOnlyList<Difficulty> difficulties = read.Choices(request.Difficulties, "difficulties");
        read.Check();

        Reply<ElderRecord> reply = await grains.Elder(elder).RecordAssessmentAsync(
            context.Command(request, id), new AssessmentRecord(score, day, assessedIn.ToString())
            {
                Items = items, Changes = changes.Count == 0 ? null : changes.ToDomain(),
            }, difficulties.ToDomain());
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

    /// <returns>Null where none were said, or one of them is wrong.</returns>
    private static AssessmentItemsRecord? Items(RequestReader read, AssessmentItems? items)
    {
        if (items is null) return null;
        int before = read.Violations.Count;
        var points = new AssessmentItemsRecord(
            Points(items.HasSelfCare, items.SelfCare, "self_care", AbilityRule.MaxSelfCare),
            Points(items.HasMovement, items.Movement, "movement", AbilityRule.MaxMovement),
            Points(items.HasMentalState, items.MentalState, "mental_state", AbilityRule.MaxMentalState),
            Points(items.HasParticipation, items.Participation, "participation", AbilityRule.MaxParticipation));
        return read.Violations.Count == before ? points : null;

        int Points(bool isSaid, int value, string field, int max)
        {
            if (!isSaid) read.Refuse($"items.{field}", "REQUIRED");
            return (int)read.Whole(value, $"items.{field}", 0, max);
        }
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
