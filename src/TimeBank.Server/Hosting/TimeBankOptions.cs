using System.Net;

namespace TimeBank.Server;

/// <summary>The server's settings, from <c>appsettings.json</c>, <c>TimeBank__…</c> variables or <c>--TimeBank:…</c> arguments.</summary>
public sealed class TimeBankOptions
{
    public const string Section = "TimeBank";

    private const int FirstScenarioYear = 2000;

    /// <summary>The folder of the embedded database and the server's own keys.</summary>
    public string Data { get; set; } = "data";

    /// <summary>
    /// A PostgreSQL connection string; empty: a SQLite file in the data folder. Set it as the variable <c>TimeBank__Database</c>: other
    /// users can read a command line.
    /// </summary>
    public string Database { get; set; } = "";

    /// <summary>
    /// True: the server migrates a PostgreSQL database at start; its login must own the database. The server always migrates an embedded
    /// database.
    /// </summary>
    public bool Migrate { get; set; }

    /// <summary>The name of the cluster that the server joins through its PostgreSQL database; empty: the server is alone.</summary>
    public string Cluster { get; set; } = "";

    /// <summary>In a cluster: the address and port for the other silos. It asks for no password: private networks only.</summary>
    public string Silo { get; set; } = "127.0.0.1:11111";

    /// <summary>The address and port of gRPC.</summary>
    public string Grpc { get; set; } = "127.0.0.1:5081";

    /// <summary>
    /// The address and port of HTTP: the pages, the contract as JSON and gRPC-Web, Stripe's webhook, signed tiles, health and the local
    /// issuer.
    /// </summary>
    public string Http { get; set; } = "127.0.0.1:5080";

    /// <summary>
    /// The PEM file of the server's certificate, and after it those of its chain. Set: both listeners use TLS. Off loopback it must be
    /// set.
    /// </summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The PEM file of the certificate's private key, without a password; its group may read it.</summary>
    public string CertificateKeyFile { get; set; } = "";

    /// <summary>
    /// True: a proxy on this host, or in this pod, ends TLS and calls the server on loopback. Then the browser's addresses begin with
    /// https, and callers are told apart by X-Forwarded-For.
    /// </summary>
    public bool ProxyEndsTls { get; set; }

    /// <summary>The OIDC issuer whose tokens the server accepts; empty: the local issuer, on loopback only.</summary>
    public string Authority { get; set; } = "";

    /// <summary>The audience that tokens must name.</summary>
    public string Audience { get; set; } = LocalIssuer.Audience;

    /// <summary>The pages' client id at the OIDC issuer.</summary>
    public string ClientId { get; set; } = "timebank-pages";

    /// <summary>The file of the pages' client secret; empty: the client has none.</summary>
    public string ClientSecretFile { get; set; } = "";

    /// <summary>The scopes that the pages ask for; the issuer must answer with an access token for <see cref="Audience"/>.</summary>
    public string Scope { get; set; } = "openid profile";

    /// <summary>The name under which the server signs journals: a URL without its scheme. The region's code is appended.</summary>
    public string Origin { get; set; } = "timebank.example";

    /// <summary>
    /// The Ed25519 keys that sign checkpoints, as PEM, one after the other. Set them as the variable <c>TimeBank__CheckpointKeys</c>.
    /// Empty: the keys of <see cref="CheckpointKeyFile"/>.
    /// </summary>
    public string CheckpointKeys { get; set; } = "";

    /// <summary>The file of these keys, which only its owner may read; empty: <c>checkpoint-keys.pem</c> in the data folder.</summary>
    public string CheckpointKeyFile { get; set; } = "";

    /// <summary>
    /// The Ed25519 keys that sign voucher codes, as PEM: the first one signs, and all are published. Set them as the variable
    /// <c>TimeBank__VoucherKeys</c>. Empty: the keys of <see cref="VoucherKeyFile"/>.
    /// </summary>
    public string VoucherKeys { get; set; } = "";

