using Grpc.Core;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>Headers go in, headers and trailers come out, text and bytes.</summary>
public sealed class MetadataTests
{
    [Fact]
    public async Task Headers_come_back_as_headers_and_trailers()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        byte[] bytes = [0, 1, 2, 253, 254, 255, 0];
        var headers = new Metadata { { "Probe-Text", "a, b; c=d" }, { "probe-bytes-bin", bytes } };

        using AsyncUnaryCall<EchoResponse> call = host.Client.EchoAsync(new EchoRequest(), headers);
        Metadata response = await call.ResponseHeadersAsync;
        await call;

        foreach (Metadata received in new[] { response, call.GetTrailers() })
        {
            Assert.Equal("a, b; c=d", received.GetValue("probe-text"));
            Assert.Equal(bytes, received.GetValueBytes("probe-bytes-bin"));
        }
    }

    [Fact]
    public async Task The_protocols_own_headers_are_no_metadata()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        using AsyncUnaryCall<EchoResponse> call = host.Client.EchoAsync(new EchoRequest(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
        Metadata response = await call.ResponseHeadersAsync;
        await call;

        Assert.DoesNotContain(host.Log.RequestHeaders, entry => entry.Key.StartsWith(':') || entry.Key.StartsWith("grpc-", StringComparison.Ordinal) || entry.Key is "content-type" or "te");
        Assert.DoesNotContain(response, entry => entry.Key.StartsWith("grpc-", StringComparison.Ordinal) || entry.Key is "content-type");
        Assert.DoesNotContain(call.GetTrailers(), entry => entry.Key.StartsWith("grpc-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Headers_of_a_failed_call_arrive()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncUnaryCall<EchoResponse> call = host.Client.FailAsync(new FailRequest { Code = 5 });

        await Assert.ThrowsAsync<RpcException>(async () => await call);

        Assert.NotNull(await call.ResponseHeadersAsync);
    }

    [Fact]
    public void Keys_are_lower_case_and_found_in_any()
    {
        var metadata = new Metadata { { "Some-Key", "1" }, { "some-key", "2" } };

        Assert.Equal(["some-key", "some-key"], metadata.Select(entry => entry.Key));
        Assert.Equal("2", metadata.GetValue("SOME-KEY"));
        Assert.Equal(["1", "2"], metadata.GetAll("some-key").Select(entry => entry.Value));
        Assert.Null(metadata.Get("other"));
    }

    [Fact]
    public void Only_keys_that_say_so_have_bytes()
    {
        Assert.Throws<ArgumentException>(() => new Metadata { { "key-bin", "text" } });
        Assert.Throws<ArgumentException>(() => new Metadata { { "key", new byte[] { 1 } } });
        Assert.Throws<ArgumentException>(() => new Metadata { { "schlüssel", "text" } });
        Assert.Throws<InvalidOperationException>(() => new Metadata { { "key-bin", new byte[] { 1 } } }.GetValue("key-bin"));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("key", "value"));
    }
}
