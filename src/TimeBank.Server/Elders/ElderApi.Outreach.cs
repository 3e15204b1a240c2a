using System.Globalization;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using FindingKind = TimeBank.V1.FindingKind;

namespace TimeBank.Server;

/// <content>Services find people: what is reported of elders, and the run that looks for whom it changes something.</content>
public sealed partial class ElderApi
{
    private const int MaxNotices = 2_000, PagesAtOnce = 4;

    public override async Task<ImportNoticesResponse> ImportNotices(ImportNoticesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        Slug source = read.Slug(request.Source, "source");
        if (request.Lines.Count == 0) read.Refuse("lines", "REQUIRED");
        if (request.Lines.Count > MaxNotices) read.Refuse("lines", "TOO_MANY", ("max", $"{MaxNotices}"));
        read.Check();
        AccessInterceptor.RequireKnown(region);
        return await new NoticeImport(grains, clock, log, region, source, context.Command(request, id))
            .RunAsync(request.Lines, context.CancellationToken);
    }

    public override async Task RunOutreach(RunOutreachRequest request, IServerStreamWriter<RunProgress> stream, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? begun = read.ResourceOrNull(request.Run, "run", OutreachRuns.Collection);
        if (begun is { } run) read.SameRegion(region, run, "run");
        read.Check();
        AccessInterceptor.RequireKnown(region);
        var report = new RunReport(stream, clock);
        await report.FollowAsync(
            outreach.PagesAsync(context.Command(request, id), region, begun?.Id, report, context.CancellationToken),
            context.CancellationToken);
    }

    public override async Task<ListOutreachRunsResponse> ListOutreachRuns(ListOutreachRunsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int size = read.PageSize(request.PageSize);
        read.Check();
        string[]? after = tokens.Read(context, request, request.PageToken)?.Split(' ', 2);
        var query = new RegistryQuery(region, OutreachState.Kind)
        {
            SortBy = OutreachState.BegunPath, Descending = true, Limit = size + 1,
            After = after is null ? null : new RegistryCursor(after[0], after[1]),
        };
        IReadOnlyList<RegistryRow<OutreachState>> rows = await registry.ListAsync<OutreachState>(query, context.CancellationToken);
        RegistryRow<OutreachState>[] page = [.. rows.Take(size)];
        var response = new ListOutreachRunsResponse { Unreadable = { page.Unreadable(region, OutreachRuns.Collection) } };
        response.Runs.Add(page.Readable().Where(row => row.State.Run is not null)
            .Select(row => row.State.Run!.ToContract(region, row.Key)));
        if (rows.Count > size)
            response.NextPageToken = tokens.Write(context, request, $"{page[^1].Cursor.Sort} {page[^1].Cursor.Key}");
        return response;
    }

    public override async Task<ListOutreachFindingsResponse> ListOutreachFindings(
        ListOutreachFindingsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName run = read.Resource(request.Run, "run", OutreachRuns.Collection);
        FindingKind? kind = read.ChoiceOrNull(request.Kind, "kind");
        int size = read.PageSize(request.PageSize);
        read.Check();
        OutreachRecord record = await grains.GetGrain<IOutreachGrain>(run.GrainKey).GetAsync()
            ?? throw Problem.Of(Reason.OutreachRunNotFound);
        // A place is the page before, and how many findings of the page are read.
        (string After, int Skip) place = Place(tokens.Read(context, request, request.PageToken));
        RegistryQuery query = new RegistryQuery(run.Region, OutreachPageState.Kind) { Limit = PagesAtOnce }
            .WhereOrMissing(new RegistryCondition(OutreachPageState.RunPath, run.Id));
        var response = new ListOutreachFindingsResponse();
        query = query with { After = place.After.Length == 0 ? null : new RegistryCursor("", place.After) };
        while (true)
        {
            IReadOnlyList<RegistryRow<OutreachPageState>> rows =
                await registry.ListAsync<OutreachPageState>(query, context.CancellationToken);
            // A page's key begins with its run's id: a damaged one of another run is not this list's.
            foreach (RegistryRow<OutreachPageState> row in rows.Where(row => row.Key.StartsWith($"{run.Id}-", StringComparison.Ordinal)))
            {
                foreach (FindingRecord finding in row.State.Page!.Findings.Skip(place.Skip))
                {
                    if (kind is null || finding.Kind.ToContract() == kind)
                    {
                        if (response.Findings.Count == size)
                        {
                            response.NextPageToken = tokens.Write(
                                context, request, string.Create(CultureInfo.InvariantCulture, $"{place.Skip} {place.After}"));
                            return response;
                        }
                        response.Findings.Add(finding.ToContract(run.Region, record.Day));
                    }
                    place.Skip++;
                }
                place = (row.Key, 0);
            }
            if (rows.Count < PagesAtOnce) return response;
            query = query with { After = rows[^1].Cursor };
        }
    }

    private static (string After, int Skip) Place(string? cursor)
    {
        if (cursor is null) return ("", 0);
        int blank = cursor.IndexOf(' ', StringComparison.Ordinal);
        return (cursor[(blank + 1)..], int.Parse(cursor[..blank], CultureInfo.InvariantCulture));
    }
}
