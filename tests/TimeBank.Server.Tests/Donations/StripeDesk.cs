using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Demo;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A server that takes donations by card for one region, beside a Stripe of its own.</summary>
public sealed class StripeDesk : IAsyncLifetime
{
    public const string WebhookSecret = "whsec_q1w2e3r4t5y6u7i8o9p0", Code = "430204";

    public static readonly DateTimeOffset Start = new(2026, 10, 1, 1, 0, 0, TimeSpan.Zero);

    /// <summary>The connected account; empty: the key's own.</summary>
    public string Account { get; init; } = "";

    private readonly string _keys = Directory.CreateTempSubdirectory("timebank-stripe-").FullName;
    private readonly HttpClient _http = new();
    private int _events;

    public TestServer Server { get; private set; } = null!;

    public string Region => $"regions/{Code}";

    internal HurriedTime Time { get; } = new(Start);

    internal StripeFake Stripe { get; private set; } = null!;

    internal StripeWorld World => Stripe.World;

    internal Desk Money { get; private set; } = null!;

    public DonationService.DonationServiceClient Maker { get; private set; } = null!;

    public DonationService.DonationServiceClient Counter { get; private set; } = null!;

    public DonationService.DonationServiceClient Auditor { get; private set; } = null!;

    /// <summary>The settings of a server that takes donations.</summary>
    public static string[] Settings(string keys, Uri address, string region = Code) =>
    [
        $"--TimeBank:Stripe:SecretKeyFile={KeyFile(keys, "api", StripeFake.Key)}",
        $"--TimeBank:Stripe:WebhookSecretFile={KeyFile(keys, "webhook", WebhookSecret)}",
        $"--TimeBank:Stripe:ApiBase={address}", $"--TimeBank:Stripe:Region={region}",
    ];

    public static string KeyFile(string folder, string name, string secret)
    {
        string file = Path.Combine(folder, name);
        File.WriteAllText(file, secret + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    public async ValueTask InitializeAsync()
    {
        Stripe = await StripeFake.StartAsync(Time);
        Stripe.Account = Account;
        Server = new TestServer { Time = Time, Settings = [.. Settings(_keys, Stripe.Address), $"--TimeBank:Stripe:Account={Account}"] };
        await Server.InitializeAsync();
        Money = new Desk(Server, Code);
        Maker = new(Server.As(Role.FinanceMaker, regions: Code));
        Counter = new(Server.As(Role.Counter, regions: Code));
        Auditor = new(Server.As(Role.Auditor, regions: Code));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Stripe.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_keys, recursive: true);
    }

    public Task<string> FundAsync(string id, V1.FundKind kind = V1.FundKind.Donation) => Money.FundAsync(id, 0, kind);

    public StartDonationRequest Gift(string fund, long fen = 5_000) => new()
    {
        RequestId = Desk.Id(), Fund = fund, Amount = Desk.Fen(fen), Note = "给老人加个菜",
    };

    /// <summary>A donation with its page at Stripe.</summary>
    internal async Task<(Donation Donation, JsonObject Session)> StartAsync(string fund, long fen = 5_000)
    {
        Donation donation = await Counter.StartDonationAsync(Gift(fund, fen));
        return (donation, World.SessionOf(donation.Url));
    }

    /// <summary>A donation that the donor has paid and that is booked.</summary>
    internal async Task<(Donation Donation, JsonObject Charge)> PaidAsync(string fund, long fen = 5_000, long fee = 100)
    {
        (Donation donation, JsonObject session) = await StartAsync(fund, fen);
        JsonObject charge = World.Pay(session, fee);
        await SyncAsync();
        return (donation, charge);
    }

    public async Task<SyncStripeSummary> SyncAsync(bool dryRun = false) => (await StepsAsync(dryRun))[^1].Summary;

    public async Task<List<SyncStripeProgress>> StepsAsync(bool dryRun = false)
    {
        using AsyncServerStreamingCall<SyncStripeProgress> call = Maker.SyncStripe(
            new SyncStripeRequest { RequestId = Desk.Id(), Parent = Region, ValidateOnly = dryRun });
        var steps = new List<SyncStripeProgress>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) steps.Add(call.ResponseStream.Current);
        return steps;
    }

    /// <summary>The tool, as a process of its own.</summary>
    public Task<(int Code, string Output, string Error)> ToolAsync(params string[] args) => Tool.RunAsync(Server.Data, Server, args);

