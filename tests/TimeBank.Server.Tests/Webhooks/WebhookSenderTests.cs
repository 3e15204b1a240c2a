using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>One notice to a receiver that may do anything.</summary>
public sealed class WebhookSenderTests : IAsyncLifetime
{
    private const string Host = "receiver.example";

    private static readonly string[] Secrets = [WebhookSender.NewSecret()];

    private static readonly WebhookNotice Notice =
        new(WebhookEvent.VoucherRedeemed, "430211-7-voucher-redeemed", Encoding.UTF8.GetBytes("{\"type\":\"voucher.redeemed\"}"));

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Queue<IPAddress[]> _addresses = [];
    private Receiver _receiver = null!;
    private WebhookSender _sender = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _sender = Sender(allowsLoopback: true);
    }

    public async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        await _receiver.DisposeAsync();
    }

    /// <summary>The example of the specification's own libraries.</summary>
    [Fact]
    public void A_notice_is_signed_as_the_specification_says() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSender.Sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            new WebhookNotice(default, "msg_p5jXN8AQM9LWM0D4loKWxJek", Encoding.UTF8.GetBytes("{\"test\": 2432232314}")), "1614265330"));

    [Fact]
    public async Task A_receiver_gets_the_bytes_the_three_headers_and_a_signature_of_each_secret()
    {
        string[] both = [WebhookSender.NewSecret(), WebhookSender.NewSecret()];
        Assert.Equal(new WebhookAnswer(WebhookOutcome.Delivered, 200), await _sender.SendAsync(_receiver.Address, Notice, both));
        Received got = await _receiver.NextAsync();
        Assert.Equal("POST /hooks?of=timebank application/json", got.Head);
        Assert.Equal((Notice.Id, "1790812800", "{\"type\":\"voucher.redeemed\"}"), (got.Id, got.Time, got.Body));
        Assert.Equal(both.Select(secret => WebhookSender.Sign(secret, Notice, got.Time)), got.Signature.Split(' '));
        Assert.NotEqual(both[0], both[1]);
        Assert.Equal(WebhookSender.SecretBytes, Convert.FromBase64String(both[0]["whsec_".Length..]).Length);
    }

    [Theory]
    [InlineData(200, WebhookOutcome.Delivered)]
    [InlineData(204, WebhookOutcome.Delivered)]
    [InlineData(299, WebhookOutcome.Delivered)]
    [InlineData(304, WebhookOutcome.Refused)]
    [InlineData(400, WebhookOutcome.Refused)]
    [InlineData(410, WebhookOutcome.Refused)]
    [InlineData(500, WebhookOutcome.Refused)]
    public async Task Only_a_status_of_200_to_299_is_delivered(int status, WebhookOutcome outcome)
    {
        _receiver.Answer = http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        Assert.Equal(new WebhookAnswer(outcome, status), await _sender.SendAsync(_receiver.Address, Notice, Secrets));
    }

    [Fact]
    public async Task A_receiver_has_ten_seconds_to_answer()
    {
        var never = new TaskCompletionSource();
        _receiver.Answer = _ => never.Task;
        Task<WebhookAnswer> sent = _sender.SendAsync(_receiver.Address, Notice, Secrets);
        await _receiver.NextAsync();
        _time.Advance(WebhookSender.Timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(sent.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new WebhookAnswer(WebhookOutcome.NoAnswer, 0), await sent);
        never.SetResult();
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_a_refusal_and_never_followed(int status)
    {
        await using Receiver inside = await Receiver.StartAsync();
        _receiver.Answer = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = inside.Address.ToString();
            return Task.CompletedTask;
        };
        Assert.Equal(new WebhookAnswer(WebhookOutcome.Refused, status), await _sender.SendAsync(_receiver.Address, Notice, Secrets));
        Assert.Equal(0, inside.Waiting);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read()
    {
        var broken = new TaskCompletionSource();
        _receiver.Answer = async http =>
        {
            byte[] piece = new byte[64 * 1024];
            try
            {
                while (true) await http.Response.Body.WriteAsync(piece, http.RequestAborted);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException)
            {
                broken.SetResult();
            }
        };
        // A sender that read on would give up after its ten seconds: no answer.
        Assert.Equal(WebhookOutcome.Delivered, (await _sender.SendAsync(_receiver.Address, Notice, Secrets)).Outcome);
        await broken.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_answer_whose_head_is_too_long_is_none()
    {
        _receiver.Answer = http =>
        {
            for (int number = 0; number < 30; number++) http.Response.Headers[$"x-{number}"] = new string('x', 1_000);
            return Task.CompletedTask;
        };
        Assert.Equal(new WebhookAnswer(WebhookOutcome.Unreachable, 0), await _sender.SendAsync(_receiver.Address, Notice, Secrets));
    }

    [Fact]
    public async Task Where_nobody_listens_it_is_unreachable()
    {
        var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var nobody = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        free.Stop();
        Assert.Equal(new WebhookAnswer(WebhookOutcome.Unreachable, 0), await _sender.SendAsync(nobody, Notice, Secrets));
    }

    [Fact]
    public async Task A_host_that_moves_into_a_private_network_is_not_followed_there()
    {
        _receiver.Answer = http =>
        {
            http.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        };
        var named = new Uri($"http://{Host}:{_receiver.Address.Port}/");
        _addresses.Enqueue([IPAddress.Loopback]);
        _addresses.Enqueue([IPAddress.Parse("10.0.0.1")]);
        Assert.Equal(WebhookOutcome.Delivered, (await _sender.SendAsync(named, Notice, Secrets)).Outcome);
        Assert.Equal(WebhookOutcome.AddressNotPublic, (await _sender.SendAsync(named, Notice, Secrets)).Outcome);
        Assert.Empty(_addresses);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.1.5")]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("8.8.8.8,127.0.0.1")]
    public async Task A_name_that_stands_for_an_address_of_ours_is_not_connected_to(string addresses)
    {
        _addresses.Enqueue([.. addresses.Split(',').Select(IPAddress.Parse)]);
        using WebhookSender strict = Sender(allowsLoopback: false);
        WebhookAnswer answer = await strict.SendAsync(new Uri($"http://{Host}:{_receiver.Address.Port}/"), Notice, Secrets);
        Assert.Equal(new WebhookAnswer(WebhookOutcome.AddressNotPublic, 0), answer);
        Assert.Equal(0, _receiver.Waiting);
    }

    [Fact]
    public async Task Without_the_operators_setting_this_machine_is_no_receiver()
    {
        using WebhookSender strict = Sender(allowsLoopback: false);
        Assert.Equal(WebhookOutcome.AddressNotPublic, (await strict.SendAsync(_receiver.Address, Notice, Secrets)).Outcome);
        Assert.Equal(0, _receiver.Waiting);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("114.114.114.114", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.0", true)]
    [InlineData("2400:3200::1", true)]
    [InlineData("2a00:1450::1", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.255.255.255", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.1.2.3", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2001:0:a00:1::1", false)]
    [InlineData("2002:a00:1::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void An_address_is_public_or_not(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    private WebhookSender Sender(bool allowsLoopback) => new(allowsLoopback, _time, (host, _) =>
    {
        Assert.Equal(Host, host);
        return Task.FromResult(_addresses.Dequeue());
    });
}
