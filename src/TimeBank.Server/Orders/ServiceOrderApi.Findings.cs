using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using OrderState = TimeBank.Ledger.OrderState;

namespace TimeBank.Server;

/// <content>Patterns in the services of a period that staff should look at.</content>
public sealed partial class ServiceOrderApi
{
    private const int MaxFindingDays = 92, MaxFindingOrders = 100, ReadAtOnce = 1_000;

    private static readonly OrderState[] Served = [OrderState.CheckedOut, OrderState.InReview, OrderState.Disputed, OrderState.Confirmed];

    public override async Task<ListOrderFindingsResponse> ListOrderFindings(ListOrderFindingsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        DateOnly first = read.Day(request.Period?.FirstDay, "period.first_day"),
            last = read.Day(request.Period?.LastDay, "period.last_day");
        int size = read.PageSize(request.PageSize);
        read.Check();
        if (last < first) read.Refuse("period.last_day", "PERIOD_BACKWARDS");
        else if (last.DayNumber - first.DayNumber >= MaxFindingDays)
        {
            read.Refuse("period.last_day", "OUT_OF_RANGE", ("min", $"{first:yyyy-MM-dd}"),
                ("max", $"{first.AddDays(MaxFindingDays - 1):yyyy-MM-dd}"));
        }
        read.Check();

        Policy policy = await rules.PolicyAsync(region, last);
        string after = tokens.Read(context, request, request.PageToken) ?? "";
        PatternFinding[] found =
        [
            .. OrderPatterns
                .Find(await ServedAsync(region, first, last, context.CancellationToken), policy.Patterns, policy.Hours.SessionMax)
                .Where(finding => string.CompareOrdinal(finding.Key, after) > 0).Take(size + 1),
        ];
        var response = new ListOrderFindingsResponse();
        response.Findings.Add(found.Take(size).Select(finding => ToContract(finding, region)));
        if (found.Length > size) response.NextPageToken = tokens.Write(context, request, found[size - 1].Key);
        return response;
    }

    private async Task<List<ServedOrder>> ServedAsync(
        RegionCode region, DateOnly first, DateOnly last, CancellationToken cancellation)
    {
        var orders = new List<ServedOrder>();
        RegistryQuery query = Query(region, null, null, null, first, last)
            .Where([.. Served.Select(state => new RegistryCondition(ServiceOrderState.StateKey, StoredName.Of(state)))]);
        query = query with { SortBy = ServiceOrderState.PlannedStartKey, Limit = ReadAtOnce };
        IReadOnlyList<RegistryRow<ServiceOrderState>> page;
        do
        {
            page = await registry.ListAsync<ServiceOrderState>(query, cancellation);
            orders.AddRange(page.Readable().Select(row => new ServedOrder(
                row.Id, PersonCalls.Volunteers + row.State.Volunteer, row.State.Recipient, ChinaTime.DateOf(row.State.PlannedStart),
                new Minutes(row.State.CreditedMinutes ?? row.State.ServedMinutes ?? 0), IsFar(row.State))));
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == ReadAtOnce);
        return orders;
    }

    private static bool IsFar(ServiceOrderState order) =>
        new[] { order.Begin, order.End }.Any(end => end?.Doubts.Contains(Ledger.EvidenceDoubt.Far) == true);

    private static OrderFinding ToContract(PatternFinding found, RegionCode region)
    {
        var contract = new OrderFinding { Pattern = found.Pattern.ToContract(), Count = found.Number, OrderCount = found.Orders.Length };
        contract.Persons.Add(found.Persons.Select(person => PersonContract.PersonOf(region, person)));
        contract.Orders.Add(found.Orders.Take(MaxFindingOrders).Select(order => ResourceName.Of(region, OrderContract.Orders, order)));
        (string chinese, string english) = found.Pattern switch
        {
            Ledger.OrderPattern.SamePairDaily =>
                ($"同样的两个人连续{found.Number}天都有服务。", $"The same two persons met on {found.Number} days in a row."),
            Ledger.OrderPattern.AlwaysMaximum =>
                ($"{found.Number}次服务每次都正好是最长时间。", $"All {found.Number} services were exactly of the longest length."),
            Ledger.OrderPattern.FarFromHome =>
                ($"{found.Number}次服务的签到或签退离服务对象住处太远。", $"In {found.Number} services a record was far from the recipient's home."),
            Ledger.OrderPattern.RingOfThree =>
                ($"三个人轮流互相服务，共{found.Number}次。", $"Three persons served each other in a ring, {found.Number} times."),
            Ledger.OrderPattern.None => throw new ArgumentOutOfRangeException(nameof(found)),
        };
        contract.Texts.Add("zh-CN", chinese);
        contract.Texts.Add("en", english);
        return contract;
    }
}
