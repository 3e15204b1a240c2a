using Xunit;

namespace TimeBank.Server.Tests;

public sealed class SqliteMomentTests(TestServer server) : MomentContract(server), IClassFixture<TestServer>;

public sealed class SqliteHistoryTests(TestServer server) : HistoryContract(server), IClassFixture<TestServer>;

public sealed class PostgreSqlMomentTests(ServerOnPostgreSql on) : MomentContract(on.Server), IClassFixture<ServerOnPostgreSql>;

public sealed class PostgreSqlHistoryTests(ServerOnPostgreSql on) : HistoryContract(on.Server), IClassFixture<ServerOnPostgreSql>;

/// <summary>A server for the tests of one class, on its own PostgreSQL.</summary>
public sealed class ServerOnPostgreSql : IAsyncLifetime
{
    private readonly PostgreSqlFixture _postgres = new();

    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        Server = new TestServer { Database = _postgres.NewDatabase(), Migrate = true };
        await Server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
