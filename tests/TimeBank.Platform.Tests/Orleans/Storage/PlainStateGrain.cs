using Orleans;
using Orleans.Providers;

namespace TimeBank.Platform.Tests.Orleans.Storage;

[StorageProvider(ProviderName = "store")]
public sealed class PlainStateGrain : Grain<ProfileState>, IPlainStateGrain
{
    public async Task<int> Add()
    {
        State.Changes++;
        await WriteStateAsync();
        return State.Changes;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
