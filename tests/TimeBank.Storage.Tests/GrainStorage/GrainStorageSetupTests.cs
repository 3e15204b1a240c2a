using Microsoft.Data.Sqlite;
using Orleans.Storage;
using Orleans.TestingHost;
using TimeBank.Storage.GrainStorage;
using Xunit;

namespace TimeBank.Storage.Tests.GrainStorage;

public sealed class GrainStorageSetupTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly SqliteDatabase database;

    public GrainStorageSetupTests()
    {
        database = new SqliteDatabase(folder.File("states.db"));
        SqliteSchema.Migrate(database);
    }

    [Fact]
    public async Task States_are_found_again_by_another_silo_on_the_migrated_file()
    {
        await using (InProcessTestCluster first = await StartAsync())
            await first.Client.GetGrain<INoteGrain>("430211/n1").Rename("李奶奶");
        await using InProcessTestCluster second = await StartAsync();
        Assert.Equal("李奶奶", await second.Client.GetGrain<INoteGrain>("430211/n1").Name());
    }

    [Fact]
    public async Task Of_two_activations_that_write_first_one_is_refused_and_one_row_is_left()
    {
        await using InProcessTestCluster one = await StartAsync(), other = await StartAsync();
        INoteGrain here = one.Client.GetGrain<INoteGrain>("430211/n3"), there = other.Client.GetGrain<INoteGrain>("430211/n3");
        Assert.Equal("", await here.Name());
        Assert.Equal("", await there.Name());
        await here.Rename("here");
        await Assert.ThrowsAsync<InconsistentStateException>(() => there.Rename("there"));
        Assert.Equal("1 here", Scalar("SELECT count(*) || ' ' || min(payload ->> 'name') FROM grain_state"));
    }

    [Fact]
    public async Task A_write_waits_for_the_ledgers_writer()
    {
        await using InProcessTestCluster cluster = await StartAsync();
        INoteGrain grain = cluster.Client.GetGrain<INoteGrain>("430211/n2");
        await grain.Name();
        Task renamed;
        using (SqliteConnection writer = database.Open())
        {
            using SqliteTransaction transaction = writer.BeginTransaction(deferred: false);
            renamed = grain.Rename("after");
            Assert.False(renamed.IsCompleted);
            transaction.Commit();
        }

        await renamed;
        Assert.Equal("after", await grain.Name());
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        folder.Dispose();
    }

    private string Scalar(string sql)
    {
        using SqliteConnection connection = database.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return $"{command.ExecuteScalar()}";
    }

    private async Task<InProcessTestCluster> StartAsync()
    {
        // By default every test cluster gets its own service id, and would not find the other cluster's states.
        InProcessTestClusterBuilder builder = new(1) { Options = { ServiceId = GrainStorageSetup.ServiceId } };
        builder.ConfigureSilo((_, silo) => silo.AddTimeBankGrainStorage(database.ConnectionString));
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
