using System.Collections.Immutable;
using System.Globalization;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using ComplaintState = TimeBank.V1.ComplaintState;

namespace TimeBank.Server;

/// <summary>Complaints about movements, for everybody to whom a movement belongs, and for the staff who answer.</summary>
public sealed class ComplaintApi(
    IGrainFactory grains, IRegistry registry, ILedgerReader ledger, ComplaintSubjects subjects, PageTokens tokens, BusinessClock clock)
    : ComplaintService.ComplaintServiceBase
{
    private const int MaxWords = 1_000;

    /// <summary>How often a party complains about one thing: each time sets its money aside anew.</summary>
    private const int MaxAboutOne = 5;

    private const int LearntAtOnce = 1_000;

    private static readonly string[] People = [PersonContract.Elders, PersonContract.Volunteers];

    public override async Task<Complaint> FileComplaint(FileComplaintRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        SubjectName? name = ReadSubject(read, region, request.Subject, required: true);
        V1.ComplaintCategory category = read.Choice(request.Category, "category");
        ComplaintWords words = new(read.Text(request.Words, "words", MaxWords, required: true));
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, People);
        if (behalf is { } person) read.SameRegion(region, person, "on_behalf_of");
        read.Check();
        ComplaintSubject subject = await subjects.FindAsync(name!.Value, context.CancellationToken)
            ?? throw Problem.Of(Reason.ComplaintSubjectNotFound);
        string complainant = PartyOf(context, behalf, region);
        if (!subject.Parties.Contains(complainant) && !(behalf is null && MayComplainOfAll(context.Caller())))
            throw Problem.Of(Reason.PartyNotAllowed);
        if (!subject.Parties.Contains(complainant)) complainant = StaffOf(context);
        var filing = new ComplaintFiling(
            subject.Name.BelowRegion, category.ToDomain(), complainant, ReadersOf(subject, complainant), subject.Actors, subject.Disputed,
            (await ledger.ReadHeadAsync(region, context.CancellationToken)).Size);
        // Without the words: the journal keeps this request's digest, and the grain compares the words of a retry by itself.
        Command command = context.Command(new FileComplaintRequest(request) { Words = "" }, id, behalf);
        Reply<ComplaintView> reply = Reason.ComplaintWrongState;
        for (int number = 0; number < MaxAboutOne && reply.Reason == Reason.ComplaintWrongState; number++)
        {
            reply = await grains.GetGrain<IComplaintGrain>(region, IdOf(region, filing, number)).FileAsync(command, filing, words);
        }
        if (reply.Reason == Reason.ComplaintWrongState) throw Problem.Of(Reason.ComplaintsTooMany, ("max", $"{MaxAboutOne}"));
        Complaint filed = Shown(reply.OrThrow(), region);
        if (request.ValidateOnly) filed.Name = "";
        return filed;
    }

    public override async Task<Complaint> AnswerComplaint(AnswerComplaintRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Name, "name", ComplaintContract.Complaints);
        ComplaintWords words = new(read.Text(request.Words, "words", MaxWords, required: true));
        read.Check();
        Command command = context.Command(new AnswerComplaintRequest(request) { Words = "" }, id);
        ComplaintJudge judge = await JudgeAsync(context, name, PartyOf(context, null, name.Region));
        return Shown((await Grain(name).AnswerAsync(command, judge, words)).OrThrow(), name.Region);
    }

    public override async Task<Complaint> ContestAnswer(ContestAnswerRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Name, "name", ComplaintContract.Complaints);
        ComplaintWords words = new(read.Text(request.Words, "words", MaxWords, required: true));
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, People);
        read.Check();
        string party = await ComplainantAsync(context, name, behalf);
        Command command = context.Command(new ContestAnswerRequest(request) { Words = "" }, id, behalf);
        return Shown((await Grain(name).ContestAsync(command, party, words)).OrThrow(), name.Region);
    }

    public override async Task<Complaint> CloseComplaint(CloseComplaintRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Name, "name", ComplaintContract.Complaints);
        bool byEntry = request.Entry.Length > 0;
        (RegionCode region, long index) = byEntry ? read.Entry(request.Entry, "entry") : default;
        if (byEntry && region != default && region != name.Region) read.Refuse("entry", "OTHER_REGION", ("region", $"{name.Region}"));
        if (byEntry && request.Reason.Length > 0) read.Refuse("reason", "MUST_BE_EMPTY");
        string reason = read.Text(request.Reason, "reason", MaxWords, required: !byEntry);
        read.Check();
        ClosingEntry? entry = byEntry ? new ClosingEntry(index, await CorrectionAsync(name, index, context.CancellationToken)) : null;
        ComplaintJudge judge = await JudgeAsync(context, name, PartyOf(context, null, name.Region));
        Command command = context.Command(new CloseComplaintRequest(request) { Reason = "" }, id);
        ComplaintWords? words = byEntry ? null : new ComplaintWords(reason);
        return Shown((await Grain(name).CloseAsync(command, judge, entry, words)).OrThrow(), name.Region);
    }

    public override async Task<Complaint> WithdrawComplaint(WithdrawComplaintRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Name, "name", ComplaintContract.Complaints);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, People);
        read.Check();
        string party = await ComplainantAsync(context, name, behalf);
        ComplaintJudge judge = await JudgeAsync(context, name, party);
        return Shown((await Grain(name).WithdrawAsync(context.Command(request, id, behalf), judge)).OrThrow(), name.Region);
    }

    public override async Task<Complaint> GetComplaint(GetComplaintRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", ComplaintContract.Complaints);
        read.Check();
        ComplaintView found = await FindAsync(name);
        Caller caller = context.Caller();
        if (caller.HasAny(Role.Counter, Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator))
            return Shown(found, name.Region);
        string party = PartyOf(context, null, name.Region);
        if (party.Length > 0 && found.Record.Complainant == party) return Shown(found, name.Region);
        if (party.Length == 0 || !found.Record.Parties.Contains(party)) throw Problem.Of(Reason.PartyNotAllowed);
        return Shown(found.WithoutWords(), name.Region);
    }

    public override async Task<ListComplaintsResponse> ListComplaints(ListComplaintsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? party = read.ResourceOrNull(
            request.Party, "party", PersonContract.Elders, PersonContract.Volunteers, VoucherContract.Providers);
        if (party is { } one) read.SameRegion(region, one, "party");
        SubjectName? subject = ReadSubject(read, region, request.Subject, required: false);
        ComplaintState? state = read.ChoiceOrNull(request.State, "state");
        int size = read.PageSize(request.PageSize);
        read.Check();
        var all = new RegistryQuery(region, ComplaintGrainState.Kind);
        await LearnDaysAsync(all, region, context.CancellationToken);
        if (party is { } reader) all = all.WhereOrMissing(new RegistryCondition(
            ComplaintGrainState.ReadersKey, reader.BelowRegion(), RegistryTest.Holds));
        string today = string.Create(CultureInfo.InvariantCulture, $"{ComplaintGrainState.Waiting} {clock.Today:O}");
        var isOpen = new RegistryCondition(ComplaintGrainState.OrderKey, ComplaintGrainState.Over, RegistryTest.Below);
        var isOverdue = new RegistryCondition(ComplaintGrainState.OrderKey, today, RegistryTest.Below);

        RegistryQuery query = request.OnlyOverdue ? all.WhereOrMissing(isOverdue) : request.OnlyOpen ? all.WhereOrMissing(isOpen) : all;
        if (state is { } only) query = query.WhereOrMissing(
            new RegistryCondition(ComplaintGrainState.StatePath, StoredName.Of(only.ToDomain())));
        if (subject is { } about && await subjects.FindAsync(about, context.CancellationToken) is var known) query = query.WhereOrMissing(
            new RegistryCondition(ComplaintGrainState.SubjectPath, (known?.Name ?? about).BelowRegion));
        RegistryCursor? after = tokens.Read(context, request, request.PageToken) is { } cursor
            ? new RegistryCursor(cursor.Split('|')[0], cursor.Split('|')[1]) : null;
        IReadOnlyList<RegistryRow<ComplaintGrainState>> rows = await registry.ListAsync<ComplaintGrainState>(
            query with { SortBy = ComplaintGrainState.OrderKey, After = after, Limit = size + 1 }, context.CancellationToken);
        var response = new ListComplaintsResponse
        {
            OpenCount = (int)await registry.CountAsync(all.Where(isOpen), context.CancellationToken),
            OverdueCount = (int)await registry.CountAsync(all.Where(isOverdue), context.CancellationToken),
            Unreadable = { rows.Take(size).Unreadable(region, ComplaintContract.Complaints) },
            Complaints =
            {
                rows.Take(size).Readable().Select(row => row.State.Complaint).OfType<ComplaintRecord>()
                    .Select(record => record.ToContract(region, clock.Today)),
            },
        };
        if (rows.Count > size) response.NextPageToken =
            tokens.Write(context, request, $"{rows[size - 1].Cursor.Sort}|{rows[size - 1].Cursor.Key}");
        return response;
    }

    private static SubjectName? ReadSubject(RequestReader read, RegionCode region, string text, bool required)
    {
        if (text.Length == 0)
        {
            if (required) read.Refuse("subject", "REQUIRED");
            return null;
        }
        if (SubjectName.Parse(text) is not { } name) read.Refuse("subject", "NOT_A_NAME", ("pattern", SubjectName.Pattern));
        else if (region != default && name.Region != region) read.Refuse("subject", "OTHER_REGION", ("region", $"{region}"));
        else return name;
        return null;
    }

    /// <summary>
    /// The parties that are told of the complaint. Where several providers share an entry, as they share a settlement's, none of them is
    /// told of another's.
    /// </summary>
    private static ImmutableArray<string> ReadersOf(ComplaintSubject subject, string complainant)
    {
        bool isShared = subject.Parties.Count(party => party.StartsWith(VoucherContract.Providers, StringComparison.Ordinal)) > 1;
        return isShared ? [complainant] : subject.Parties;
    }

    /// <summary>A complaint's id follows from these alone, so that two requests at once meet in one grain.</summary>
    private static OpaqueId IdOf(RegionCode region, ComplaintFiling filing, int number) => OpaqueId.From(EntryId.Of(
        filing.Complainant, Guid.Empty, string.Create(CultureInfo.InvariantCulture, $"complaint {region} {filing.Subject} {number}")));

    /// <summary>Staff who may complain about anything in their region, in their own name. A checker judges such complaints.</summary>
    private static bool MayComplainOfAll(Caller caller) => caller.HasAny(Role.FinanceMaker, Role.Administrator);

    private static string StaffOf(ServerCallContext context) => $"{ComplaintContract.Staff}{context.Caller().Subject}";

    /// <summary>The acting party without the region; empty for staff who act for nobody, and for a party of another region.</summary>
    private static string PartyOf(ServerCallContext context, ResourceName? behalf, RegionCode region) =>
        ResourceName.TryParse(context.ActingParty(behalf), out ResourceName? party) && party.Value.Region == region
            ? party.Value.BelowRegion() : "";

    /// <summary>As whom the caller contests or withdraws: their own party, or as staff who complained in their own name.</summary>
    private async Task<string> ComplainantAsync(ServerCallContext context, ResourceName name, ResourceName? behalf)
    {
        string own = PartyOf(context, behalf, name.Region);
        bool isStaffs = behalf is null && (await FindAsync(name)).Record.Complainant == StaffOf(context);
        return isStaffs ? StaffOf(context) : own;
    }

    /// <summary>With who recorded or corrected the movement up to now: it may be others than at the filing.</summary>
    private async Task<ComplaintJudge> JudgeAsync(ServerCallContext context, ResourceName name, string party) => new(
        party, (await subjects.FindAsync(SubjectOf(name, (await FindAsync(name)).Record), context.CancellationToken))?.Actors ?? []);

    private async Task<Correction> CorrectionAsync(ResourceName name, long index, CancellationToken cancellation)
    {
        ComplaintRecord complaint = (await FindAsync(name)).Record;
        return await subjects.CorrectionAsync(SubjectOf(name, complaint), complaint.Complainant, index, cancellation);
    }

    private static SubjectName SubjectOf(ResourceName name, ComplaintRecord complaint) =>
        SubjectName.Parse($"{ResourceName.OfRegion(name.Region)}/{complaint.Subject}")
        ?? throw new InvalidOperationException($"Complaint {complaint.Id} is about {complaint.Subject}, which is no name.");

    /// <summary>
    /// Complaints that were filed, answered or contested before the calendar of a year was there have their days once it is: lists and
    /// counts go by what is stored.
    /// </summary>
    private async Task LearnDaysAsync(RegistryQuery all, RegionCode region, CancellationToken cancellation)
    {
        string unknown = $"{ComplaintGrainState.Waiting} {ComplaintGrainState.Unknown}";
        RegistryQuery query = all.Where(new RegistryCondition(ComplaintGrainState.OrderKey, unknown, RegistryTest.AtLeast))
            .Where(new RegistryCondition(ComplaintGrainState.OrderKey, ComplaintGrainState.Open, RegistryTest.Below));
        foreach (RegistryRow<ComplaintGrainState> row in
            (await registry.ListAsync<ComplaintGrainState>(query with { Limit = LearntAtOnce }, cancellation)).Readable())
        {
            if (row.State.Complaint?.WithDays(WorkingCalendar.BuiltIn).WaitsUntil is not null)
                await grains.GetGrain<IComplaintGrain>(region, OpaqueId.Parse(row.Key)).LearnDaysAsync();
        }
    }

    private Complaint Shown(ComplaintView view, RegionCode region) => view.ToContract(region, clock.Today);

    private async Task<ComplaintView> FindAsync(ResourceName name) =>
        await Grain(name).GetAsync() ?? throw Problem.Of(Reason.ComplaintNotFound);

    private IComplaintGrain Grain(ResourceName name) => grains.GetGrain<IComplaintGrain>(name.GrainKey);
}
