using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Hosting;

public sealed class GreetingGrain(Greeting greeting) : Grain, IGreetingGrain
{
    public Task<string> Greet() => Task.FromResult($"{greeting.Text} {this.GetPrimaryKeyLong()}");

    public Task<IGreetingGrain> Itself() => Task.FromResult(this.AsReference<IGreetingGrain>());
}
