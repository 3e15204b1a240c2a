using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Calls;

[Alias("TimeBank.Platform.Tests.IFilteredGrain")]
public interface IFilteredGrain : IGrainWithStringKey
{
    [Alias("Say")]
    Task<string> Say(string text);

    [Alias("SayThere")]
    Task<string> SayThere(string other, string text);
}
