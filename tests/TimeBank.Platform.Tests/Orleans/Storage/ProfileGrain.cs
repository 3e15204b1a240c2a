using Orleans;
using Orleans.Runtime;

namespace TimeBank.Platform.Tests.Orleans.Storage;

public sealed class ProfileGrain(
    [PersistentState("profile", "store")] IPersistentState<ProfileState> profile,
    [PersistentState("profile", "store")] IPersistentState<ProfileState> other) : Grain, IProfileGrain
{
    public Task<ProfileView> Get() => Task.FromResult(
        new ProfileView(profile.State.Name, profile.State.Changes, profile.RecordExists, !string.IsNullOrEmpty(profile.Etag)));

    public Task Set(string name) => SetAsync(profile, name);

    public Task SetByTheOther(string name) => SetAsync(other, name);

    public Task Clear() => profile.ClearStateAsync();

    public Task Reread() => profile.ReadStateAsync();

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private static Task SetAsync(IPersistentState<ProfileState> state, string name)
    {
        state.State.Name = name;
        state.State.Changes++;
        return state.WriteStateAsync();
    }
}
