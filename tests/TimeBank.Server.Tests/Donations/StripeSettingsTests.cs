using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using TimeBank.Demo;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class StripeSettingsTests(TestServer plain) : IDisposable
{
    private const string Region = "regions/430211", Request = "00000000-0000-4000-8000-000000000001";

    private readonly string _keys = Directory.CreateTempSubdirectory("timebank-stripe-").FullName;

    public void Dispose() => Directory.Delete(_keys, recursive: true);

    [Fact]
    public async Task Without_settings_nothing_of_it_is_there()
    {
        var maker = new DonationService.DonationServiceClient(plain.As(Role.FinanceMaker));
        var start = new StartDonationRequest { RequestId = Request, Fund = $"{Region}/funds/x", Amount = Desk.Fen(500) };
        await maker.StartDonationAsync(start).IsRefusedAsync(Reason.DonationsNotConfigured);
        await maker.StartDonationAsync(new StartDonationRequest(start) { ValidateOnly = true })
            .IsRefusedAsync(Reason.DonationsNotConfigured);
        await maker.GetDonationAsync(new GetDonationRequest { Name = $"{Region}/donations/0123456789AB" })
            .IsRefusedAsync(Reason.DonationsNotConfigured);
        await maker.ListDonationsAsync(new ListDonationsRequest { Parent = Region }).IsRefusedAsync(Reason.DonationsNotConfigured);
        Func<Task> sync = () => SyncAsync(maker, Region);
        await sync.IsRefusedAsync(Reason.DonationsNotConfigured);
        using var http = new HttpClient();
        using HttpResponseMessage posted = await http.PostAsync(new Uri(plain.Http, "/stripe/webhook"), new StringContent("{}"));
        Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
    }

    [Fact]
    public async Task Another_region_takes_no_donations()
    {
        var desk = new StripeDesk();
        await desk.InitializeAsync();
        try
        {
            var maker = new DonationService.DonationServiceClient(desk.Server.As(Role.FinanceMaker));
            await maker.StartDonationAsync(new StartDonationRequest
            {
                RequestId = Request, Fund = $"{Region}/funds/x", Amount = Desk.Fen(500),
            }).IsRefusedAsync(Reason.DonationsNotConfigured);
            await maker.ListDonationsAsync(new ListDonationsRequest { Parent = Region }).IsRefusedAsync(Reason.DonationsNotConfigured);
        }
        finally
        {
            await desk.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_connected_account_is_named_in_every_call_and_every_event()
    {
        var desk = new StripeDesk { Account = "acct_1Ours" };
        await desk.InitializeAsync();
        try
        {
            (_, JsonObject session) = await desk.StartAsync(await desk.FundAsync("connected"));
            JsonObject charge = desk.World.Pay(session), nobodys = desk.EventOf("charge.succeeded", charge);
            JsonObject ours = desk.EventOf("charge.succeeded", charge);
            ours["account"] = "acct_1Ours";

            Assert.Equal(HttpStatusCode.BadRequest, await desk.DeliverAsync(nobodys.ToJsonString()));
            Assert.Equal(HttpStatusCode.OK, await desk.DeliverAsync(ours.ToJsonString()));

            Assert.StartsWith("ReceiveDonation", await desk.EntryAsync((string)charge["balance_transaction"]!), StringComparison.Ordinal);
        }
        finally
        {
            await desk.DisposeAsync();
        }
    }

    /// <summary>Stripe's own text quotes the key that it was shown.</summary>
    [Fact]
    public async Task Secrets_stand_in_no_log_and_in_no_error()
    {
        const string wrong = "sk_test_wrongwrongwrongwrong";
        var time = new HurriedTime(StripeDesk.Start);
        await using StripeFake fake = await StripeFake.StartAsync(time);
        string[] settings = StripeDesk.Settings(_keys, fake.Address);
        StripeDesk.KeyFile(_keys, "api", wrong);
        var server = new TestServer { Time = time, Settings = [.. settings, "--Logging:LogLevel:System.Net.Http=Trace"] };
        await server.InitializeAsync();
        try
        {
            using var log = new RecordedLog(server.Services);
            var money = new Desk(server, StripeDesk.Code);
            await money.FundAsync("x", 0, V1.FundKind.Donation);
            var maker = new DonationService.DonationServiceClient(server.As(Role.FinanceMaker, regions: StripeDesk.Code));
            var gift = new StartDonationRequest
            {
                RequestId = Desk.Id(), Fund = $"{money.Region}/funds/x", Amount = Desk.Fen(500),
            };
            foreach (StripeFault fault in Enum.GetValues<StripeFault>())
            {
                if (fault != StripeFault.None) fake.Fail("/v1/", fault, 3);
                RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await maker.StartDonationAsync(gift));
                IEnumerable<string> trailers =
                    error.Trailers.Select(one => one.IsBinary ? Convert.ToHexString(one.ValueBytes) : one.Value);
                string said = $"{error} {string.Join(' ', trailers)}";
                Assert.DoesNotContain("sk_test", said, StringComparison.Ordinal);
                Assert.DoesNotContain(Convert.ToHexString("sk_test"u8), said, StringComparison.Ordinal);
                fake.Mend();
            }
            Func<Task> sync = () => SyncAsync(maker, money.Region);
            await sync.IsRefusedAsync(Reason.PaymentServiceRefused);
            Assert.DoesNotContain(log.Lines, line => line.Contains("sk_test", StringComparison.Ordinal)
                || line.Contains(StripeDesk.WebhookSecret, StringComparison.Ordinal));
            Assert.Equal(nameof(StripeSecrets), new StripeSecrets(wrong, StripeDesk.WebhookSecret).ToString());
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    public static TheoryData<string, string, string> Wrong { get; } = new()
    {
        { "no signing secret", "WebhookSecretFile", "" },
        { "no region", "Region", "" },
        { "a region that isn't there", "Region", "999999" },
        { "an address without TLS", "ApiBase", "http://api.stripe.example" },
        { "no address", "ReturnPage", "somewhere" },
        { "a file that isn't there", "SecretKeyFile", "/nowhere/key" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_said_at_the_start(string what, string setting, string value)
    {
        string[] settings = StripeDesk.Settings(_keys, new Uri("http://127.0.0.1:1"));
        string data = Directory.CreateTempSubdirectory("timebank-stripe-").FullName;
        try
        {
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
                TimeBankServer.Build([.. TestServer.Arguments(data), .. settings, $"--TimeBank:Stripe:{setting}={value}"]));

            Assert.True(error.Message.Contains("TimeBank:Stripe", StringComparison.Ordinal), what);
            Assert.DoesNotContain(StripeFake.Key, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Theory]
    [InlineData("", UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData("two\nlines", UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData("sk_test_x", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead)]
    public void A_key_file_that_is_none_is_refused(string content, UnixFileMode mode)
    {
        StripeDesk.Settings(_keys, new Uri("http://127.0.0.1:1"));
        string file = StripeDesk.KeyFile(_keys, "api", content);
        File.SetUnixFileMode(file, mode);
        var options = new StripeOptions { SecretKeyFile = file, WebhookSecret = "whsec_x" };

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => StripeSecrets.Open(options));

        Assert.DoesNotContain("sk_test", error.Message, StringComparison.Ordinal);
    }

    private static async Task SyncAsync(DonationService.DonationServiceClient maker, string region)
    {
        using var call = maker.SyncStripe(new SyncStripeRequest { RequestId = Guid.Parse(Request).ToString(), Parent = region });
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
        }
    }
}
