using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Activations;

[Alias("TimeBank.Platform.Tests.IIdleGrain")]
public interface IIdleGrain : IGrainWithStringKey
{
    /// <summary>Wakes the grain, which may ask to be kept for long.</summary>
    [Alias("Wake")]
    Task Wake(bool keep);
}
