using System.Net;

namespace TimeBank.Server;

/// <summary>How a server is set up: from <c>appsettings.json</c>, <c>TimeBank__…</c> variables or <c>--TimeBank:…</c> arguments.</summary>
public sealed class TimeBankOptions
{
    public const string Section = "TimeBank";

    private const int FirstScenarioYear = 2000;

    /// <summary>The folder of the embedded database and the server's own keys.</summary>
    public string Data { get; set; } = "data";

    /// <summary>
    /// A PostgreSQL connection string; empty: a file of the data folder. Best given as the variable <c>TimeBank__Database</c>, which other
    /// users can't read as they can
    /// a command line.
    /// </summary>
    public string Database { get; set; } = "";

    /// <summary>
    /// Whether the server brings a PostgreSQL database to this build's schema at start, for which its login must own it. The embedded
    /// database is always migrated.
    /// </summary>
    public bool Migrate { get; set; }

    /// <summary>
    /// The name of the cluster that the server joins through its PostgreSQL database; empty: it is alone. Needs the Orleans packages.
    /// </summary>
    public string Cluster { get; set; } = "";

    /// <summary>
    /// In a cluster: the address and port at which the other silos reach this one. It knows no passwords: on a private network only.
    /// </summary>
    public string Silo { get; set; } = "127.0.0.1:11111";

    /// <summary>Where gRPC listens.</summary>
    public string Grpc { get; set; } = "127.0.0.1:5081";

    /// <summary>Where pages and the local issuer listen.</summary>
    public string Http { get; set; } = "127.0.0.1:5080";

    /// <summary>The OIDC issuer whose tokens are taken; empty: the local one, on loopback only.</summary>
    public string Authority { get; set; } = "";

    /// <summary>The audience that tokens must name.</summary>
    public string Audience { get; set; } = LocalIssuer.Audience;

    /// <summary>In whose name journals are signed: a URL without its scheme, to which the region is added.</summary>
    public string Origin { get; set; } = "timebank.example";

    /// <summary>
    /// The Ed25519 keys that sign checkpoints, as PEM, one after the other; best given as the variable <c>TimeBank__CheckpointKeys</c>.
    /// Empty: those of the file.
    /// </summary>
    public string CheckpointKeys { get; set; } = "";

    /// <summary>The file of these keys, readable by its owner alone; empty: <c>checkpoint-keys.pem</c> of the data folder.</summary>
    public string CheckpointKeyFile { get; set; } = "";

    /// <summary>
    /// The folder of the last signed checkpoints, best on another disk than the database; empty: <c>checkpoints</c> of the data folder.
    /// </summary>
    public string Checkpoints { get; set; } = "";

    /// <summary>The instant at which a demonstration starts; null: the system's clock runs the business. On loopback only.</summary>
    public DateTimeOffset? Scenario { get; set; }

    /// <summary>
    /// How far the clock may be ahead of the last entry before the server doubts it. A server that stood still for longer needs
    /// <see cref="ClockChecked"/>.
    /// </summary>
    public TimeSpan ClockAhead { get; set; } = TimeSpan.FromDays(31);

    /// <summary>How far the clock may be behind the last entry before the server doubts it.</summary>
    public TimeSpan ClockBehind { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The day on which somebody held the machine's clock against another one: a server that starts on that day, or not more than
    /// <see cref="ClockAhead"/> later, believes its clock whatever the journal says. After that it means nothing, so it may stay.
    /// </summary>
    public DateOnly? ClockChecked { get; set; }

    /// <summary>
    /// How many seconds lie between the rounds that settle what is due: holds, requests and hours whose time is over, and hours on their
    /// way to other regions. 0: no rounds; then hours on their way stay there, and the rest is settled when somebody looks.
    /// </summary>
    public int RoundSeconds { get; set; } = 15;

    public IPEndPoint GrpcEndPoint => EndPoint(Grpc, nameof(Grpc));

    public IPEndPoint HttpEndPoint => EndPoint(Http, nameof(Http));

    public IPEndPoint SiloEndPoint => EndPoint(Silo, nameof(Silo));

    public bool OnLoopback => IPAddress.IsLoopback(GrpcEndPoint.Address) && IPAddress.IsLoopback(HttpEndPoint.Address);

    /// <exception cref="InvalidOperationException">The settings contradict each other; the message says how to mend them.</exception>
    public void Check()
    {
        if (ClockAhead <= TimeSpan.Zero || ClockBehind <= TimeSpan.Zero)
        {
            throw new InvalidOperationException(
                "TimeBank:ClockAhead and TimeBank:ClockBehind must be more than nothing: 31.00:00:00 is 31 days, 00:10:00 is ten minutes.");
        }

        if (RoundSeconds is < 0 or > 60)
        {
            throw new InvalidOperationException($"TimeBank:RoundSeconds must be from 0 to 60, and not {RoundSeconds}.");
        }
        if (Cluster.Length > 0 && Database.Length == 0) throw new InvalidOperationException(
            "A cluster shares one PostgreSQL database: name it as TimeBank:Database, or leave out TimeBank:Cluster.");
        if (Cluster.Length > 0 && Scenario is not null) throw new InvalidOperationException(
            "A demonstration's clock runs in one server alone: leave out TimeBank:Scenario or TimeBank:Cluster.");
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
        if (OnLoopback) return;
        if (Authority.Length == 0) throw new InvalidOperationException(
            "The local issuer runs only where the server listens on loopback: name an OIDC issuer as TimeBank:Authority.");
        if (Scenario is not null) throw new InvalidOperationException(
            "A demonstration's clock runs only where the server listens on loopback: leave out TimeBank:Scenario.");
    }

    // A number alone would be read as an address, and an address alone as one with port 0.
    private static IPEndPoint EndPoint(string text, string name)
    {
        if (IPEndPoint.TryParse(text, out IPEndPoint? point) && point.ToString() == text) return point;
        throw new InvalidOperationException(
            $"TimeBank:{name} must be an address and a port, such as 127.0.0.1:5081 or [::1]:5081, and not '{text}'.");
    }
}
