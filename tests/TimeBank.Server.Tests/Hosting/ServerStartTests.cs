using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Storage;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Starts that fail, each with the line that the operator reads.</summary>
public sealed class ServerStartTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>, IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("timebank-start-tests-");

    [Theory]
    [InlineData("Grpc", "5391")]
    [InlineData("Grpc", "127.0.0.1")]
    [InlineData("Http", "localhost:5080")]
    [InlineData("Http", "127.0.0.1:70000")]
    [InlineData("Http", "")]
    public Task An_address_is_an_address_and_a_port(string setting, string value) =>
        SaysAsync($"TimeBank:{setting} must be an address and a port, such as 127.0.0.1:5081 or [::1]:5081, and not '{value}'.",
            $"--TimeBank:{setting}={value}");

    [Fact]
    public Task Two_listeners_have_two_ports() =>
        SaysAsync("TimeBank:Grpc and TimeBank:Http are both 127.0.0.1:5081: give each a port of its own.",
            "--TimeBank:Grpc=127.0.0.1:5081", "--TimeBank:Http=127.0.0.1:5081");

    [Fact]
    public async Task A_taken_port_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await SaysAsync($"{taken.LocalEndpoint}: address already in use. Stop what", $"--TimeBank:Grpc={taken.LocalEndpoint}");
    }

    [Theory]
    [InlineData("--TimeBank:Scenario=tomorrow", "TimeBank:Scenario")]
    [InlineData("--TimeBank:Migrate=perhaps", "TimeBank:Migrate")]
    [InlineData("--TimeBank:Database=postgresql://host/timebank", "TimeBank:Database must be empty or a PostgreSQL connection string")]
    [InlineData("--TimeBank:CheckpointKeys=none", "TimeBank:CheckpointKeys: Expected one or more Ed25519 keys")]
    public Task A_wrong_setting_is_named(string setting, string said) => SaysAsync(said, setting);

    [Fact]
    public async Task A_folder_that_is_none_is_named()
    {
        string file = Path.Combine(_data.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        await SaysAsync(file, $"--TimeBank:Data={file}");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        await File.WriteAllTextAsync(Path.Combine(_data.FullName, "timebank.db"), new string('x', 8192));
        await SaysAsync("'file is not a database'. Restore a backup, or name the right folder.");
    }

    [Fact]
    public async Task A_database_that_is_away_is_named_with_what_to_do()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await SaysAsync(
            $"The database 127.0.0.1:{port}/timebank can't be used: Failed to connect to 127.0.0.1:{port} (Connection refused). See that",
            $"--TimeBank:Database=Host=127.0.0.1;Port={port};Database=timebank;Username=timebank;Password=hunter2");
    }

    [Theory]
    [InlineData("Database=", "Database=nowhere", "database \"nowhere\" does not exist. Name the right database, or make it")]
    [InlineData("Username=", "Username=nobody", "role \"nobody\" does not exist. Set the login and its password right")]
    public Task A_login_that_gets_no_connection_is_told_why(string part, string instead, string said)
    {
        string[] given = [.. postgres.NewDatabase().Split(';').Where(word => !word.StartsWith(part, StringComparison.Ordinal)), instead];
        return SaysAsync(said, $"--TimeBank:Database={string.Join(';', given)}");
    }

    [Fact]
    public async Task A_login_that_is_no_member_of_the_servers_role_is_told_which()
    {
        string database = postgres.NewDatabase();
        using (var owned = new PostgreSqlDatabase(database)) PostgreSqlSchema.Migrate(owned);
        PostgreSqlFixture.Execute(database, "CREATE ROLE stranger LOGIN");
        string stranger = database.Replace($"Username={PostgreSqlServer.Superuser}", "Username=stranger", StringComparison.Ordinal);
        const string said = "The login stranger isn't a member of the role timebank_server, with whose rights a server works: "
            + "run GRANT timebank_server TO \"stranger\"";

        await SaysAsync(said, $"--TimeBank:Database={stranger}");
        await SaysAsync(said, $"--TimeBank:Database={stranger}", "--TimeBank:Migrate=true");
        using var errors = new StringWriter();
        Assert.Equal(3, VerifyCommand.Run(new TimeBankOptions { Data = _data.FullName, Database = stranger }, TextWriter.Null, errors));
        Assert.Contains(said, errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_that_is_newer_or_older_is_named_with_both()
    {
        string database = postgres.NewDatabase();
        await SaysAsync("has schema 0 and this build needs 9: run `timebank migrate` as its owner", $"--TimeBank:Database={database}");
        using (var owned = new PostgreSqlDatabase(database)) PostgreSqlSchema.Migrate(owned);
        PostgreSqlFixture.Execute(database, "INSERT INTO schema_version (version, name, digest) VALUES (10, '010_new.sql', 'x')");
        await SaysAsync("has schema 10 and this build knows 9: use a newer build", $"--TimeBank:Database={database}");
    }

    [Fact]
    public async Task A_second_server_on_a_file_is_told_of_the_first()
    {
        await using TestServer first = await TestServer.StartAsync(_data.FullName);
        await SaysAsync($"Another server works on {_data.FullName}/timebank.db.");
    }

    [Fact]
    public async Task Another_data_folder_is_told_from_an_older_database()
    {
        string database = postgres.NewDatabase(), other = Path.Combine(_data.FullName, "other");
        string setting = $"--TimeBank:Database={database}";
        await using (TestServer running = await TestServer.StartAsync(_data.FullName, setting, "--TimeBank:Migrate=true"))
        {
            await running.WriteAsync(1);
            await running.SignedAsync(1);
        }
        await using (TestServer running = await TestServer.StartAsync(other, setting))
        {
            Assert.Equal(Ledger.Reason.SignedByOtherKeys, (await running.WriteAsync(2)).Refusal!.Reason);
        }
        await using TestServer again = await TestServer.StartAsync(_data.FullName, setting);
        Assert.Null((await again.WriteAsync(2)).Refusal);
    }

    [Fact]
    public async Task A_server_that_is_told_to_end_before_it_starts_ends()
    {
        WebApplication server = TimeBankServer.Build(TestServer.Arguments(_data.FullName));
        server.Lifetime.StopApplication();

        await ServerStart.RunAsync(server);
    }

    [Theory]
    [InlineData(ServiceLifecycleStage.RuntimeInitialize)]
    [InlineData(ServiceLifecycleStage.RuntimeGrainServices)]
    [InlineData(ServiceLifecycleStage.BecomeActive)]
    [InlineData(ServiceLifecycleStage.Active)]
    public async Task A_server_that_is_told_to_end_while_it_starts_ends_and_another_can_start(int stage)
    {
        WebApplication server = TimeBankServer.Build(TestServer.Arguments(_data.FullName));
        server.Services.GetRequiredService<ISiloLifecycle>().Subscribe("told to end", stage, _ =>
        {
            server.Lifetime.StopApplication();
            return Task.CompletedTask;
        });

        await ServerStart.RunAsync(server);

        await using TestServer next = await TestServer.StartAsync(_data.FullName);
        Assert.Null((await next.WriteAsync(1)).Refusal);
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_so_although_it_was_told_to_end()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        WebApplication server = TimeBankServer.Build(
            [.. TestServer.Arguments(_data.FullName), $"--TimeBank:Grpc={taken.LocalEndpoint}"]);

        await Assert.ThrowsAsync<IOException>(() => ServerStart.RunAsync(server));
    }

    public void Dispose() => _data.Delete(recursive: true);

    /// <summary>Asserts that a server with these settings does not start, and that its one line contains these words.</summary>
    private async Task SaysAsync(string words, params string[] settings)
    {
        Exception error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using TestServer running = await TestServer.StartAsync(_data.FullName, settings);
        });
        string? said = ServerStart.Explain(error);
        Assert.NotNull(said);
        Assert.Contains(words, said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
        Assert.DoesNotContain("hunter2", said, StringComparison.Ordinal);
    }
}
