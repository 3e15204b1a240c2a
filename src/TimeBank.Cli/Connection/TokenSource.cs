using System.Collections.Concurrent;
using System.CommandLine;
using System.Text.Json.Nodes;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Gets tokens from the local issuer, each once. The issuer's secret lies in the data folder.</summary>
internal sealed class TokenSource(Uri issuer, string dataFolder) : IDisposable
{
    private const string SecretFile = "local-issuer.secret";
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly ConcurrentDictionary<(Role Role, string Regions, string Party, string Subject), Lazy<Task<string>>> _tokens = new();

    /// <param name="regions">Region codes, separated by blanks.</param>
    /// <param name="party">The caller's own party as a resource name; empty for staff.</param>
    /// <param name="subject">The actor whom the journal keeps; empty: made from the party or role.</param>
    /// <exception cref="UsageException">A region is no region code, or the issuer can't read the request.</exception>
    /// <exception cref="TokenException">There is no secret to show, the issuer can't be reached, or it refuses.</exception>
    public Task<string> GetAsync(Role role, string regions, string party = "", string subject = "") =>
        _tokens.GetOrAdd((role, regions, party, subject), key =>
            new Lazy<Task<string>>(() => AskAsync(key.Role, key.Regions, key.Party, key.Subject))).Value;

    /// <summary>Drops all tokens, and refusals too.</summary>
    public void Forget() => _tokens.Clear();

    public void Dispose() => _http.Dispose();

    private async Task<string> AskAsync(Role role, string regions, string party, string subject)
    {
        foreach (string region in regions.Split([' ', ','])) ResourceNames.RequireRegion(region);
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_secret"] = await SecretAsync(),
            ["role"] = ActingAs.NameOf(role),
            ["region"] = regions,
            ["party"] = party,
            ["subject"] = subject,
        };
        try
        {
            using HttpResponseMessage response = await _http.PostAsync(new Uri(issuer, "token"), new FormUrlEncodedContent(form));
            JsonNode? answer = JsonNode.Parse(await response.Content.ReadAsStringAsync());
            if (answer?["access_token"]?.GetValue<string>() is { } token) return token;
            string why = answer?["error_description"]?.GetValue<string>() ?? response.ReasonPhrase ?? "";
            // The request can't be right, such as a party's name.
            if (answer?["error"]?.GetValue<string>() == "invalid_request") throw new UsageException(
                $"{issuer} 没有给出令牌：{why}", $"{issuer} gave no token: {why}");
            throw new TokenException(ExitCode.NotAllowed, $"{issuer} 没有给出令牌：{why}", $"{issuer} gave no token: {why}");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
        {
            throw new TokenException(ExitCode.Unavailable, $"连不上签发令牌的 {issuer}。可先运行 ./timebank up。",
                $"Can't get a token from {issuer}. Is the server running? ./timebank up starts it.");
        }
    }

    private async Task<string> SecretAsync()
    {
        string path = Path.Combine(dataFolder, SecretFile);
        try
        {
            return (await File.ReadAllTextAsync(path)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TokenException(
                ExitCode.NotAllowed,
                $"读不到 {path}，不能取得令牌。请用 --data 指明数据目录，或用 --token 给出令牌。",
                $"Can't read {path}, so there is no token. Name the server's data folder with --data, or give a token with --token.");
        }
    }
}

/// <summary>The global options of a command.</summary>
/// <param name="Servers">Where gRPC listens: one server, or those of a cluster, among which calls are spread.</param>
/// <param name="As">Who acts; null: the command's usual role.</param>
/// <param name="Token">A token to use; null: one of the local issuer.</param>
/// <param name="RequestId">The request id of a mutation; null: a new one.</param>
/// <param name="DeadlineSeconds">The longest time of one call.</param>
internal sealed record Settings(
    IReadOnlyList<Uri> Servers, Uri Issuer, string Data, string Region, ActingAs? As, string? Token, string? RequestId, int DeadlineSeconds)
{
    public Uri Server => Servers[0];

    /// <exception cref="UsageException">An option has a value that can't be right.</exception>
    public static Settings Read(ParseResult parsed, GlobalOptions options)
    {
        string region = parsed.GetValue(options.Region)!;
        int deadline = parsed.GetValue(options.Deadline);
        if (deadline is < 1 or > 86_400) throw new UsageException("--deadline 须在 1 到 86400 秒之间。",
            "--deadline must be from 1 to 86400 seconds.");
        return new Settings(
            [.. parsed.GetValue(options.Server)!.Split(',').Select(server => Address(server.Trim(), "--server"))],
            Address(parsed.GetValue(options.Issuer)!, "--issuer"),
            parsed.GetValue(options.Data)!,
            region,
            parsed.GetValue(options.As) is { Length: > 0 } who ? ActingAs.Parse(who, region) : null,
            parsed.GetValue(options.Token) is { Length: > 0 } token ? token : null,
            parsed.GetValue(options.RequestId) is { Length: > 0 } id ? id : null,
            deadline);
    }

    private static Uri Address(string text, string option) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out Uri? address)
            && address.Scheme is ("http" or "https")
            ? address
            : throw new UsageException($"{option} 须为地址，例如 http://127.0.0.1:5081。",
            $"{option} must be an address, such as http://127.0.0.1:5081.");
}
