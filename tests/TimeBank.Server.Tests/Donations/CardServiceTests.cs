using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Demo;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The demonstration's payment service beside a server, whose demonstration's clock stands on a day of October 2026.</summary>
public sealed class CardServiceTests : IAsyncLifetime
{
    private const string Day = "2026-10-08T19:05:00.0000000+08:00";

    private readonly string _data = Directory.CreateTempSubdirectory("timebank-cards-").FullName;
    private readonly HttpClient _http = new();
    private CardService _service = null!;
    private TestServer _server = null!;
    private Desk _money = null!;
    private string _fund = "";

    public async ValueTask InitializeAsync()
    {
        _service = await OpenAsync();
        string folder = Path.Combine(_data, "stripe");
        _server = new TestServer
        {
            Settings =
            [
                $"--TimeBank:Stripe:SecretKeyFile={folder}/key", $"--TimeBank:Stripe:WebhookSecretFile={folder}/signing",
                $"--TimeBank:Stripe:ApiBase={_service.Address}", $"--TimeBank:Stripe:Region={TestServer.Tianyuan}",
            ],
        };
        await _server.InitializeAsync();
        _money = new Desk(_server, TestServer.Tianyuan);
        _fund = await _money.FundAsync("cards", 0, V1.FundKind.Donation);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _service.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task What_donors_do_is_booked_once_and_on_the_demonstrations_day()
    {
        string page = await StartAsync(20_000);

        long[] paid = [await AskAsync($"pay/{page}", Day), await AskAsync($"pay/{page}", "2026-10-09T19:05:00.0000000+08:00")];
        long[] back = [await AskAsync($"refund/{page}", Day), await AskAsync($"refund/{page}", Day)];
        long[] out_ = [await AskAsync("payout/a", Day), await AskAsync("payout/a", Day), await AskAsync("payout/b", Day)];
        SyncStripeSummary summary = await SyncAsync();

        // What was paid out is what was paid less what went back: the fee is missing, and the bank pays it.
        Assert.Equal([0, 0, 20_000, 20_000, -630, -630, 0], [.. paid, .. back, .. out_]);
        Assert.True(summary.Complete);
        Assert.Equal(
            ["ReceiveDonation 2026-10-08", "RefundDonation 2026-10-08", "StripePayout 2026-10-08"],
            (await EntriesAsync()).Select(entry => string.Create(
                CultureInfo.InvariantCulture, $"{entry.Code} {entry.Header.EffectiveDate:yyyy-MM-dd}")).Order(StringComparer.Ordinal));
        Assert.Equal(Desk.Fen(0), (await _money.Auditor.GetFundAsync(new GetFundRequest { Name = _fund })).Available);
    }

    [Fact]
    public async Task What_has_happened_outlives_the_service_and_others_cannot_read_it()
    {
        string paid = await StartAsync(20_000), open = await StartAsync(5_000);
        await AskAsync($"pay/{paid}", Day);
        await AskAsync("payout/a", Day);
        string[] secrets = [new CardFiles(_data).Key(), new CardFiles(_data).Signing()];
        await _service.DisposeAsync();
        _service = await OpenAsync();

        Assert.Equal(20_000 - 630, await AskAsync("payout/a", Day));
        await AskAsync($"pay/{paid}", Day);
        Assert.Equal(0, await AskAsync("payout/b", Day));
        await AskAsync($"pay/{open}", Day);
        Assert.Equal(5_000 - 195, await AskAsync("payout/c", Day));
        Assert.Equal(secrets, new[] { new CardFiles(_data).Key(), new CardFiles(_data).Signing() });
        Assert.All(Directory.GetFiles(Path.Combine(_data, "stripe")), file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    /// <summary>As where the database was lost, or is another one: its month begins anew at the payment service too.</summary>
    [Fact]
    public async Task What_has_happened_is_of_no_server_without_donations()
    {
        string page = await StartAsync(20_000);
        await AskAsync($"pay/{page}", Day);
        await _service.DisposeAsync();
        _service = await OpenAsync(() => Task.FromResult(false));

        using HttpResponseMessage answer = await PostAsync($"pay/{page}", Day);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(0, await AskAsync("payout/a", Day));
    }

    [Fact]
    public async Task Nothing_is_answered_until_the_server_has_said_whether_it_has_donations()
    {
        string page = await StartAsync(20_000);
        bool answers = false;
        await _service.DisposeAsync();
        _service = await OpenAsync(() => answers ? Task.FromResult(true) : throw new RpcException(new Status(StatusCode.Unavailable, "")));

        using HttpResponseMessage early = await PostAsync($"pay/{page}", Day);
        answers = true;
        using HttpResponseMessage later = await PostAsync($"pay/{page}", Day);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (early.StatusCode, later.StatusCode));
    }

    [Theory]
    [InlineData("pay/cs_test_999999", Day, HttpStatusCode.NotFound)]
    [InlineData("refund/cs_test_000001", Day, HttpStatusCode.NotFound)]
    [InlineData("payout/x", "yesterday", HttpStatusCode.BadRequest)]
    [InlineData("v1/payouts", Day, HttpStatusCode.Unauthorized)]
    public async Task What_cannot_be_done_is_refused(string path, string at, HttpStatusCode said)
    {
        await StartAsync(1_000);
        using HttpResponseMessage answer = await PostAsync(path, at);

        Assert.Equal(said, answer.StatusCode);
        Assert.Empty(await EntriesAsync());
    }

    /// <summary>The page that a person opens.</summary>
    [Fact]
    public async Task A_page_has_its_amount_and_says_when_it_is_paid()
    {
        string page = await StartAsync(12_345);
        string open = await _http.GetStringAsync(new Uri(_service.Address, $"pay/{page}"));
        await AskAsync($"pay/{page}", Day);
        string paid = await _http.GetStringAsync(new Uri(_service.Address, $"pay/{page}"));

        Assert.Contains("123.45", open, StringComparison.Ordinal);
        Assert.Contains("<button>", open, StringComparison.Ordinal);
        Assert.DoesNotContain("<button>", paid, StringComparison.Ordinal);
    }

    private Task<CardService> OpenAsync(Func<Task<bool>>? hasDonations = null) => CardService.StartAsync(
        TimeProvider.System, new CardFiles(_data), () => _server.Http, hasDonations ?? (() => Task.FromResult(true)));

    /// <returns>The page's id.</returns>
    private async Task<string> StartAsync(long fen)
    {
        var counter = new DonationService.DonationServiceClient(_server.As(Role.Counter));
        Donation donation = await counter.StartDonationAsync(
            new StartDonationRequest { RequestId = Desk.Id(), Fund = _fund, Amount = Desk.Fen(fen) });
        return donation.Url.Split('/')[^1];
    }

    /// <returns>The amount of what it is about; 0 of a page.</returns>
    private async Task<long> AskAsync(string path, string at)
    {
        using HttpResponseMessage answer = await PostAsync(path, at);
        Assert.True(answer.IsSuccessStatusCode, $"{path} {answer.StatusCode}");
        return (long?)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["amount"] ?? 0;
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string at)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("at", at)]);
        return await _http.PostAsync(new Uri(_service.Address, path), form);
    }

    private async Task<SyncStripeSummary> SyncAsync()
    {
        var maker = new DonationService.DonationServiceClient(_server.As(Role.FinanceMaker));
        using var run = maker.SyncStripe(new SyncStripeRequest { RequestId = Desk.Id(), Parent = _money.Region });
        SyncStripeProgress last = new();
        while (await run.ResponseStream.MoveNext(CancellationToken.None)) last = run.ResponseStream.Current;
        return last.Summary;
    }

    /// <summary>The entries that book movements of the payment service.</summary>
    private async Task<IEnumerable<JournalEntry>> EntriesAsync()
    {
        IReadOnlyList<StoredEntry> all = await _server.Services.GetRequiredService<ILedgerReader>()
            .EntriesAsync(RegionCode.Parse(TestServer.Tianyuan), 0, 1_000, default);
        return all.Select(stored => stored.Entry).Where(entry => entry.Header.Actor == CardMovement.Actor);
    }
}
