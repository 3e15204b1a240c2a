using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>One request, one response.</summary>
public sealed class UnaryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(3 * 1024 * 1024)]
    public async Task A_message_comes_back_whole(int bytes)
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        byte[] payload = [.. Enumerable.Range(0, bytes).Select(at => (byte)(at % 251))];

        using AsyncUnaryCall<EchoResponse> call = host.Client.EchoAsync(new EchoRequest { Payload = ByteString.CopyFrom(payload) });

        Assert.Equal(payload, (await call).Payload.ToByteArray());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public async Task A_blocking_call_answers()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        Assert.Equal("你好", host.Client.Echo(new EchoRequest { Text = "你好" }).Text);
    }

    [Fact]
    public async Task Many_calls_share_a_channel()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        EchoResponse[] responses = await Task.WhenAll(Enumerable.Range(0, 500).Select(number => host.Client.EchoAsync(new EchoRequest { Text = $"{number}" }).ResponseAsync));

        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"{number}"), responses.Select(response => response.Text));
    }

    [Fact]
    public async Task The_status_is_not_known_before_the_end()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncUnaryCall<EchoResponse> call = host.Client.HangAsync(new EchoRequest());

        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
    }

    [Fact]
    public async Task Nobody_listening_is_unavailable()
    {
        ProbeHost host = await ProbeHost.StartAsync();
        string address = host.Address;
        await host.DisposeAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(address);

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(channel).EchoAsync(new EchoRequest()));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task A_disposed_channel_starts_no_call()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        host.Channel.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await host.Client.EchoAsync(new EchoRequest()));
    }

    [Fact]
    public async Task A_server_that_is_killed_ends_its_calls()
    {
        ProbeHost host = await ProbeHost.StartAsync();
        using AsyncUnaryCall<EchoResponse> call = host.Client.HangAsync(new EchoRequest());
        await host.Log.Arrived;

        await host.KillServerAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Contains(error.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Cancelled, StatusCode.Unknown, StatusCode.Internal });
        await host.DisposeAsync();
    }
}
