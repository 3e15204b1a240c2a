using System.Collections.Concurrent;
using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The policy and the service list of a day. A version takes effect tomorrow at the earliest, so the rules of a day that has begun are
/// final: one question to their grains serves every later call in this process.
/// </summary>
public sealed class DayRules(IGrainFactory grains, BusinessClock clock)
{
    private const int MaxKept = 1_000;

    private readonly ConcurrentDictionary<(RegionCode Region, DateOnly Day), Policy> _policies = new();
    private readonly ConcurrentDictionary<(RegionCode Region, DateOnly Day), Catalogue> _catalogues = new();

    public ValueTask<Policy> PolicyAsync(RegionCode region, DateOnly day) =>
        AtAsync(_policies, region, day, static (grains, region, day) => grains.GetGrain<IPolicyGrain>(region.ToString()).AtAsync(day));

    /// <summary>Every policy that was in force on a day of a span, the latest first, each with the last of its days.</summary>
    public async ValueTask<ImmutableArray<(Policy Policy, DateOnly Last)>> PoliciesAsync(RegionCode region, DateOnly from, DateOnly to)
    {
        var found = ImmutableArray.CreateBuilder<(Policy, DateOnly)>();
        DateOnly day = to;
        while (true)
        {
            Policy policy = await PolicyAsync(region, day);
            found.Add((policy, day));
            // The first policy of all holds before its first day too.
            if (policy.Effective <= from || policy.Effective > day) return found.ToImmutable();
            day = policy.Effective.AddDays(-1);
        }
    }

    public ValueTask<Catalogue> CatalogueAsync(RegionCode region, DateOnly day) =>
        AtAsync(_catalogues, region, day, static (grains, region, day) => grains.GetGrain<ICatalogueGrain>(region.ToString()).AtAsync(day));

    /// <summary>Until when a page offers to take an entry back, by the policy of the day on which it was recorded.</summary>
    public async ValueTask<DateTimeOffset> UndoUntilAsync(JournalEntry entry) =>
        (await PolicyAsync(entry.Region, ChinaTime.DateOf(entry.Time.ToDateTimeOffset()))).UndoUntil(entry.Time);

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
