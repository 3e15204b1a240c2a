using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using TimeBank.Testing;
using TimeBank.V1;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>The product's server, in its own process with its own database.</summary>
internal sealed class ServerProcess : ICalledServer, IAsyncDisposable
{
    private static readonly TimeSpan s_startsWithin = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _http = new();
    private readonly Uri _issuer;
    private readonly string _data;
    private readonly GrpcChannel _channel;

    private readonly bool _hasScenario;

    private ServerProcess(Process process, string data, string grpc, string http, bool hasScenario)
    {
        _hasScenario = hasScenario;
        _process = process;
        _data = data;
        _issuer = new Uri($"http://{http}/token");
        _channel = GrpcChannel.ForAddress($"http://{grpc}");
    }

    public int Id => _process.Id;

    /// <param name="settings">More settings, such as <c>--TimeBank:Database=…</c>.</param>
    /// <param name="checkout">Where the server's sources and its optimised build are; null: where this program was built.</param>
    public static async Task<ServerProcess> StartAsync(IReadOnlyList<string> settings, string? checkout = null)
    {
        string data = Directory.CreateTempSubdirectory("timebank-bench-").FullName, grpc = FreeAddress(), http = FreeAddress();
        string[] arguments = [Program(checkout), $"--TimeBank:Data={data}", $"--TimeBank:Grpc={grpc}", $"--TimeBank:Http={http}",
            "--TimeBank:CallsPerSecond=0", "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning", .. settings];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        var server = new ServerProcess(Process.Start(start)!, data, grpc, http,
            settings.Any(setting => setting.StartsWith("--TimeBank:Scenario=", StringComparison.Ordinal)));
        _ = server._process.StandardOutput.BaseStream.CopyToAsync(Console.OpenStandardError());
        await server.WaitAsync();
        return server;
    }

    /// <summary>Where its pages are: http://127.0.0.1:….</summary>
    public string Address => _issuer.GetLeftPart(UriPartial.Authority);

    /// <summary>The clock of its scenario, if it was started with one.</summary>
    public DateTimeOffset Now => !_hasScenario ? TimeProvider.System.GetUtcNow()
        : new ScenarioService.ScenarioServiceClient(As(Role.Administrator)).GetScenario(new GetScenarioRequest()).Now.ToDateTimeOffset();

    public CallInvoker As(Role role, string party = "", string subject = "", params string[] regions)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_secret"] = File.ReadAllText(Path.Combine(_data, "local-issuer.secret")).Trim(),
            ["role"] = JsonNamingPolicy.SnakeCaseLower.ConvertName($"{role}"),
            ["region"] = regions.Length > 0 ? string.Join(' ', regions) : "430211", ["party"] = party,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, _issuer) { Content = new FormUrlEncodedContent(form) };
        using HttpResponseMessage answer = _http.Send(request).EnsureSuccessStatusCode();
        JsonNode token = JsonNode.Parse(answer.Content.ReadAsStream())!["access_token"]!;
        return new TokenInvoker(_channel.CreateCallInvoker(), token.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        _http.Dispose();
        // Nothing of it is needed any more, so kill it without a drain.
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private static string Program(string? checkout)
    {
        string own = AppContext.BaseDirectory.TrimEnd('/'), configuration = Path.GetFileName(Path.GetDirectoryName(own)!),
            framework = Path.GetFileName(own);
        string root = Path.GetFullPath(checkout ?? Path.Combine(own, "../../../../.."));
        string program = Path.Combine(root, "src/TimeBank.Server/bin", configuration, framework, "TimeBank.Server.dll");
        return File.Exists(program) ? program
            : throw new FileNotFoundException(
                $"No server is built: in {root}, dotnet build -c {configuration} src/TimeBank.Server", program);
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    private async Task WaitAsync()
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await _http.GetAsync(new Uri(_issuer, "/jwks"));
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (!_process.HasExited && Stopwatch.GetElapsedTime(start) < s_startsWithin)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }
}
