using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Activations;

[Alias("TimeBank.Platform.Tests.IFragileGrain")]
public interface IFragileGrain : IGrainWithStringKey
{
    [Alias("Answer")]
    Task<string> Answer();
}
