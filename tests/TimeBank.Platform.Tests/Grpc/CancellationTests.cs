using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>A caller that gives up is heard by the method.</summary>
public sealed class CancellationTests
{
    [Fact]
    public async Task A_callers_token_cancels_call_and_method()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using var source = new CancellationTokenSource();
        using AsyncUnaryCall<EchoResponse> call = host.Client.HangAsync(new EchoRequest(), cancellationToken: source.Token);
        await host.Log.Arrived;

        await source.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
        await host.Log.Cancelled.Task;
    }

    [Fact]
    public async Task Disposing_a_call_cancels_it_and_the_method()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        AsyncUnaryCall<EchoResponse> call = host.Client.HangAsync(new EchoRequest());
        await host.Log.Arrived;

        call.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await host.Log.Cancelled.Task;
    }

    [Fact]
    public async Task Disposing_a_channel_cancels_its_calls()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncUnaryCall<EchoResponse> call = host.Client.HangAsync(new EchoRequest());
        await host.Log.Arrived;

        host.Channel.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await host.Log.Cancelled.Task;
    }

    [Fact]
    public async Task A_token_that_has_fired_starts_no_call()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new EchoRequest(), cancellationToken: new CancellationToken(canceled: true)));

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.False(host.Log.Arrived.IsCompleted);
    }

    [Fact]
    public async Task A_cancelled_call_throws_the_platforms_exception_where_the_channel_says_so()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(channel: new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await host.Client.EchoAsync(new EchoRequest(), cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task A_reader_that_gives_up_cancels_the_stream_and_the_method()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using var source = new CancellationTokenSource();
        using AsyncServerStreamingCall<EchoResponse> call = host.Client.Count(new CountRequest { Messages = int.MaxValue, PayloadBytes = 1000 });
        Assert.True(await call.ResponseStream.MoveNext(source.Token));

        await source.CancelAsync();

        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(source.Token))
            {
            }
        });
        await host.Log.Cancelled.Task;
    }

    [Fact]
    public async Task Disposing_a_stream_stops_the_method_that_fills_it()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        AsyncServerStreamingCall<EchoResponse> call = host.Client.Count(new CountRequest { Messages = int.MaxValue, PayloadBytes = 1000 });
        Assert.True(await call.ResponseStream.MoveNext());

        call.Dispose();

        await host.Log.Cancelled.Task;
    }
}
