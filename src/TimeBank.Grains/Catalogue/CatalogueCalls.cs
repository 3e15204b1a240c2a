using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>What grains ask the catalogue for.</summary>
internal static class CatalogueCalls
{
    /// <summary>The service list in force in a region on a day.</summary>
    public static async Task<Ledger.Catalogue> CatalogueAsync(this IGrainFactory grains, RegionCode region, DateOnly day) =>
        (await grains.GetGrain<ICatalogueGrain>(region.ToString()).AtAsync(day)).Catalogue;
}
