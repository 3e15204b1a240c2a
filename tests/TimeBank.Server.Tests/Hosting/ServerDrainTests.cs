using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A server that is being stopped: what it answers to whom, in which order, and that it loses nothing acknowledged.</summary>
public sealed class ServerDrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _data = Directory.CreateTempSubdirectory("timebank-drain-tests-").FullName;
    private WebApplication _app = null!;
    private GrpcChannel _channel = null!;
    private LocalIssuer _issuer = null!;
    private Uri _http = null!;
    private int _requests;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        _issuer = LocalIssuer.Open(_data);
        await new BankAccountService.BankAccountServiceClient(As(Role.Administrator)).SetBankAccountAsync(new SetBankAccountRequest
        {
            RequestId = NewId(), Name = "regions/430211/bankAccounts/main", HolderName = "演示民政局", AccountNumber = "6222000000000001",
            BankName = "演示银行", BankCode = "102100099996",
        });
        await Funds.CreateFundAsync(
            new CreateFundRequest
            {
                RequestId = NewId(), Parent = "regions/430211", FundId = "lottery", Kind = V1.FundKind.Lottery,
                DisplayName = "L"
            });
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
        _issuer.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Watchers_hear_of_it_first_new_calls_are_refused_and_calls_under_way_get_their_answers()
    {
        Health.HealthClient health = new(_channel);
        using AsyncServerStreamingCall<HealthCheckResponse> watch = health.Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext(default));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);
        using var http = new HttpClient { BaseAddress = _http };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health")).StatusCode);
        RecordReceiptRequest receipt = Receipt(700);
        IDisposable other = FileLock.Take(_data);
        Task<RecordReceiptResponse> underWay = Funds.RecordReceiptAsync(receipt).ResponseAsync;
        CallsUnderWay calls = _app.Services.GetRequiredService<CallsUnderWay>();
        await FileLock.UntilAsync(() => calls.Count == 1);

        Task stopping = _app.StopAsync();

        Assert.True(await watch.ResponseStream.MoveNext(default).WaitAsync(Patience));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest())).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/health")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/start")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);
        await ((Func<Task>)(async () => await Funds.RecordReceiptAsync(Receipt(800)))).IsRefusedAsync(Reason.ServerStopping);
        Assert.False(underWay.IsCompleted);
        Assert.False(stopping.IsCompleted);

        other.Dispose();
        Assert.NotEmpty((await underWay.WaitAsync(Patience)).Entry);
        await stopping.WaitAsync(Patience);
        // The server ends a health watcher's stream: otherwise the stream would delay the stop until its time limit.
        Assert.False(await watch.ResponseStream.MoveNext(default).WaitAsync(Patience));
        Assert.Equal([700], await StoredAsync());
    }

    [Fact]
    public async Task Nothing_that_was_acknowledged_under_load_is_lost_and_whatever_was_not_has_a_reason()
    {
        int next = 0;
        var acknowledged = new HashSet<long>();
        using var stop = new CancellationTokenSource();
        Task[] callers = [.. Enumerable.Range(0, 16).Select(_ => Task.Run(CallAsync))];
        await FileLock.UntilAsync(() => Volatile.Read(ref next) > 200);

        await _app.StopAsync().WaitAsync(Patience);
        await stop.CancelAsync();
        await Task.WhenAll(callers).WaitAsync(Patience);

        HashSet<long> stored = [.. await StoredAsync()];
        Assert.NotEmpty(acknowledged);
        Assert.Subset(stored, acknowledged);
        // If a stored call had got no answer, the journal would have more entries.
        Assert.Equal(stored.Count, acknowledged.Count);

        async Task CallAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                long fen = Interlocked.Increment(ref next);
                try
                {
                    await Funds.RecordReceiptAsync(Receipt(fen));
                    lock (acknowledged) acknowledged.Add(fen);
                }
                catch (RpcException refused) when (refused.StatusCode == StatusCode.Unavailable || IsGoodbye(refused))
                {
                    // The server refuses the call with a reason, or its listener is closed.
                    return;
                }
            }
        }
    }

    /// <summary>Grpc.Net.Client 2.85 reports INTERNAL if the server closed the connection in good order before it saw the call.</summary>
    private static bool IsGoodbye(RpcException error) => error is
    {
        StatusCode: StatusCode.Internal,
        Status.DebugException: HttpRequestException { InnerException: HttpProtocolException { ErrorCode: 0 } },
    };

    private FundService.FundServiceClient Funds => new(As(Role.FinanceMaker));

    private TokenInvoker As(Role role) =>
        new(_channel.CreateCallInvoker(), _issuer.Issue("staff", [CallerClaims.RoleName(role)], ["430211"], ""));

    private RecordReceiptRequest Receipt(long fen) => new()
    {
        RequestId = NewId(), Fund = "regions/430211/funds/lottery", Amount = new Amount { Value = fen, Unit = "CNY" }, BankAccount = "main",
        ReceivedDate = new() { Year = 2026, Month = 10, Day = 1 }, Reference = NewId(),
    };

    private string NewId() => $"{new Guid(Interlocked.Increment(ref _requests), 0, 0, new byte[8])}";

    private async Task StartAsync()
    {
        _app = TimeBankServer.Build(
        [
            $"--TimeBank:Data={_data}", "--TimeBank:Grpc=127.0.0.1:0", "--TimeBank:Http=127.0.0.1:0",
                "--TimeBank:Scenario=2026-10-01T08:00:00+08:00", "--Logging:LogLevel:Default=Warning",
        ]);
        await _app.StartAsync();
        string[] addresses = [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        _channel = GrpcChannel.ForAddress(addresses[0]);
        _http = new Uri(addresses[1]);
    }

    /// <summary>The amounts in the journal, read after the server has stopped.</summary>
    private async Task<IReadOnlyList<long>> StoredAsync()
    {
        using var engine = StorageEngine.Of(new TimeBankOptions { Data = _data });
        var services = new ServiceCollection();
        engine.AddStores(services, migrate: false);
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.True(engine.Verify(default).IsSound);
        IReadOnlyList<LinkedEntry> entries = await provider.GetRequiredService<ILedgerReader>()
            .EntriesAsync(RegionCode.Parse("430211"), new EntryFilter(EntryCode.ReceiveMoney), long.MaxValue, 100_000, default);
        return [.. entries.Select(linked => linked.Entry.Transfers[0].Posted)];
    }
}
