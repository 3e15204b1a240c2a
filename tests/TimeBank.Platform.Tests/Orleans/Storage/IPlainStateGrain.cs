using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Storage;

[Alias("TimeBank.Platform.Tests.IPlainStateGrain")]
public interface IPlainStateGrain : IGrainWithStringKey
{
    [Alias("Add")]
    Task<int> Add();

    [Alias("Leave")]
    Task Leave();
}
