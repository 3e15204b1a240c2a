using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>A message that is too large is refused by whoever sees it first, and the channel goes on.</summary>
public sealed class LimitTests
{
    private const int Limit = 10_000;

    [Fact]
    public async Task The_server_refuses_large_requests()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageSize = Limit);
        await AssertRefusedAsync(host);
    }

    [Fact]
    public async Task The_server_refuses_to_send_large_responses()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(options => options.MaxSendMessageSize = Limit);
        await AssertRefusedAsync(host);
    }

    [Fact]
    public async Task The_client_refuses_large_responses()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(channel: new GrpcChannelOptions { MaxReceiveMessageSize = Limit });
        await AssertRefusedAsync(host);
    }

    [Fact]
    public async Task The_client_refuses_to_send_large_requests()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(channel: new GrpcChannelOptions { MaxSendMessageSize = Limit });
        await AssertRefusedAsync(host);
    }

    [Fact]
    public async Task Four_megabytes_are_the_limit_where_none_is_set()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await SendAsync(host, 4 * 1024 * 1024 + 1));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Null_is_no_limit()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageSize = null, new GrpcChannelOptions { MaxReceiveMessageSize = null });

        Assert.Equal(6 * 1024 * 1024, (await SendAsync(host, 6 * 1024 * 1024)).Payload.Length);
    }

    private static async Task AssertRefusedAsync(ProbeHost host)
    {
        // The message is a few bytes larger than its payload.
        Assert.Equal(Limit - 4, (await SendAsync(host, Limit - 4)).Payload.Length);
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await SendAsync(host, Limit));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal(1, (await SendAsync(host, 1)).Payload.Length);
    }

    private static AsyncUnaryCall<EchoResponse> SendAsync(ProbeHost host, int bytes) => host.Client.EchoAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[bytes]) });
}