    public async Task<Donation> SeenAsync(Donation donation) =>
        await Auditor.GetDonationAsync(new GetDonationRequest { Name = donation.Name });

    /// <summary>Debits less credits of an account of the region; 0 where nothing has opened it.</summary>
    public async Task<long> DebitAsync(string path)
    {
        ILedgerGrain writer = Server.Services.GetRequiredService<IGrainFactory>().GetGrain<ILedgerGrain>(Code);
        return await writer.AccountAsync(AccountPath.Parse(path)) is { } account
            ? account.Counters.DebitsPosted - account.Counters.CreditsPosted : 0;
    }

    /// <summary>The entry that books a movement, as <c>CODE account ±fen …</c> with debits positive; empty where there is none.</summary>
    public async Task<string> EntryAsync(string transaction)
    {
        ILedgerReader ledger = Server.Services.GetRequiredService<ILedgerReader>();
        RegionCode region = RegionCode.Parse(Code);
        ILedgerGrain writer = Server.Services.GetRequiredService<IGrainFactory>().GetGrain<ILedgerGrain>(Code);
        JournalEntry? entry = null;
        var none = new CardMovement(transaction, "", "", "", 0, 0, default);
        for (int attempt = 0; await writer.FindAsync(none.EntryId(attempt)) is { } outcome; attempt++) entry ??= outcome.Entry;
        if (entry is null) return "";
        Assert.Equal(transaction, entry.Detail("transaction"));
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (StoredTransfer leg in await ledger.TransfersAsync(region, [entry.Index], default))
        {
            sums[leg.Debit.Text] = sums.GetValueOrDefault(leg.Debit.Text) + leg.Transfer.Posted;
            sums[leg.Credit.Text] = sums.GetValueOrDefault(leg.Credit.Text) - leg.Transfer.Posted;
        }
        IEnumerable<string> legs = sums.Select(sum => $"{sum.Key} {sum.Value.ToString("+0;-0", CultureInfo.InvariantCulture)}");
        return $"{entry.Code} {string.Join(' ', legs)}";
    }

    /// <summary>How many entries book a movement of Stripe.</summary>
    public async Task<int> BookedAsync()
    {
        IReadOnlyList<StoredEntry> all = await Server.Services.GetRequiredService<ILedgerReader>()
            .EntriesAsync(RegionCode.Parse(Code), 0, 10_000, default);
        return all.Count(stored => stored.Entry.Header.Actor == CardMovement.Actor);
    }

    /// <summary>An event about an object, as it looks now.</summary>
    internal JsonObject EventOf(string type, JsonObject about) =>
        StripeEvent.Of($"evt_{Interlocked.Increment(ref _events):D8}", type, about, Time.GetUtcNow());

    /// <summary>Delivers a signed body, and waits until what it is about has been followed.</summary>
    public async Task<HttpStatusCode> DeliverAsync(string body, string? header = null)
    {
        HttpStatusCode status = await PostAsync(body, header ?? Signed(body));
        await FollowedAsync();
        return status;
    }

    public async Task<HttpStatusCode> PostAsync(string body, string? header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.Http, "/stripe/webhook"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (header is not null) request.Headers.TryAddWithoutValidation("Stripe-Signature", header);
        using HttpResponseMessage answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <param name="seconds">How much later than now it is signed.</param>
    public string Signed(string body, int seconds = 0, string secret = WebhookSecret) =>
        StripeEvent.Signed(body, Time.GetUtcNow().AddSeconds(seconds), secret);

    /// <summary>The events that the server keeps, by id.</summary>
    public async Task<IReadOnlyDictionary<string, StripeEventState>> EventsAsync()
    {
        IReadOnlyList<RegistryRow<StripeEventState>> rows = await Server.Services.GetRequiredService<IRegistry>()
            .ListAsync<StripeEventState>(new RegistryQuery(RegionCode.Parse(Code), StripeEventState.Kind) { Limit = 10_000 }, default);
        return rows.ToDictionary(row => row.Key, row => row.State);
    }

    private async Task FollowedAsync()
    {
        IGrainFactory grains = Server.Services.GetRequiredService<IGrainFactory>();
        // A grain carries out one call after the other: this one comes after the one that the delivery began.
        foreach (string id in (await EventsAsync()).Where(one => one.Value.Stage == StripeEventStage.Received).Select(one => one.Key))
        {
            await grains.GetGrain<IStripeEventGrain>($"{Code}/{id}").FollowAsync();
        }
    }
}
