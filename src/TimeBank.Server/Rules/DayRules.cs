using System.Collections.Concurrent;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The one way to the policy and the service list that a day is judged by. A version takes effect tomorrow at the earliest, so the answer
/// for a day that has begun is final: it is kept, and the grains are asked once for it.
/// </summary>
public sealed class DayRules(IGrainFactory grains, BusinessClock clock)
{
    private const int MaxKept = 1_000;

    private readonly ConcurrentDictionary<(RegionCode Region, DateOnly Day), Policy> _policies = new();
    private readonly ConcurrentDictionary<(RegionCode Region, DateOnly Day), Catalogue> _catalogues = new();

    public ValueTask<Policy> PolicyAsync(RegionCode region, DateOnly day) =>
        AtAsync(_policies, region, day, static (grains, region, day) => grains.GetGrain<IPolicyGrain>(region.ToString()).AtAsync(day));

    public ValueTask<Catalogue> CatalogueAsync(RegionCode region, DateOnly day) =>
        AtAsync(_catalogues, region, day, static (grains, region, day) => grains.GetGrain<ICatalogueGrain>(region.ToString()).AtAsync(day));

    private async ValueTask<T> AtAsync<T>(ConcurrentDictionary<(RegionCode, DateOnly), T> final, RegionCode region, DateOnly day,
        Func<IGrainFactory, RegionCode, DateOnly, Task<T>> ask)
    {
        if (final.TryGetValue((region, day), out T? kept)) return kept;
        T found = await ask(grains, region, day);
        if (day > clock.Today) return found;
        if (final.Count >= MaxKept) final.Clear();
        return final[(region, day)] = found;
    }
}
