using System.Globalization;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Entitlement = TimeBank.V1.Entitlement;
using Programme = TimeBank.Ledger.Programme;

namespace TimeBank.Server;

/// <content>An elder's entitlements of a month: hours and vouchers, or the reason why not.</content>
public sealed partial class ElderApi
{
    private const int MaxProgrammes = 1_000;

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
        Entitlement[] all = [await HoursOfAsync(name, month),
            .. await ProgrammesOfAsync(name, elder, month, DayOf(month, today), context.CancellationToken)];
        var response = new ListEntitlementsResponse();
        response.Entitlements.Add(all.Skip(start).Take(size));
        if (start + size < all.Length) response.NextPageToken =
            tokens.Write(context, request, (start + size).ToString(CultureInfo.InvariantCulture));
        return response;
    }

    private async Task<Entitlement> HoursOfAsync(ResourceName elder, DateOnly month)
    {
        EntitledHours hours = (await grains.Elder(elder).EntitledHoursAsync(month)).OrThrow();
        return Line("", Unit.Minutes, hours.Minutes, hours.Issued, hours.Reason);
    }

    private async Task<IEnumerable<Entitlement>> ProgrammesOfAsync(ResourceName name, ElderRecord elder, DateOnly month, DateOnly day,
        CancellationToken cancellation)
    {
        IReadOnlyList<RegistryRow<ProgrammeState>> rows =
            await registry.ListAsync<ProgrammeState>(new RegistryQuery(name.Region, ProgrammeState.Kind) { Limit = MaxProgrammes },
            cancellation);
        Programme[] programmes =
            [.. rows.Select(row => row.State.Programme).OfType<ProgrammeRecord>().Select(record => record.ToProgramme())];
        if (programmes.Length == 0) return [];
        Policy policy = await rules.PolicyAsync(name.Region, day);
        var id = OpaqueId.Parse(name.Id);
        Func<int, EntryId> IssueIds(Programme programme) => again => programme.IssueId(name.Region, month, id, again);
        IReadOnlyList<IssuedVoucher> vouchers = await IssuedVouchers.FindAsync(
            grains.Writer(name.Region), ledger, name.Region, [.. programmes.Select(IssueIds)], cancellation);
        return programmes.Zip(vouchers, (programme, voucher) =>
        {
            ProgrammeGrant grant = ProgrammeRule.Judge(programme, elder.Facts(name.Region), day, policy);
            string resource = ResourceName.Of(name.Region, "programmes", programme.Id);
            return Line(resource, programme.Unit, grant.Amount, voucher.IsIssued, grant.Refusal?.Reason ?? Reason.None);
        });
    }

    private static Entitlement Line(string programme, Unit unit, long amount, bool issued, Reason reason)
    {
        bool entitled = reason == Reason.None;
        return new Entitlement
        {
            Programme = programme,
            Entitled = entitled,
            Reason = entitled ? "" : ReasonCatalogue.Name(reason),
            Amount = entitled ? unit.Of(amount) : null,
            Issued = issued,
        };
    }

    /// <summary>The day whose facts decide: a past month's last day, today for this month, a future month's first day.</summary>
    private static DateOnly DayOf(DateOnly month, DateOnly today) =>
        month > today ? month : month.AddMonths(1) > today ? today : month.AddMonths(1).AddDays(-1);
}
