using Npgsql;
using Orleans.Storage;
using Orleans.TestingHost;
using TimeBank.Storage.GrainStorage;
using TimeBank.Storage.Tests.GrainStorage;
using Xunit;

namespace TimeBank.Storage.Tests;

[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlGrainStorageTests : IDisposable
{
    private readonly PostgreSqlDatabase _database;

    public PostgreSqlGrainStorageTests(PostgreSqlCluster cluster) => _database = new PostgreSqlDatabase(cluster.NewDatabase());

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task States_are_found_again_by_another_silo()
    {
        await using (InProcessTestCluster first = await StartAsync())
            await first.Client.GetGrain<INoteGrain>("430211/n1").Rename("李奶奶");
        await using InProcessTestCluster second = await StartAsync();
        Assert.Equal("李奶奶", await second.Client.GetGrain<INoteGrain>("430211/n1").Name());
        await second.Client.GetGrain<INoteGrain>("430211/n1").Rename("王爷爷");
        Assert.Equal("2 王爷爷", Scalar("SELECT version || ' ' || (payload ->> 'name') FROM grain_state"));
    }

    [Fact]
    public async Task Of_two_activations_that_write_first_one_is_refused_and_one_row_is_left()
    {
        await using InProcessTestCluster one = await StartAsync(), other = await StartAsync();
        INoteGrain here = one.Client.GetGrain<INoteGrain>("430211/n2"), there = other.Client.GetGrain<INoteGrain>("430211/n2");
        Assert.Equal("", await here.Name());
        Assert.Equal("", await there.Name());
        await here.Rename("here");
        await Assert.ThrowsAsync<InconsistentStateException>(() => there.Rename("there"));
        Assert.Equal("1 here", Scalar("SELECT count(*) || ' ' || min(payload ->> 'name') FROM grain_state"));
    }

    private string Scalar(string sql)
    {
        using NpgsqlCommand command = _database.Reading.CreateCommand(sql);
        return $"{command.ExecuteScalar()}";
    }

    private async Task<InProcessTestCluster> StartAsync()
    {
        // By default every test cluster gets its own service id, and would not find the other cluster's states.
        InProcessTestClusterBuilder builder = new(1) { Options = { ServiceId = GrainStorageSetup.ServiceId } };
        builder.ConfigureSilo((_, silo) => silo.AddTimeBankGrainStorage(_database));
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
