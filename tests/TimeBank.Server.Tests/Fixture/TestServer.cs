using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The whole server on free loopback ports, over a database of its own, under a clock that tests may move forward.</summary>
public sealed class TestServer : IAsyncLifetime
{
    public const string Tianyuan = "430211", Lusong = "430203", Changsha = "430100";

    private readonly string _data = Directory.CreateTempSubdirectory("timebank-server-tests-").FullName;
    private WebApplication? _app;
    private GrpcChannel? _channel;
    private LocalIssuer? _issuer;

    /// <summary>A PostgreSQL connection string; empty: a file of its own.</summary>
    public string Database { get; init; } = "";

    /// <summary>Whether the server brings a PostgreSQL database to its schema.</summary>
    public bool Migrate { get; init; }

    /// <summary>The keys that sign checkpoints, as PEM; empty: keys of its own.</summary>
    public string Keys { get; init; } = "";

    /// <summary>The pause between the rounds that settle what is due; 0: none, so that nothing changes but by what a test does.</summary>
    public int RoundSeconds { get; init; }

    public Uri Grpc { get; private set; } = null!;

    public Uri Http { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    public string IssuerSecret => _issuer!.Secret;

    public async ValueTask InitializeAsync()
    {
        _app = TimeBankServer.Build(
        [
            $"--TimeBank:Data={_data}", "--TimeBank:Grpc=127.0.0.1:0", "--TimeBank:Http=127.0.0.1:0",
                "--TimeBank:Scenario=2026-10-01T08:00:00+08:00",
            $"--TimeBank:Database={Database}", $"--TimeBank:Migrate={Migrate}", $"--TimeBank:CheckpointKeys={Keys}",
            $"--TimeBank:RoundSeconds={RoundSeconds}", "--Logging:LogLevel:Default=Warning",
        ]);
        await _app.StartAsync();
        string[] addresses = [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        (Grpc, Http) = (new Uri(addresses[0]), new Uri(addresses[1]));
        _issuer = LocalIssuer.Open(_data);
        _channel = GrpcChannel.ForAddress(Grpc);
    }

    public async ValueTask DisposeAsync()
    {
        _channel!.Dispose();
        _issuer!.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>A channel without any token.</summary>
    public CallInvoker Anonymous() => _channel!.CreateCallInvoker();

    /// <summary>Calls as someone: a role, regions, and for parties their own resource name.</summary>
    public CallInvoker As(Role role, string party = "", string subject = "", params string[] regions)
    {
        return new TokenInvoker(Anonymous(), Token(role, party, subject, regions));
    }

    public string Token(Role role, string party = "", string subject = "", params string[] regions)
    {
        if (subject.Length == 0) subject = party.Length > 0 ? party.Split('/')[^1] : $"staff-{role}";
        return _issuer!.Issue(subject, [CallerClaims.RoleName(role)], regions.Length == 0 ? [Tianyuan] : regions, party);
    }

    /// <summary>
    /// Keeps the server from writing into its file until what is returned is disposed, or it says after five seconds that it can't write.
    /// </summary>
    public IDisposable HoldWrites() => FileLock.Take(_data);

    public Task UntilAsync(Func<bool> holds) => FileLock.UntilAsync(holds);

    /// <summary>What is answered by calls that only ask, and that they wrote nothing whatever.</summary>
    public async Task<T> TriedAsync<T>(Func<Task<T>> ask, string region = Tianyuan)
    {
        string before = await EverythingAsync(region);
        T would = await ask();
        Assert.Equal(before, await EverythingAsync(region));
        return would;
    }

    /// <summary>All that a region has written: where its journal ends, with what it remembers, and its grains' states.</summary>
    private async Task<string> EverythingAsync(string region)
    {
        RegionCode code = RegionCode.Parse(region);
        LedgerHead head = await Services.GetRequiredService<ILedgerReader>().ReadHeadAsync(code, default);
        var all = new StringBuilder($"{head.Size} {head.Tree.Root} {head.Accounts} {head.Remembered}\n");
        foreach (string kind in (string[])["elder", "volunteer", "order", "agenda", "programme", "fund", "provider"])
        {
            IReadOnlyList<RegistryRow<JsonObject>> rows = await Services.GetRequiredService<IRegistry>()
                .ListAsync<JsonObject>(new RegistryQuery(code, kind) { Limit = 10_000 }, default);
            foreach (RegistryRow<JsonObject> row in rows) all.AppendLine($"{kind}/{row.Key} {row.State.ToJsonString()}");
        }
        return all.ToString();
    }

    /// <summary>The trial balance of a region as text, to see that nothing moved.</summary>
    public async Task<string> TrialBalanceAsync(string region = Tianyuan)
    {
        IReadOnlyList<UnitTotals> totals = await Services.GetRequiredService<ILedgerReader>()
            .TrialBalanceAsync(RegionCode.Parse(region), default);
        Assert.All(totals, unit => Assert.True(unit.Balances, $"{unit.Unit} does not balance"));
        return string.Join('\n', totals);
    }
}
