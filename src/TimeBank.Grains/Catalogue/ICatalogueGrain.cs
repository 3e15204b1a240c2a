using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>The catalogue versions of a region; key: the region's code.</summary>
[Alias("timebank.catalogue")]
public interface ICatalogueGrain : IVersionsGrain
{
    /// <summary>The service list in force on a day, the region's own or the nearest wider one's; before the first one that one.</summary>
    [Alias("at"), ReadOnly]
    Task<CatalogueMessage> AtAsync(DateOnly day);
}
