using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace TimeBank.Server;

/// <summary>How an attempt ended. The names are stored and never change.</summary>
public enum WebhookOutcome
{
    [JsonStringEnumMemberName("delivered")]
    Delivered = 1,

    [JsonStringEnumMemberName("refused")]
    Refused = 2,

    [JsonStringEnumMemberName("noAnswer")]
    NoAnswer = 3,

    [JsonStringEnumMemberName("unreachable")]
    Unreachable = 4,

    [JsonStringEnumMemberName("addressNotPublic")]
    AddressNotPublic = 5,
}

/// <param name="Status">The receiver's HTTP status; 0 without an answer.</param>
public readonly record struct WebhookAnswer(WebhookOutcome Outcome, int Status);

/// <summary>The addresses of a host's name.</summary>
public delegate Task<IPAddress[]> HostAddresses(string host, CancellationToken cancellation);

/// <summary>
/// Sends notices, signed by the Standard Webhooks specification 1.0.0 (HMAC-SHA256, <c>v1</c>). The receiver is a stranger: it gets no time
/// but ten seconds, none of its answer is read but the head, and it can't send the server to an address that is not public.
/// </summary>
public sealed class WebhookSender : IDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public const string SecretPrefix = "whsec_";

    /// <summary>32 bytes; the specification asks for 24 to 64.</summary>
    public const int SecretBytes = 32;

    private const int MaxHeadKilobytes = 16, MaxDrainBytes = 4_096, ConnectionsPerHost = 8;

    // A receiver that moves is found at its new address so soon, and checked there.
    private static readonly TimeSpan ConnectionLives = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly HostAddresses _addresses;
    private readonly TimeProvider _time;

    /// <param name="allowsLoopback">True: this machine counts as public.</param>
    /// <param name="time">The machine's clock: receivers compare the time of an attempt with theirs.</param>
    public WebhookSender(bool allowsLoopback, TimeProvider time, HostAddresses addresses)
    {
        (AllowsLoopback, _time, _addresses) = (allowsLoopback, time, addresses);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectCallback = ConnectAsync,
            MaxResponseHeadersLength = MaxHeadKilobytes, MaxResponseDrainSize = MaxDrainBytes, ResponseDrainTimeout = TimeSpan.Zero,
            MaxConnectionsPerServer = ConnectionsPerHost, PooledConnectionLifetime = ConnectionLives,
            // No id of ours leaves with the request but those of the notice.
            ActivityHeadersPropagator = null,
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    public bool AllowsLoopback { get; }

    public DateTimeOffset Now => _time.GetUtcNow();

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>True where a receiver may be: not on this machine, and not in a network of ours.</summary>
    public bool Allows(IPAddress address) => PublicAddress.Is(address) || (AllowsLoopback && IPAddress.IsLoopback(address));

    /// <param name="secrets">The notice is signed with each.</param>
    public async Task<WebhookAnswer> SendAsync(Uri url, WebhookNotice notice, IReadOnlyList<string> secrets)
    {
        using var late = new CancellationTokenSource(Timeout, _time);
        string at = $"{Now.ToUnixTimeSeconds()}";
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(notice.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("TimeBank", "1"));
        request.Headers.Add("webhook-id", notice.Id);
        request.Headers.Add("webhook-timestamp", at);
        request.Headers.Add("webhook-signature", string.Join(' ', secrets.Select(secret => Sign(secret, notice, at))));
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
            return new WebhookAnswer(
                answer.IsSuccessStatusCode ? WebhookOutcome.Delivered : WebhookOutcome.Refused, (int)answer.StatusCode);
        }
        catch (OperationCanceledException)
        {
            return new WebhookAnswer(WebhookOutcome.NoAnswer, 0);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            bool isRefused = error.InnerException is AddressNotPublicException || error is AddressNotPublicException;
            return new WebhookAnswer(isRefused ? WebhookOutcome.AddressNotPublic : WebhookOutcome.Unreachable, 0);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>One signature of a notice.</summary>
    /// <param name="at">The seconds since 1970, as the header has them.</param>
    public static string Sign(string secret, WebhookNotice notice, string at)
    {
        byte[] key = Convert.FromBase64String(secret[SecretPrefix.Length..]);
        byte[] content = [.. Encoding.UTF8.GetBytes($"{notice.Id}.{at}."), .. notice.Body.Span], mac = HMACSHA256.HashData(key, content);
        CryptographicOperations.ZeroMemory(key);
        return $"v1,{Convert.ToBase64String(mac)}";
    }

    /// <summary>
    /// Looks up the host and connects to what was looked up, so that no second answer of the name server comes in between. A name that also
    /// stands for an address of ours is refused as a whole.
    /// </summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        string host = context.DnsEndPoint.Host;
        IPAddress[] found = IPAddress.TryParse(host, out IPAddress? literal) ? [literal] : await _addresses(host, cancellation);
        if (!found.All(Allows)) throw new AddressNotPublicException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(found, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class AddressNotPublicException() : IOException("The receiver's address is not public.");
}

/// <summary>
/// Tells addresses of the public internet from those of machines and networks of one's own, and from those that stand for another.
/// Source: IANA's registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890), multicast too.
/// </summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] Special4 =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ]).Select(IPNetwork.Parse),
    ];

    // Of IPv6 only 2000::/3 is given out. In it, 2001::/23 and 2002::/16 hold ways to IPv4 addresses.
    private static readonly IPNetwork Given6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special6 =
        [.. ((string[])["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]).Select(IPNetwork.Parse)];

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !Special4.Any(network => network.Contains(address))
            : Given6.Contains(address) && !Special6.Any(network => network.Contains(address));
    }
}
