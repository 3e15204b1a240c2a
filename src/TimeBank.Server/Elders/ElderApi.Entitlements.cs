using System.Collections.Immutable;
using System.Globalization;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Programme = TimeBank.Ledger.Programme;

namespace TimeBank.Server;

/// <content>An elder's entitlements of a month: hours and vouchers, or the reason why not.</content>
public sealed partial class ElderApi
{
    public override async Task<ListEntitlementsResponse> ListEntitlements(ListEntitlementsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Elder, "elder", PersonContract.Elders);
        DateOnly today = clock.Today, thisMonth = new(today.Year, today.Month, 1);
        DateOnly month = request.Month is null ? thisMonth : read.Month(request.Month, "month");
        int size = read.PageSize(request.PageSize);
        read.Check();
        int start = tokens.Read(context, request, request.PageToken) is { } cursor ? int.Parse(cursor, CultureInfo.InvariantCulture) : 0;

        ElderRecord elder = await grains.Elder(name).GetAsync() ?? throw Problem.Of(Reason.ElderNotFound);
        DateOnly day = DayOf(month, today);
        Policy policy = await rules.PolicyAsync(name.Region, day);
        (IReadOnlyDictionary<Slug, Programme> programmes, ImmutableArray<string> unreadable) =
            await registry.ProgrammesAsync(name.Region, context.CancellationToken);
        V1.Entitlement[] all = [await HoursOfAsync(name, elder, month, day, policy),
            .. await ProgrammesOfAsync(name, elder, month, day, policy, programmes, context.CancellationToken)];
        var response = new ListEntitlementsResponse
        {
            Unreadable = { unreadable.Select(id => ResourceName.Of(name.Region, FundContract.Programmes, id)) },
        };
        response.Entitlements.Add(all.Skip(start).Take(size));
        if (start + size < all.Length) response.NextPageToken =
            tokens.Write(context, request, (start + size).ToString(CultureInfo.InvariantCulture));
        return response;
    }

    private async Task<V1.Entitlement> HoursOfAsync(ResourceName name, ElderRecord elder, DateOnly month, DateOnly day, Policy policy)
    {
        EntitledHours hours = (await grains.Elder(name).EntitledHoursAsync(month)).OrThrow();
        Ledger.Entitlement answer = IssuedHoursRule.Judge(elder.Facts(name.Region), day, policy);
        // What is issued stays, even if the elder would get none today.
        bool isKept = hours.Issued && !answer.IsGranted;
        return (isKept ? answer with { Amount = hours.Minutes, Reason = EntitlementReason.None, AssessedUntil = null } : answer)
            .ToContract(name.Region, null, hours.Issued);
    }

    private async Task<IEnumerable<V1.Entitlement>> ProgrammesOfAsync(ResourceName name, ElderRecord elder, DateOnly month, DateOnly day,
        Policy policy, IReadOnlyDictionary<Slug, Programme> all, CancellationToken cancellation)
    {
        Programme[] programmes = [.. all.Values.OrderBy(programme => programme.Id.Text, StringComparer.Ordinal)];
        if (programmes.Length == 0) return [];
        var id = OpaqueId.Parse(name.Id);
        Func<int, EntryId> IssueIds(Programme programme) => again => programme.IssueId(name.Region, month, id, again);
        IReadOnlyList<IssuedVoucher> vouchers = await IssuedVouchers.FindAsync(
            grains.Writer(name.Region), ledger, name.Region, [.. programmes.Select(IssueIds)], cancellation);
        return programmes.Zip(vouchers, (programme, voucher) =>
            ProgrammeRule.Judge(programme, elder.Facts(name.Region), day, policy, all)
                .ToContract(name.Region, programme.Id, voucher.IsIssued));
    }

    /// <summary>The day whose facts decide: a past month's last day, today for this month, a future month's first day.</summary>
    private static DateOnly DayOf(DateOnly month, DateOnly today) =>
        month > today ? month : month.AddMonths(1) > today ? today : month.AddMonths(1).AddDays(-1);
}
