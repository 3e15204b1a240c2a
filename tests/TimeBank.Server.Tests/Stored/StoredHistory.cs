using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Testing;
using TimeBank.V1;
using ErrorInfo = Google.Rpc.ErrorInfo;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <summary>
/// Two months of two small regions, with every writing command, under a demonstration's clock: each playing gives the same ids, times and
/// bytes. Played a second time on the same database, every step is a retry.
/// </summary>
internal sealed partial class StoredHistory : IDisposable
{
    public const string Here = "430211", There = "430203";
    private const string Parent = $"regions/{Here}", Neighbour = $"regions/{There}";

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default);

    private readonly List<string> _answers = [];
    private readonly LocalIssuer _issuer;
    private readonly GrpcChannel _channel;
    private readonly IGrainFactory _grains;
    private readonly IServiceProvider _services;
    private readonly Vault _vault;

    public StoredHistory(TestServer server, string data)
    {
        _issuer = LocalIssuer.Open(data);
        _channel = GrpcChannel.ForAddress(server.Grpc);
        _grains = server.Services.GetRequiredService<IGrainFactory>();
        _services = server.Services;
        int made = 0;
        _vault = new Vault(VaultKeys.Open(new TimeBankOptions { Data = data }, _ => throw new InvalidOperationException("No key.")),
            count => SHA256.HashData(Encoding.UTF8.GetBytes($"stored history: {++made}"))[..count]);
    }

    /// <summary>The volunteer who gives hours and serves, and the relative who receives both.</summary>
    public (string Volunteer, string Relative) Sides => (_volunteer, _relative);

    /// <summary>Whether the database is one that an earlier build recorded: its steps are retried as they were made then.</summary>
    public bool IsOfEarlierBuild { get; init; }

    /// <summary>The start of the history's clock, as a server's argument.</summary>
    public static string Clock => "--TimeBank:Scenario=2026-10-01T08:00:00+08:00";

    public void Dispose()
    {
        _channel.Dispose();
        _vault.Dispose();
        _issuer.Dispose();
    }

    /// <summary>Plays the whole history.</summary>
    /// <returns>A line of JSON for each step: its name, and its answer or refusal.</returns>
    public async Task<IReadOnlyList<string>> PlayAsync()
    {
        _answers.Clear();
        await RulesAsync();
        await PeopleAsync();
        await MoneyAsync();
        await VouchersAsync();
        await HoursAsync();
        await OrdersAsync();
        await NovemberAsync();
        await OpenOrdersAsync();
        return [.. _answers];
    }

    /// <summary>Calls with a token of a role in a region.</summary>
    public CallInvoker As(Role role, string party = "", string region = Here, string subject = "")
    {
        if (subject.Length == 0) subject = party.Length > 0 ? party.Split('/')[^1] : $"staff-{CallerClaims.RoleName(role)}";
        return new TokenInvoker(_channel.CreateCallInvoker(), _issuer.Issue(subject, [CallerClaims.RoleName(role)], [region], party));
    }

    /// <summary>The request id of a step, made from its name.</summary>
    public static string RequestId(string step) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"stored history: {step}"))[..16]).ToString("D");

    private static Amount Fen(long value) => new() { Value = value, Unit = "CNY" };

    private static Amount Minutes(long value) => new() { Value = value, Unit = "MIN" };

    private static Date Day(int year, int month, int day) => new() { Year = year, Month = month, Day = day };

    private static Timestamp At(string time) =>
        Timestamp.FromDateTimeOffset(DateTimeOffset.ParseExact($"{time} +08:00", "yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));

    private Task AdvanceAsync(string time) =>
        StepAsync($"clock {time}", id => new ScenarioService.ScenarioServiceClient(As(Role.Administrator)).AdvanceClockAsync(
        new AdvanceClockRequest { RequestId = id, To = At(time) }));

    private AsyncUnaryCall<BankAccount> DescribeAccountAsync(string id) =>
        new BankAccountService.BankAccountServiceClient(As(Role.Administrator)).SetBankAccountAsync(new SetBankAccountRequest
        {
            RequestId = id, Name = $"{Parent}/bankAccounts/main", HolderName = "演示民政局", AccountNumber = "6222000000009999",
            BankName = "演示银行", BankCode = "313551088886", StatementProfile = "icbc-debit", SheetProfile = "batch-transfer",
        });

    /// <summary>Makes one step and records its answer; null if it is refused.</summary>
    private async Task<T> StepAsync<T>(string name, Func<string, AsyncUnaryCall<T>> call)
        where T : class, IMessage
    {
        try
        {
            T answer = await call(RequestId(name));
            Answered(name, $"\"answer\":{Json.Format(answer)}");
            return answer;
        }
        catch (RpcException refused)
        {
            Answered(name, $"\"refused\":\"{ReasonOf(refused)}\"");
            return null!;
        }
    }

    /// <summary>Makes a run and records its last message.</summary>
    private async Task RunAsync(string name, Func<string, AsyncServerStreamingCall<RunProgress>> call)
    {
        using AsyncServerStreamingCall<RunProgress> run = call(RequestId(name));
        RunProgress last = new();
        await foreach (RunProgress progress in run.ResponseStream.ReadAllAsync()) last = progress;
        Answered(name, $"\"answer\":{Json.Format(last)}");
    }

    private static string ReasonOf(RpcException refused) => refused.GetRpcStatus()?.Details
        .FirstOrDefault(detail => detail.TypeUrl.EndsWith("/google.rpc.ErrorInfo", StringComparison.Ordinal)) is { } info
            ? ErrorInfo.Parser.ParseFrom(info.Value).Reason : refused.StatusCode.ToString();

    private void Answered(string name, string what) => _answers.Add($"{{\"step\":\"{name}\",{what}}}");
}
