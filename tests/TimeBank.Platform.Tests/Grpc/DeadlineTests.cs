using Grpc.Core;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>A call takes no longer than its deadline, on either side.</summary>
public sealed class DeadlineTests
{
    [Fact]
    public async Task A_deadline_ends_the_call_and_the_method()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.HangAsync(new EchoRequest(), deadline: In(milliseconds: 300)));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await host.Log.Arrived;
        await host.Log.Cancelled.Task;
    }

    [Fact]
    public async Task A_deadline_ends_a_stream_and_its_method()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncDuplexStreamingCall<EchoRequest, EchoResponse> call = host.Client.Talk(deadline: In(milliseconds: 300));

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await host.Log.Cancelled.Task;
    }

    [Fact]
    public async Task A_deadline_that_has_passed_ends_the_call_at_once()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new EchoRequest(), deadline: In(milliseconds: -1)));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.False(host.Log.Arrived.IsCompleted);
    }

    [Fact]
    public async Task The_method_sees_the_deadline()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        DateTime before = TimeProvider.System.GetUtcNow().UtcDateTime;

        await host.Client.EchoAsync(new EchoRequest(), deadline: In(milliseconds: 3_600_000));

        Assert.InRange(host.Log.Deadline, before.AddMinutes(59), before.AddMinutes(61));
    }

    [Fact]
    public async Task Without_a_deadline_there_is_none()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        await host.Client.EchoAsync(new EchoRequest());

        Assert.Equal(DateTime.MaxValue, host.Log.Deadline);
    }

    [Fact]
    public async Task A_deadline_in_local_time_is_refused()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        Assert.Throws<InvalidOperationException>(() => { host.Client.EchoAsync(new EchoRequest(), deadline: new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Local)); });
    }

    private static DateTime In(int milliseconds) => TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(milliseconds);
}
