using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// The whole server in this process, on free loopback ports. As a fixture it has its own database and a demonstration's clock that tests
/// may move forward. <see cref="StartAsync(string, string[])"/> starts it on a data folder that outlives it.
/// </summary>
public sealed class TestServer : IAsyncLifetime, ICalledServer
{
    public const string Tianyuan = "430211", Lusong = "430203", Changsha = "430100";

    private static readonly RegionCode Region = RegionCode.Parse(Tianyuan);

    private readonly string? _ownData;
    private readonly string _data;
    private readonly Lazy<GrpcChannel> _channel;
    private readonly Lazy<LocalIssuer> _issuer;
    private WebApplication? _app;

    public TestServer()
        : this(Directory.CreateTempSubdirectory("timebank-server-tests-").FullName) => _ownData = _data;

    private TestServer(string data)
    {
        _data = data;
        _channel = new Lazy<GrpcChannel>(() => GrpcChannel.ForAddress(Grpc));
        _issuer = new Lazy<LocalIssuer>(() => LocalIssuer.Open(data));
    }

    /// <summary>A PostgreSQL connection string; empty for SQLite in a new folder.</summary>
    public string Database { get; init; } = "";

    /// <summary>True lets the server migrate a PostgreSQL database at start.</summary>
    public bool Migrate { get; init; }

    /// <summary>The keys that sign checkpoints, as PEM; empty for new keys.</summary>
    public string Keys { get; init; } = "";

    /// <summary>The pause between settlement rounds. 0, for no rounds: then only the test changes anything.</summary>
    public int RoundSeconds { get; init; }

    /// <summary>Further settings, as arguments.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The machine's clock; null: the system's.</summary>
    public TimeProvider? Time { get; init; }

    public Uri Grpc => Addresses[0];

    /// <summary>Its data folder.</summary>
    public string Data => _data;

    public Uri Http => Addresses[1];

    public int Listeners => Addresses.Length;

    public IServiceProvider Services => _app!.Services;

    public DateTimeOffset Now => Services.GetRequiredService<BusinessClock>().Now;

    public string IssuerSecret => _issuer.Value.Secret;

    public Uri[] Addresses =>
        [.. Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];

    public static Task<TestServer> StartAsync(string data, params string[] settings) => StartAsync(data, _ => { }, settings);

    /// <param name="watch">Gets the server's services before the start.</param>
    public static async Task<TestServer> StartAsync(string data, Action<IServiceProvider> watch, params string[] settings)
    {
        var server = new TestServer(data);
        await server.StartAsync([.. Arguments(data), .. settings], watch);
        return server;
    }

    /// <summary>Starts a server over a PostgreSQL database that outlives the server.</summary>
    public static async Task<TestServer> OnPostgreSqlAsync(string database, bool migrate, string keys = "")
    {
        var server = new TestServer { Database = database, Migrate = migrate, Keys = keys };
        await server.InitializeAsync();
        return server;
    }

    /// <summary>The server's arguments. No rounds, which would end October's hours: only the test writes to the journal.</summary>
    public static string[] Arguments(string data) =>
    [
        $"--TimeBank:Data={data}", "--TimeBank:Grpc=127.0.0.1:0", "--TimeBank:Http=127.0.0.1:0", "--TimeBank:RoundSeconds=0",
        "--TimeBank:CallsPerSecond=0",
        "--Logging:LogLevel:Default=None",
    ];

    public async ValueTask InitializeAsync() => await StartAsync(
        [
            .. Arguments(_data), "--TimeBank:Scenario=2026-10-01T08:00:00+08:00", $"--TimeBank:Database={Database}",
            $"--TimeBank:Migrate={Migrate}", $"--TimeBank:CheckpointKeys={Keys}", $"--TimeBank:RoundSeconds={RoundSeconds}",
            "--Logging:LogLevel:Default=Warning", .. Settings,
        ],
        _ => { });

    public async ValueTask DisposeAsync()
    {
        if (_channel.IsValueCreated) _channel.Value.Dispose();
        if (_issuer.IsValueCreated) _issuer.Value.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
        if (_ownData is not null) Directory.Delete(_ownData, recursive: true);
    }

