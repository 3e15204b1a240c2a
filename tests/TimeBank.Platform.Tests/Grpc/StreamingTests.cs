using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>Many messages one way, or both.</summary>
public sealed class StreamingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Responses_arrive_in_order_to_the_last(int messages)
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncServerStreamingCall<EchoResponse> call = host.Client.Count(new CountRequest { Messages = messages });

        var numbers = new List<long>();
        await foreach (EchoResponse response in call.ResponseStream.ReadAllAsync()) numbers.Add(response.Number);

        Assert.Equal(Enumerable.Range(1, messages).Select(number => (long)number), numbers);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task A_stream_may_end_with_an_error_after_its_messages()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncServerStreamingCall<EchoResponse> call = host.Client.Count(new CountRequest { Messages = 10, FailAfter = 3 });

        int read = 0;
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (EchoResponse _ in call.ResponseStream.ReadAllAsync()) read++;
        });

        Assert.Equal((3, StatusCode.DataLoss, "as asked"), (read, error.StatusCode, error.Status.Detail));
        Assert.Equal(StatusCode.DataLoss, call.GetStatus().StatusCode);
    }

    /// <summary>What fits into the buffers between the two is a few megabytes; the method wants to send two hundred.</summary>
    [Fact]
    public async Task A_slow_reader_holds_the_writer()
    {
        const int Messages = 200;
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncServerStreamingCall<EchoResponse> call = host.Client.Count(new CountRequest { Messages = Messages, PayloadBytes = 1024 * 1024 });
        Assert.True(await call.ResponseStream.MoveNext());

        // Each round trip is a chance for the method to run ahead.
        for (int round = 0; round < 200; round++) await host.Client.EchoAsync(new EchoRequest());
        Assert.InRange(host.Log.Written, 0, Messages / 2);

        int read = 1;
        while (await call.ResponseStream.MoveNext()) read++;
        Assert.Equal(Messages, read);
        Assert.Equal(Messages, host.Log.Written);
    }

    [Fact]
    public async Task Requests_are_counted_to_the_last()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncClientStreamingCall<EchoRequest, EchoResponse> call = host.Client.Sum();

        for (int message = 0; message < 100; message++) await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[message * 100]) });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(100 + 4950 * 100, (await call).Number);
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new EchoRequest()));
    }

    [Fact]
    public async Task A_request_stream_may_be_empty()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncClientStreamingCall<EchoRequest, EchoResponse> call = host.Client.Sum();

        await call.RequestStream.CompleteAsync();

        Assert.Equal(0, (await call).Number);
    }

    [Fact]
    public async Task Both_sides_take_turns()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncDuplexStreamingCall<EchoRequest, EchoResponse> call = host.Client.Talk();

        foreach (string text in new[] { "one", "two", "three" })
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_method_may_end_before_its_requests_do()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncDuplexStreamingCall<EchoRequest, EchoResponse> call = host.Client.Talk();

        await call.RequestStream.WriteAsync(new EchoRequest { Text = "stop" });

        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Exception? late = await Record.ExceptionAsync(() => call.RequestStream.WriteAsync(new EchoRequest()));
        Assert.True(late is InvalidOperationException or RpcException, $"{late}");
    }

    [Fact]
    public async Task A_stream_to_nowhere_fails_for_reader_and_writer()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        await host.StopServerAsync();
        using AsyncDuplexStreamingCall<EchoRequest, EchoResponse> call = host.Client.Talk();

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext())).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new EchoRequest()))).StatusCode);
    }
}
