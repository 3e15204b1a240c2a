using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Calls;

public sealed class FilteredGrain : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.MethodName == nameof(Say)) context.Result = $"own({context.Result})";
    }

    public Task<string> Say(string text) => text == "fail" ? throw new InvalidOperationException("said fail") : Task.FromResult(text);

    public Task<string> SayThere(string other, string text) => GrainFactory.GetGrain<IFilteredGrain>(other).Say(text);
}
