using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Turns;

[Alias("TimeBank.Platform.Tests.ICallChainGrain")]
public interface ICallChainGrain : IGrainWithStringKey
{
    /// <summary>Asks the other grain, which asks this one; with or without leave to come back.</summary>
    [Alias("AskAround")]
    Task<string> AskAround(string other, bool allowed);

    [Alias("AskBack")]
    Task<string> AskBack(string first);

    [Alias("Answer")]
    Task<string> Answer();
}
