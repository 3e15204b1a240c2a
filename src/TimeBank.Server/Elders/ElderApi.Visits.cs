using System.Collections.Immutable;
using System.Globalization;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>Monthly visits: the register, and whom a month misses.</content>
public sealed partial class ElderApi
{
    private const int EldersAtOnce = 1_000;

    public override async Task<Visit> RecordVisit(RecordVisitRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        DateOnly day = read.PastDay(request.VisitedDate, "visited_date", clock.Today);
        V1.VisitMethod method = read.Choice(request.Method, "method");
        V1.VisitFinding finding = read.Choice(request.Finding, "finding");
        ResourceName? volunteer = read.ResourceOrNull(request.Volunteer, "volunteer", PersonContract.Volunteers);
        read.Check();
        if (volunteer is { } visitor && await grains.GetGrain<IVolunteerGrain>(visitor.GrainKey).GetAsync() is null)
            throw Problem.Of(Reason.VolunteerNotFound);

        Command command = context.Command(request, id);
        Reply<VisitRecord> reply = await grains.Elder(elder).RecordVisitAsync(command, new VisitRecord(
            command.Id.ToString(), day, method.ToDomain(), finding.ToDomain(), volunteer?.GrainKey.ToString() ?? "", command.Actor,
            default));
        return ToContract(elder, reply.OrThrow());
    }

    public override async Task<ListVisitsResponse> ListVisits(ListVisitsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        int size = read.PageSize(request.PageSize);
        read.Check();
        // A page begins by how many visits were recorded before it, which later ones don't move.
        int? before = tokens.Read(context, request, request.PageToken) is { } cursor
            ? int.Parse(cursor, CultureInfo.InvariantCulture) : null;
        ImmutableArray<VisitRecord> all = await grains.Elder(elder).VisitsAsync() ?? throw Problem.Of(Reason.ElderNotFound);
        int end = Math.Min(before ?? all.Length, all.Length), first = Math.Max(0, end - size);
        var response = new ListVisitsResponse();
        response.Visits.Add(all[first..end].Reverse().Select(visit => ToContract(elder, visit)));
        if (first > 0) response.NextPageToken = tokens.Write(context, request, first.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    public override async Task<ListMissedVisitsResponse> ListMissedVisits(ListMissedVisitsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        DateOnly today = clock.Today, thisMonth = new(today.Year, today.Month, 1);
        DateOnly month = request.Month is null ? thisMonth : read.Month(request.Month, "month");
        if (month > thisMonth) read.Refuse("month", "IN_FUTURE");
        VisitGround? ground = read.ChoiceOrNull(request.Ground, "ground");
        int size = read.PageSize(request.PageSize);
        read.Check();

        string? after = tokens.Read(context, request, request.PageToken);
        Policy policy = await rules.PolicyAsync(region, VisitRule.DecidingDay(month, today));
        var answer = new ListMissedVisitsResponse { Alert = VisitRule.IsAlert(month, today, policy.Visits) };
        var counts = new VisitCounts();
        await foreach (RegistryRow<ElderState> row in EldersAsync(region, after, context.CancellationToken))
        {
            if (!row.IsReadable)
            {
                if (after is null) answer.Unreadable.Add(ResourceName.Of(region, PersonContract.Elders, row.Key));
                continue;
            }
            VisitGrounds grounds =
                VisitRule.GroundsOf(row.State.ToRecord(row.Id).Facts(region), row.State.Registered, month, today, policy);
            if (grounds == VisitGrounds.None) continue;
            VisitRecord[] visits = [.. (row.State.Visits ?? []).Where(visit => visit.Day < month.AddMonths(1))];
            VisitRecord[] inMonth = [.. visits.Where(visit => visit.Day >= month)];
            bool isVisited = inMonth.Any(visit => visit.Finding != Ledger.VisitFinding.NotMet);
            counts.Add(grounds, isVisited);
            if (isVisited || (ground is { } only && !grounds.ToContract().Contains(only)) || answer.NextPageToken.Length > 0) continue;
            if (answer.Missed.Count == size)
            {
                answer.NextPageToken = tokens.Write(context, request, answer.Missed[^1].Elder.Split('/')[^1]);
                // Only the first page has the rates, which need everybody.
                if (after is not null) break;
                continue;
            }
            DateOnly? last = visits.Where(visit => visit.Finding != Ledger.VisitFinding.NotMet).Max(visit => (DateOnly?)visit.Day);
            answer.Missed.Add(new MissedVisit
            {
                Elder = ResourceName.Of(region, PersonContract.Elders, row.Id), DisplayName = row.State.DisplayName,
                Grounds = { grounds.ToContract() }, LastVisitedDate = last?.ToContract(), Attempts = inMonth.Length,
            });
        }
        if (after is null) answer.Rates.Add(counts.Rates());
        return answer;
    }

    private async IAsyncEnumerable<RegistryRow<ElderState>> EldersAsync(
        RegionCode region, string? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        RegistryQuery query = new(region, ElderState.Kind)
        {
            After = after is null ? null : new RegistryCursor("", after), Limit = EldersAtOnce,
        };
        while (true)
        {
            IReadOnlyList<RegistryRow<ElderState>> rows = await registry.ListAsync<ElderState>(query, cancellation);
            foreach (RegistryRow<ElderState> row in rows) yield return row;
            if (rows.Count < EldersAtOnce) yield break;
            query = query with { After = rows[^1].Cursor };
        }
    }

    private static Visit ToContract(ResourceName elder, VisitRecord visit) => new()
    {
        Elder = elder.ToString(), VisitedDate = visit.Day.ToContract(), Method = visit.Method.ToContract(),
        Finding = visit.Finding.ToContract(), RecordedBy = visit.By, RecordedDate = visit.Recorded.ToContract(),
        Volunteer = visit.Volunteer.Length == 0 ? "" : VolunteerName(GrainKey.Parse(visit.Volunteer)),
    };

    private static string VolunteerName(GrainKey key) => ResourceName.Of(key.Region, PersonContract.Volunteers, key.LocalId);

    /// <summary>Counts elders by ground, and all of them once.</summary>
    private sealed class VisitCounts
    {
        private readonly SortedDictionary<VisitGround, (long Due, long Visited)> _counts = new() { [VisitGround.Unspecified] = default };

        public void Add(VisitGrounds grounds, bool isVisited)
        {
            foreach (VisitGround ground in grounds.ToContract().Prepend(VisitGround.Unspecified))
            {
                (long due, long visited) = _counts.GetValueOrDefault(ground);
                _counts[ground] = (due + 1, visited + (isVisited ? 1 : 0));
            }
        }

        public IEnumerable<VisitRate> Rates() => _counts.Select(count => new VisitRate
        {
            Ground = count.Key, Due = count.Value.Due, Visited = count.Value.Visited,
        });
    }
}
