using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Activations;

[Alias("TimeBank.Platform.Tests.ILifeGrain")]
public interface ILifeGrain : IGrainWithStringKey
{
    /// <summary>Which instance of this grain answers, counted from 1.</summary>
    [Alias("Instance")]
    Task<int> Instance();

    /// <summary>Asks to be deactivated, raises <c>{key} asked</c> and goes on until <c>{key} go</c>.</summary>
    [Alias("Leave")]
    Task<int> Leave();
}