    /// <summary>The file of these keys, which only its owner may read; empty: <c>voucher-keys.pem</c> in the data folder.</summary>
    public string VoucherKeyFile { get; set; } = "";

    /// <summary>
    /// The file of the vault's master keys, which only its owner may read; empty: <c>vault.key</c> in the data folder. Servers of one
    /// cluster have the same keys.
    /// </summary>
    public string VaultKeyFile { get; set; } = "";

    /// <summary>
    /// The folder of the last signed checkpoints; empty: <c>checkpoints</c> in the data folder. Another disk than the database's is best.
    /// </summary>
    public string Checkpoints { get; set; } = "";

    /// <summary>
    /// The file of the key of page tokens, which only its owner may read; empty: <c>page-tokens.key</c> in the data folder. Servers of one
    /// cluster have the same key.
    /// </summary>
    public string PageTokenKeyFile { get; set; } = "";

    /// <summary>
    /// The folder of the keys of sessions and forms; empty: <c>page-keys</c> in the data folder. Servers of one cluster share the folder: a
    /// new key is made in it from time to time.
    /// </summary>
    public string PageKeys { get; set; } = "";

    /// <summary>The time at which a demonstration's clock starts; null: the system's clock. On loopback only.</summary>
    public DateTimeOffset? Scenario { get; set; }

    /// <summary>
    /// At start, the server doubts a clock that is further ahead of the last entry than this. After a longer standstill set
    /// <see cref="ClockChecked"/>.
    /// </summary>
    public TimeSpan ClockAhead { get; set; } = TimeSpan.FromDays(31);

