using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Hosting;

[Alias("TimeBank.Platform.Tests.IGreetingGrain")]
public interface IGreetingGrain : IGrainWithIntegerKey
{
    [Alias("Greet")]
    Task<string> Greet();

    [Alias("Itself")]
    Task<IGreetingGrain> Itself();
}
