using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A demonstration's clock in a cluster: it is one clock, whichever server is asked.</summary>
public sealed class ScenarioClusterTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-scenario-cluster-").FullName;
    private readonly List<TestServer> _servers = [];
    private PostgreSqlServer _postgres = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgreSqlServer.StartAsync("fsync=off", "shared_buffers=16MB");
        // Servers of a cluster make no keys of their own.
        var alone = new TimeBankOptions { Data = _data };
        VaultKeys.Open(alone, RandomNumberGenerator.GetBytes).Dispose();
        PageTokenKey.Of(alone);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestServer server in _servers) await server.DisposeAsync();
        _postgres.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Moved_at_one_server_it_is_moved_at_all_and_at_one_that_joins()
    {
        await JoinAsync();
        await JoinAsync();
        DateTimeOffset later = _servers[0].Now.AddDays(4);
        var request = new AdvanceClockRequest { RequestId = Desk.Id(), To = Timestamp.FromDateTimeOffset(later) };

        Scenario moved = await Clock(_servers[1]).AdvanceClockAsync(request);
        await JoinAsync();

        Assert.Equal(later, moved.Now.ToDateTimeOffset());
        Assert.All(_servers, server => Assert.Equal(later, server.Now));
        foreach (TestServer server in _servers) Assert.Equal(moved, await Clock(server).AdvanceClockAsync(request));
        foreach (TestServer server in _servers) Assert.Equal(moved, await Clock(server).GetScenarioAsync(new GetScenarioRequest()));
    }

    private static ScenarioService.ScenarioServiceClient Clock(TestServer server) => new(server.As(Role.Administrator));

    private async Task JoinAsync() => _servers.Add(await TestServer.StartAsync(
        _data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00", "--TimeBank:Migrate=true", "--TimeBank:Cluster=tests",
        $"--TimeBank:Database={_postgres.ConnectionString("postgres")}", $"--TimeBank:Silo=127.0.0.1:{Ports.Free()}"));
}
