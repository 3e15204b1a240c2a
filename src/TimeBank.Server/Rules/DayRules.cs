using System.Collections.Concurrent;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The policy and the service list that a day is judged by. Those of a day that has begun are final (a version takes effect tomorrow at the
/// earliest), so that
/// their grains are asked once and not by every voucher.
/// </summary>
public sealed class DayRules(IGrainFactory grains, BusinessClock clock)
{
    private const int MaxKept = 1_000;

    private readonly ConcurrentDictionary<(RegionCode Region, DateOnly Day), (Policy Policy, Ledger.Catalogue Catalogue)> _final = new();

    public async ValueTask<(Policy Policy, Ledger.Catalogue Catalogue)> AtAsync(RegionCode region, DateOnly day)
    {
        if (_final.TryGetValue((region, day), out (Policy, Ledger.Catalogue) kept)) return kept;
        (Policy, Ledger.Catalogue) found = (await grains.PolicyAsync(region, day), await grains.CatalogueAsync(region, day));
        if (day > clock.Today) return found;
        if (_final.Count >= MaxKept) _final.Clear();
        return _final[(region, day)] = found;
    }
}
