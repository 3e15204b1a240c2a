using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Activations;

[Alias("TimeBank.Platform.Tests.IUnmakableGrain")]
public interface IUnmakableGrain : IGrainWithStringKey
{
    [Alias("Answer")]
    Task<string> Answer();
}
