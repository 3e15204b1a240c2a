using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>The price that hours are judged by, as a caller asks for it: an amount, an item of the service list, or neither.</summary>
public sealed record HourPriceAsked(Fen? PerHour, Slug? Item);

/// <summary>What a guarantee fund has, and what an hour costs.</summary>
public sealed class GuaranteeReader(ILedgerReader ledger, DayRules rules)
{
    private const int MinutesPerHour = 60;

    public static readonly Slug Fund = Slug.Parse("guarantee");

    /// <summary>What a region's guarantee fund had and owed while the journal had so many entries; in fen.</summary>
    public async Task<(Int128 Has, Int128 Owes)> FundAsync(RegionCode region, long size, CancellationToken cancellation)
    {
        async Task<Int128> CreditAsync(AccountPath path) =>
            (await ledger.FlowsAsync(region, new AccountFilter(path.Text), byCounter: false, [size], cancellation)).NetCredit();
        return (await CreditAsync(Chart.FundAvailable(Fund).Path), -await CreditAsync(Chart.FundOwed(Fund).Path));
    }

    /// <summary>The price that was asked for, and where it stands; null where none was.</summary>
    /// <exception cref="Grpc.Core.RpcException">ITEM_NOT_FOUND.</exception>
    public async Task<(HourPrice Price, string Source)?> PriceAsync(RegionCode region, HourPriceAsked asked, DateOnly day)
    {
        if (asked.PerHour is { } perHour) return (new HourPrice(perHour, new Minutes(MinutesPerHour)), "");
        if (asked.Item is not { } id) return null;
        Catalogue list = await rules.CatalogueAsync(region, day);
        if (list.Find(id) is not { StandardMinutes.Value: > 0 } item
            || (item.ContractPrice ?? item.CeilingPrice) is not { Value: > 0 } price)
            throw Problem.Of(Reason.ItemNotFound, ("item", id.Text));
        return (new HourPrice(price, item.StandardMinutes), $"{list.Region}/{list.Version} {id}");
    }
}
