using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>One run of the tool: its settings, its screen and its channel to the server.</summary>
internal sealed class Session : IDisposable
{
    private readonly TokenSource _tokens;

    public Session(Settings settings, Screen screen, CancellationToken cancellation)
    {
        Settings = settings;
        Screen = screen;
        Cancellation = cancellation;
        Channel = ChannelTo(settings.Servers);
        _tokens = new TokenSource(settings.Issuer, settings.Data);
    }

    public Settings Settings { get; }

    public Screen Screen { get; }

    public Language Language => Screen.Language;

    public CancellationToken Cancellation { get; }

    public GrpcChannel Channel { get; }

    public TokenSource Tokens => _tokens;

    /// <summary>True if the last token was one of counter staff, who must name the person they act for.</summary>
    public bool ActsAsCounter { get; private set; }

    /// <summary>The invoker for a role, unless <c>--as</c> or <c>--token</c> names another.</summary>
    /// <param name="about">A resource name or region code that the call concerns: decides the token's region.</param>
    /// <param name="party">The party of the role; empty for staff.</param>
    public async Task<CallInvoker> AsAsync(Role role, string about, string party = "")
    {
        ActingAs acting = Settings.As ?? new ActingAs(role, party);
        string token = Settings.Token ?? await _tokens.GetAsync(acting.Role, ResourceNames.RegionOf(about), acting.Party);
        ActsAsCounter = RolesOf(token).Contains(ActingAs.NameOf(Role.Counter));
        return new AuthorizedInvoker(Channel.CreateCallInvoker(), token, TimeSpan.FromSeconds(Settings.DeadlineSeconds));
    }

    /// <summary>Lets the next call ask the local issuer for a new token. False: the caller gave the token, so there is no other.</summary>
    public bool RenewTokens()
    {
        _tokens.Forget();
        return Settings.Token is null;
    }

    /// <summary>The value for on_behalf_of: the person if counter staff act, else empty.</summary>
    public string BehalfOf(string person) => ActsAsCounter ? person : "";

    /// <summary>The id of the last mutation; null if there was none.</summary>
    public string? UsedRequestId { get; private set; }

    /// <summary>The id for a mutation: the option's, or a new one.</summary>
    public string RequestId() => UsedRequestId = Settings.RequestId ?? Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    public string Name(string collection, string text) => ResourceNames.Full(collection, text, Settings.Region);

    public string Region => ResourceNames.OfRegion(Settings.Region);

    /// <summary>A channel to a server; or to those of a cluster in turn, without those that can't be reached just now.</summary>
    private static GrpcChannel ChannelTo(IReadOnlyList<Uri> servers)
    {
        if (servers is [var only]) return GrpcChannel.ForAddress(only);
        if (servers.Any(server => server.Scheme != servers[0].Scheme)) throw new UsageException(
            "--server 的各地址须同为 http 或 https。", "The addresses of --server must all be http, or all https.");
        var services = new ServiceCollection();
        services.AddSingleton<ResolverFactory>(
            new StaticResolverFactory(_ => servers.Select(server => new BalancerAddress(server.Host, server.Port))));
        return GrpcChannel.ForAddress("static:///servers", new GrpcChannelOptions
        {
            Credentials = servers[0].Scheme == "https" ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure,
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } },
            ServiceProvider = services.BuildServiceProvider(),
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(200),
            MaxReconnectBackoff = TimeSpan.FromSeconds(2),
        });
    }

    public void Dispose()
    {
        _tokens.Dispose();
        Channel.Dispose();
    }

    /// <summary>The roles in a token, read without checking it. The server checks tokens.</summary>
    private static IReadOnlyList<string> RolesOf(string token)
    {
        try
        {
            JsonNode? claims = JsonNode.Parse(
                System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.') is [_, var body, _] ? body : ""));
            return claims?["role"] switch
            {
                JsonArray roles => [.. roles.Select(role => role?.GetValue<string>() ?? "")],
                JsonValue role => [role.GetValue<string>()],
                _ => [],
            };
        }
        catch (Exception error) when (error is FormatException or System.Text.Json.JsonException)
        {
            return [];
        }
    }
}

/// <summary>Adds the token and a deadline to every call.</summary>
internal sealed class AuthorizedInvoker(CallInvoker inner, string token, TimeSpan deadline) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.BlockingUnaryCall(method, host, Authorized(options), request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncUnaryCall(method, host, Authorized(options), request);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncServerStreamingCall(method, host, Authorized(options), request);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncClientStreamingCall(method, host, Authorized(options));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncDuplexStreamingCall(method, host, Authorized(options));

    private CallOptions Authorized(CallOptions options)
    {
        Metadata headers = options.Headers ?? [];
        headers.Add("authorization", $"Bearer {token}");
        // Deadlines belong to the network and run by the real clock.
        DateTime latest = TimeProvider.System.GetUtcNow().UtcDateTime + deadline;
        return options.WithHeaders(headers).WithDeadline(options.Deadline ?? latest);
    }
}

/// <summary>The role for a command, with its party.</summary>
/// <param name="Party">A resource name; empty for staff.</param>
internal readonly record struct ActingAs(Role Role, string Party)
{
    /// <summary>Parses <c>role</c> or <c>role:party</c>, such as <c>provider-clerk:providers/P7K2…</c>.</summary>
    /// <exception cref="UsageException">There is no such role.</exception>
    public static ActingAs Parse(string text, string region)
    {
        string[] parts = text.Split(':', 2);
        Role role = EnumText.Parse<Role>(parts[0]);
        if (parts.Length == 1) return new ActingAs(role, "");
        string collection = role switch
        {
            Role.Volunteer => "volunteers",
            Role.Elder => "elders",
            Role.ProviderClerk => "providers",
            Role.Unspecified or Role.Counter or Role.FinanceMaker or Role.FinanceChecker or Role.Auditor or Role.Administrator => "",
        };
        return collection.Length > 0
            ? new ActingAs(role, ResourceNames.Full(collection, parts[1], region))
            : throw new UsageException("只有志愿者、老人和机构人员需要写明本人。", "Only volunteers, elders and provider clerks have a party of their own.");
    }

    /// <summary>The role's name in tokens: <c>provider_clerk</c>.</summary>
    public static string NameOf(Role role) => EnumText.UpperSnake(role.ToString()).ToLowerInvariant();
}
