using Orleans.Storage;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Storage;

/// <summary>What grains may expect of their states, whatever the store.</summary>
public abstract class GrainStateTests
{
    [Fact]
    public async Task A_state_starts_empty_and_is_kept_over_deactivation()
    {
        await using Cluster cluster = await StartAsync();
        IProfileGrain grain = cluster.Client.GetGrain<IProfileGrain>("430211/kept");
        Assert.Equal(new ProfileView("nobody", 0, RecordExists: false, HasETag: false), await grain.Get());
        await grain.Set("李奶奶");
        Assert.Equal(new ProfileView("李奶奶", 1, RecordExists: true, HasETag: true), await grain.Get());
        await grain.Leave();
        Assert.Equal(new ProfileView("李奶奶", 1, RecordExists: true, HasETag: true), await grain.Get());
    }

    [Fact]
    public async Task Two_first_writes_conflict()
    {
        await using Cluster cluster = await StartAsync();
        IProfileGrain grain = cluster.Client.GetGrain<IProfileGrain>("430211/first");
        await grain.Set("one");
        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.SetByTheOther("two"));
    }

    [Fact]
    public async Task A_write_over_a_newer_version_conflicts_and_ends_the_activation()
    {
        await using Cluster cluster = await StartAsync();
        IProfileGrain grain = cluster.Client.GetGrain<IProfileGrain>("430211/stale");
        await grain.Set("one");
        await grain.Leave();

        // Both copies are read afresh, and only one of them sees the next write.
        await grain.Set("two");
        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.SetByTheOther("three"));

        // The next activation has read what is stored.
        await grain.SetByTheOther("four");
        await grain.Reread();
        Assert.Equal(("four", 3), await NameAndChanges(grain));
    }

    [Fact]
    public async Task A_cleared_state_is_empty_and_can_be_written_again()
    {
        await using Cluster cluster = await StartAsync();
        IProfileGrain grain = cluster.Client.GetGrain<IProfileGrain>("430211/cleared");
        await grain.Set("one");
        await grain.Clear();
        Assert.Equal(("nobody", 0), await NameAndChanges(grain));
        await grain.Leave();
        Assert.False((await grain.Get()).RecordExists);
        await grain.Set("two");
        await grain.Leave();
        Assert.Equal(("two", 1), await NameAndChanges(grain));
    }

    [Fact]
    public async Task Each_key_has_a_state_of_its_own()
    {
        await using Cluster cluster = await StartAsync();
        string[] keys = ["430211", "430211/a", "430211/A", "43021", "0123456789abcdef0123456789abcdef"];
        foreach (string key in keys) await cluster.Client.GetGrain<IProfileGrain>(key).Set(key);
        foreach (string key in keys)
        {
            await cluster.Client.GetGrain<IProfileGrain>(key).Leave();
            Assert.Equal((key, 1), await NameAndChanges(cluster.Client.GetGrain<IProfileGrain>(key)));
        }
    }

    [Fact]
    public async Task A_grain_of_one_state_keeps_it()
    {
        await using Cluster cluster = await StartAsync();
        IPlainStateGrain grain = cluster.Client.GetGrain<IPlainStateGrain>("430211/plain");
        Assert.Equal(1, await grain.Add());
        await grain.Leave();
        Assert.Equal(2, await grain.Add());
    }

    private protected abstract Task<Cluster> StartAsync();

    private static async Task<(string Name, int Changes)> NameAndChanges(IProfileGrain grain)
    {
        ProfileView view = await grain.Get();
        return (view.Name, view.Changes);
    }
}
