using System.Globalization;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Storage;

public sealed class SqliteGrainStateTests : GrainStateTests, IDisposable
{
    private readonly StateDatabase database = new();

    [Fact]
    public async Task States_outlive_the_silo()
    {
        await using (Cluster first = await StartAsync("timebank"))
            await first.Client.GetGrain<IProfileGrain>("430211/outlives").Set("one");
        await using Cluster second = await StartAsync("timebank");
        Assert.Equal("one", (await second.Client.GetGrain<IProfileGrain>("430211/outlives").Get()).Name);
    }

    [Fact]
    public async Task Concurrent_first_writes_of_two_silos_leave_one_row()
    {
        await using Cluster one = await StartAsync("timebank");
        await using Cluster two = await StartAsync("timebank");
        foreach (Cluster cluster in new[] { one, two }) await cluster.Client.GetGrain<IProfileGrain>("430211/twice").Get();
        Exception?[] failures = await Task.WhenAll(new[] { one, two }.Select(
            cluster => Record.ExceptionAsync(() => cluster.Client.GetGrain<IProfileGrain>("430211/twice").Set("x"))));
        Assert.Single(failures, failure => failure is not null);
        Assert.Equal(1L, database.Execute("SELECT count(*) FROM grain_state"));
    }

    [Fact]
    public async Task A_stored_state_is_readable_JSON_under_its_names()
    {
        await using Cluster cluster = await StartAsync("timebank");
        await cluster.Client.GetGrain<IProfileGrain>("430211/P7K2").Set("one");
        Assert.Equal("one", database.Execute(
            """
            SELECT payload ->> '$.Name' FROM grain_state
            WHERE service_id = 'timebank' AND state_name = 'profile' AND grain_key = '430211/P7K2' AND version = 1
            """));
    }

    [Fact]
    public async Task A_number_key_is_filed_as_a_number()
    {
        await using Cluster cluster = await StartAsync("timebank");
        await cluster.Client.GetGrain<IProfileGrain>("430211").Set("hexadecimal to Orleans");
        Assert.Equal(0x430211L, Convert.ToInt64(database.Execute("SELECT grain_n1 FROM grain_state"), CultureInfo.InvariantCulture));
    }

    public void Dispose() => database.Dispose();

    private protected override Task<Cluster> StartAsync() => StartAsync(null);

    private Task<Cluster> StartAsync(string? serviceId) => Cluster.StartAsync(database.AddTo, serviceId: serviceId);
}