    private async Task StartAsync(string[] settings, Action<IServiceProvider> watch)
    {
        _app = TimeBankServer.Build(settings, Time);
        try
        {
            watch(_app.Services);
            await _app.StartAsync();
        }
        catch
        {
            await _app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls without a token.</summary>
    public CallInvoker Anonymous() => _channel.Value.CreateCallInvoker();

    /// <summary>Calls with a token of a role, its regions, and a party's own resource name.</summary>
    public CallInvoker As(Role role, string party = "", string subject = "", params string[] regions)
    {
        return new TokenInvoker(Anonymous(), Token(role, party, subject, regions));
    }

    /// <summary>Calls with a token of two roles and one party.</summary>
    public CallInvoker AsBoth(Role first, Role second, string party, string region) => new TokenInvoker(Anonymous(), _issuer.Value.Issue(
        party.Split('/')[^1], [CallerClaims.RoleName(first), CallerClaims.RoleName(second)], [region], party));

    public string Token(Role role, string party = "", string subject = "", params string[] regions)
    {
        if (subject.Length == 0) subject = party.Length > 0 ? party.Split('/')[^1] : $"staff-{role}";
        return _issuer.Value.Issue(subject, [CallerClaims.RoleName(role)], regions.Length == 0 ? [Tianyuan] : regions, party);
    }

    /// <summary>
    /// Blocks the server's writes until the result is disposed of. The server waits five seconds and then reports an outage.
    /// </summary>
    public IDisposable HoldWrites() => FileLock.Take(_data);

    /// <summary>The files of the database as text, byte for byte, to see that something isn't there.</summary>
    public IEnumerable<string> StoredFiles() => ((string[])["timebank.db", "timebank.db-wal"]).Select(name =>
    {
        using var stream = new FileStream(Path.Combine(_data, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    });

    public Task UntilAsync(Func<bool> holds) => FileLock.UntilAsync(holds);

    /// <summary>Gives the answer of dry runs, and asserts that they wrote nothing.</summary>
    public async Task<T> TriedAsync<T>(Func<Task<T>> ask, string region = Tianyuan)
    {
        string before = await EverythingAsync(region);
        T would = await ask();
        Assert.Equal(before, await EverythingAsync(region));
        return would;
    }

    /// <summary>Everything that a region has written: the end of its journal, the ids that it remembers, and its grains' states.</summary>
    private async Task<string> EverythingAsync(string region)
    {
        RegionCode code = RegionCode.Parse(region);
        LedgerHead head = await Services.GetRequiredService<ILedgerReader>().ReadHeadAsync(code, default);
        var all = new StringBuilder($"{head.Size} {head.Tree.Root} {head.Accounts} {head.Remembered}\n");
        string[] kinds =
        [
            "elder", "volunteer", "order", "agenda", "programme", "fund", "provider", "payee", "bank-account", "bank-case", "bank-key",
            "donation", "stripe-event", "stripe", "webhook", "webhook-delivery", "pin", "cards", "card-number", "confirmation",
            "complaint", "prepayment",
        ];
        foreach (string kind in kinds)
        {
            IReadOnlyList<RegistryRow<JsonObject>> rows = await Services.GetRequiredService<IRegistry>()
                .ListAsync<JsonObject>(new RegistryQuery(code, kind) { Limit = 10_000 }, default);
            foreach (RegistryRow<JsonObject> row in rows) all.AppendLine($"{kind}/{row.Key} {row.State.ToJsonString()}");
        }
        return all.ToString();
    }

    /// <summary>The trial balance of a region as text. A test compares it, to see that nothing moved.</summary>
    public async Task<string> TrialBalanceAsync(string region = Tianyuan)
    {
        IReadOnlyList<UnitTotals> totals = await Services.GetRequiredService<ILedgerReader>()
            .TrialBalanceAsync(RegionCode.Parse(region), default);
        Assert.All(totals, unit => Assert.True(unit.Balances, $"{unit.Unit} does not balance"));
        return string.Join('\n', totals);
    }

    /// <summary>Writes an entry to Tianyuan's journal. The same number is the same request.</summary>
    /// <param name="day">The effective date; by default 1 October 2026.</param>
    public async Task<Outcome> WriteAsync(int request, DateOnly? day = null)
    {
        var header = new EntryHeader(
            EntryId.Of("TEST", new Guid(request, 0, 0, new byte[8])), Digest.Of([1]), "TEST", "", day ?? new DateOnly(2026, 10, 1), "", "",
            EntryHeader.NoDetails);
        ILedgerGrain writer = Services.GetRequiredService<IGrainFactory>().GetGrain<ILedgerGrain>(Tianyuan);
        return await writer.SubmitAsync(HourEntries.Issue(header, OpaqueId.Parse("000000000001"), new Minutes(1)));
    }

    /// <summary>Waits for a region's first signed checkpoint of at least this many entries and signatures.</summary>
    internal async Task<SignedNote> SignedAsync(long size, int signatures = 1, string region = Tianyuan)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        ITreeStore trees = Services.GetRequiredService<ITreeStore>();
        for (; ; await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token))
        {
            if (await trees.SignedAsync(RegionCode.Parse(region), patience.Token) is { } text && SignedNote.Parse(text) is var note
                && Checkpoint.Parse(note.Text).Size >= size && note.Signatures.Length >= signatures) return note;
        }
    }
}