    /// <summary>The server doubts a clock that is further behind the last entry than this.</summary>
    public TimeSpan ClockBehind { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The day on which an operator compared the machine's clock with another one. A server that starts on that day, or at most
    /// <see cref="ClockAhead"/> later, believes its clock. Later the setting has no effect, so it may stay.
    /// </summary>
    public DateOnly? ClockChecked { get; set; }

    /// <summary>
    /// Seconds between two settlement rounds, which end holds, requests and hours whose time is over and deliver hours to other regions. 0:
    /// no rounds. Then undelivered hours stay on their way, the next read settles the rest, no webhook is called, and no regular run
    /// books Stripe's movements.
    /// </summary>
    public int RoundSeconds { get; set; } = 15;

    /// <summary>
    /// How many calls a second one caller may make in the long run, and ten times as many at once; 0: no limit. Each server counts for
    /// itself.
    /// </summary>
    public int CallsPerSecond { get; set; } = 100;

    /// <summary>The most bytes that a bank's file may have.</summary>
    public long StatementBytes { get; set; } = 512L << 20;

    /// <summary>True: webhooks may go to this machine, also without TLS. For demonstrations and tests, on loopback only.</summary>
    public bool WebhooksToLoopback { get; set; }

    /// <summary>Donations by card; off unless a secret key is named.</summary>
    public StripeOptions Stripe { get; set; } = new();

    /// <summary>What operators see.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    public IPEndPoint GrpcEndPoint => EndPoint(Grpc, nameof(Grpc));

    public IPEndPoint HttpEndPoint => EndPoint(Http, nameof(Http));

    public IPEndPoint SiloEndPoint => EndPoint(Silo, nameof(Silo));

    public bool OnLoopback => IPAddress.IsLoopback(GrpcEndPoint.Address) && IPAddress.IsLoopback(HttpEndPoint.Address);

    /// <summary>
    /// True: plain text on loopback, for programs of this machine alone. The local issuer and a demonstration's clock need it.
    /// </summary>
    public bool IsLocal => OnLoopback && CertificateFile.Length == 0 && !ProxyEndsTls;

    /// <exception cref="InvalidOperationException">A setting is invalid or contradicts another; the message says how to mend
    /// it.</exception>
    public void Check()
    {
        if (ClockAhead <= TimeSpan.Zero || ClockBehind <= TimeSpan.Zero)
        {
            throw new InvalidOperationException(
                "TimeBank:ClockAhead and TimeBank:ClockBehind must be more than nothing: 31.00:00:00 is 31 days, 00:10:00 is ten minutes.");
        }

        if (StatementBytes <= 0) throw new InvalidOperationException(
            $"TimeBank:StatementBytes must be more than nothing, and not {StatementBytes}.");
        if (CallsPerSecond is < 0 or > 1_000_000)
        {
            throw new InvalidOperationException($"TimeBank:CallsPerSecond must be from 0 (no limit) to 1000000, and not {CallsPerSecond}.");
        }
        if (RoundSeconds is < 0 or > 60)
        {
            throw new InvalidOperationException($"TimeBank:RoundSeconds must be from 0 to 60, and not {RoundSeconds}.");
        }
        if (Cluster.Length > 0 && Database.Length == 0) throw new InvalidOperationException(
            "A cluster shares one PostgreSQL database: name it as TimeBank:Database, or leave out TimeBank:Cluster.");
        if (Scenario is { } start && (start.UtcDateTime.Year < FirstScenarioYear || ScenarioClock.IsBeyond(start)))
        {
            throw new InvalidOperationException(
                $"TimeBank:Scenario is {start:O}: a demonstration starts from {FirstScenarioYear} to {ScenarioClock.LastDay:O}.");
        }
        if (GrpcEndPoint.Equals(HttpEndPoint) && GrpcEndPoint.Port > 0)
        {
            throw new InvalidOperationException($"TimeBank:Grpc and TimeBank:Http are both {Grpc}: give each a port of its own.");
        }
        if (Cluster.Length > 0 && Authority.Length == 0 && !IPAddress.IsLoopback(SiloEndPoint.Address))
        {
            throw new InvalidOperationException(
                "The local issuer runs only where the server listens on loopback, and TimeBank:Silo is elsewhere: name an OIDC "
                + "issuer as TimeBank:Authority.");
        }
        Stripe.Check();
        Telemetry.Check(hasAuthority: Authority.Length > 0);
        if (CertificateFile.Length == 0 != (CertificateKeyFile.Length == 0)) throw new InvalidOperationException(
            "TimeBank:CertificateFile and TimeBank:CertificateKeyFile belong together: name both or none.");
        if (IsLocal) return;
        if (WebhooksToLoopback) throw new InvalidOperationException(
            "Webhooks go to this machine only where the server listens on loopback: leave out TimeBank:WebhooksToLoopback.");
        if (Authority.Length == 0) throw new InvalidOperationException(
            "The local issuer runs only where the server listens on loopback, for this machine alone: name an OIDC issuer as "
                + "TimeBank:Authority.");
        if (Scenario is not null) throw new InvalidOperationException(
            "A demonstration's clock runs only where the server listens on loopback, for this machine alone: leave out TimeBank:Scenario.");
        if (ProxyEndsTls && (!OnLoopback || CertificateFile.Length > 0)) throw new InvalidOperationException(
            "TimeBank:ProxyEndsTls is for a proxy on this host, which calls TimeBank:Grpc and TimeBank:Http on loopback, without TLS: "
                + "set both so and leave out TimeBank:CertificateFile, or leave out TimeBank:ProxyEndsTls.");
        if (!OnLoopback && CertificateFile.Length == 0) throw new InvalidOperationException(
            "Off loopback the server speaks TLS alone: name its certificate as TimeBank:CertificateFile and TimeBank:CertificateKeyFile. "
                + "Where a proxy on this host ends TLS, listen on loopback and set TimeBank:ProxyEndsTls.");
    }

    // TryParse accepts a bare number as an address, and an address without a port as port 0. The comparison refuses both.
    internal static IPEndPoint EndPoint(string text, string name)
    {
        if (IPEndPoint.TryParse(text, out IPEndPoint? point) && point.ToString() == text) return point;
        throw new InvalidOperationException(
            $"TimeBank:{name} must be an address and a port, such as 127.0.0.1:5081 or [::1]:5081, and not '{text}'.");
    }
}
