using Orleans;
using Orleans.Runtime;

namespace TimeBank.Platform.Tests.Orleans.Turns;

public sealed class CallChainGrain : Grain, ICallChainGrain
{
    public async Task<string> AskAround(string other, bool allowed)
    {
        ICallChainGrain grain = GrainFactory.GetGrain<ICallChainGrain>(other);
        string mine = this.GetPrimaryKeyString();
        if (!allowed) return await grain.AskBack(mine);
        using RequestContext.ReentrancySection section = RequestContext.AllowCallChainReentrancy();
        return await grain.AskBack(mine);
    }

    public Task<string> AskBack(string first) => GrainFactory.GetGrain<ICallChainGrain>(first).Answer();

    public Task<string> Answer() => Task.FromResult($"{this.GetPrimaryKeyString()} answers");
}
