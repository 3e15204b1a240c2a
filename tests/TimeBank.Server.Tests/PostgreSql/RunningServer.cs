namespace TimeBank.Server.Tests;

/// <summary>A server over a PostgreSQL database, which stays when the server goes.</summary>
internal sealed class RunningServer(TestServer server) : IAsyncDisposable
{
    public TestServer Server => server;

    public static async Task<RunningServer> StartAsync(string database, bool migrate, string keys = "")
    {
        var server = new TestServer { Database = database, Migrate = migrate, Keys = keys };
        await server.InitializeAsync();
        return new RunningServer(server);
    }

    public async ValueTask DisposeAsync() => await server.DisposeAsync();
}
