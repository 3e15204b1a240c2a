using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class GuardedGrainStorageTests
{
    private static readonly GrainId Volunteer = GrainId.Create("volunteer", "430211/0123456789AB");

    [Fact]
    public async Task A_state_that_is_late_is_an_outage_and_what_arrives_afterwards_changes_nothing()
    {
        var time = new ManualTime();
        var slow = new SlowStates();
        var guard = new GuardedGrainStorage(slow, time, NullLogger<GuardedGrainStorage>.Instance);
        var state = new GrainState<VolunteerState>(new VolunteerState { DisplayName = "before" });

        Task read = guard.ReadStateAsync("volunteer", Volunteer, state);
        Assert.Equal(GuardedGrainStorage.Patience, await time.PassAsync());

        StorageUnavailableException late = await Assert.ThrowsAsync<StorageUnavailableException>(() => read);
        Assert.Contains("volunteer", late.Message, StringComparison.Ordinal);
        slow.Gate.SetResult();
        await slow.Read!;
        Assert.Equal("before", state.State!.DisplayName);
        Assert.False(state.RecordExists);
    }

    [Fact]
    public async Task A_state_that_is_in_time_arrives_with_its_version()
    {
        var slow = new SlowStates();
        slow.Gate.SetResult();
        var state = new GrainState<VolunteerState>(new VolunteerState { DisplayName = "before" });

        await new GuardedGrainStorage(slow, new ManualTime(), NullLogger<GuardedGrainStorage>.Instance)
            .ReadStateAsync("volunteer", Volunteer, state);

        Assert.Equal(("after", "7", true), (state.State!.DisplayName, state.ETag, state.RecordExists));
    }

    /// <summary>A storage that answers when the test lets it.</summary>
    private sealed class SlowStates : IGrainStorage
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task? Read { get; private set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Read = ReadAsync(grainState);

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

        private async Task ReadAsync<T>(IGrainState<T> grainState)
        {
            await Gate.Task;
            grainState.State = (T)(object)new VolunteerState { DisplayName = "after" };
            (grainState.ETag, grainState.RecordExists) = ("7", true);
        }
    }
}
