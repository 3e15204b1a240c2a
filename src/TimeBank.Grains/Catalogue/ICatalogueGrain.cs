using Orleans;

namespace TimeBank.Grains;

/// <summary>The catalogue versions of a region; key: the region's code.</summary>
[Alias("timebank.catalogue")]
public interface ICatalogueGrain : IGrainWithStringKey
{
    /// <summary>The service list in force on a day.</summary>
    [Alias("at")]
    Task<CatalogueMessage> AtAsync(DateOnly day);
}
