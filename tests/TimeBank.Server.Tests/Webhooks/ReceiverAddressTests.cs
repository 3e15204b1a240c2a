using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Client = TimeBank.V1.WebhookService.WebhookServiceClient;

namespace TimeBank.Server.Tests;

/// <summary>What an administrator may name as a receiver.</summary>
[Collection(ServerCollection.Name)]
public sealed class ReceiverAddressTests(TestServer server)
{
    // No other test makes webhooks in this district.
    private const string Region = "430225";

    private Client Administrator => new(server.As(Role.Administrator, "", "", Region));

    [Theory]
    [InlineData("", "REQUIRED")]
    [InlineData("receiver.example/hooks", "NOT_A_URL")]
    [InlineData("https://", "NOT_A_URL")]
    [InlineData("https://例.example/", "NOT_A_URL")]
    [InlineData("https://receiver.example/a b", "NOT_A_URL")]
    [InlineData("https:\\\\receiver.example\\", "NOT_A_URL")]
    [InlineData("http://receiver.example/", "URL_NOT_HTTPS")]
    [InlineData("http://10.0.0.1/", "URL_NOT_HTTPS")]
    [InlineData("ftp://receiver.example/", "URL_NOT_HTTPS")]
    [InlineData("https://user@receiver.example/", "URL_WITH_USER")]
    [InlineData("https://user:password@receiver.example/", "URL_WITH_USER")]
    [InlineData("https://receiver.example/#part", "URL_WITH_FRAGMENT")]
    [InlineData("https://10.0.0.1/", "URL_NOT_PUBLIC")]
    [InlineData("https://169.254.169.254/latest", "URL_NOT_PUBLIC")]
    [InlineData("https://0xa000001/", "URL_NOT_PUBLIC")]
    [InlineData("https://167772161/", "URL_NOT_PUBLIC")]
    [InlineData("https://[::ffff:10.0.0.1]/", "URL_NOT_PUBLIC")]
    [InlineData("https://[fd00::1]/", "URL_NOT_PUBLIC")]
    [InlineData("https://intranet/", "URL_NOT_PUBLIC")]
    [InlineData("https://127.0.0.1/", "URL_NOT_PUBLIC")]
    [InlineData("https://[::1]/", "URL_NOT_PUBLIC")]
    [InlineData("https://localhost/", "URL_NOT_PUBLIC")]
    [InlineData("https://a.localhost./", "URL_NOT_PUBLIC")]
    [InlineData("http://127.0.0.1/", "URL_NOT_HTTPS")]
    public async Task An_address_that_no_receiver_may_have_is_refused_by_its_rule(string url, string rule)
    {
        CreateWebhookRequest request = Creation();
        request.Url = url;
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await Administrator.CreateWebhookAsync(request));
        Google.Rpc.BadRequest fields = refused.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>();
        Assert.Equal("url", Assert.Single(fields.FieldViolations).Field);
        Assert.StartsWith($"{rule}: ", fields.FieldViolations[0].Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_may_have_five_hundred_letters_and_events_are_named_once()
    {
        CreateWebhookRequest request = Creation();
        request.Url = "https://receiver.example/" + new string('a', 475);
        Assert.Equal(request.Url, (await Administrator.CreateWebhookAsync(request)).Webhook.Url);
        request = new CreateWebhookRequest(request) { RequestId = Desk.Id(), Url = request.Url + "a" };
        request.Events.Add(V1.WebhookEvent.VoucherIssued);
        await Administrator.CreateWebhookAsync(request).IsRefusedAsync(Reason.InvalidField, "events", "url");
        request = Creation();
        request.Events[0] = (V1.WebhookEvent)99;
        await Administrator.CreateWebhookAsync(request).IsRefusedAsync(Reason.InvalidField, "events[0]");
        request.Events.Clear();
        await Administrator.CreateWebhookAsync(request).IsRefusedAsync(Reason.InvalidField, "events");
    }

    private static CreateWebhookRequest Creation() => new()
    {
        RequestId = Desk.Id(), Parent = $"regions/{Region}", Url = "https://receiver.example/", Events = { V1.WebhookEvent.VoucherIssued },
    };
}
