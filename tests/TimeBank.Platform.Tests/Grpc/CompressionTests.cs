using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>gzip, either way, message by message.</summary>
public sealed class CompressionTests
{
    private static readonly ByteString s_zeros = ByteString.CopyFrom(new byte[100_000]);

    [Theory]
    [InlineData("", 1, 5_000)]
    [InlineData("uncompressed", 0, 200_000)]
    public async Task Responses_are_compressed_unless_the_method_says_no(string text, byte flag, int mostBytes)
    {
        using var spy = new Spy();
        await using ProbeHost host = await ProbeHost.StartAsync(options => options.ResponseCompressionAlgorithm = "gzip", new GrpcChannelOptions { HttpHandler = spy });

        EchoResponse response = await host.Client.EchoAsync(new EchoRequest { Payload = s_zeros, Text = text });

        Assert.Equal(s_zeros, response.Payload);
        Assert.Equal("gzip", spy.ResponseEncoding);
        Assert.Equal(flag, spy.Response[0]);
        Assert.InRange(spy.Response.Length, 5, mostBytes);
    }

    [Fact]
    public async Task Responses_are_not_compressed_where_nobody_asked()
    {
        using var spy = new Spy();
        await using ProbeHost host = await ProbeHost.StartAsync(channel: new GrpcChannelOptions { HttpHandler = spy });

        await host.Client.EchoAsync(new EchoRequest { Payload = s_zeros });

        Assert.Equal((null, (byte)0), (spy.ResponseEncoding, spy.Response[0]));
        Assert.Contains("gzip", spy.Accepts, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_compressed_where_the_call_asks_for_it()
    {
        using var spy = new Spy();
        await using ProbeHost host = await ProbeHost.StartAsync(channel: new GrpcChannelOptions { HttpHandler = spy });

        EchoResponse response = await host.Client.EchoAsync(new EchoRequest { Payload = s_zeros }, new Metadata { { "grpc-internal-encoding-request", "gzip" } });

        Assert.Equal(s_zeros, response.Payload);
        Assert.Equal("gzip", spy.RequestEncoding);
    }

    /// <summary>Looks at what is on the wire.</summary>
    private sealed class Spy() : DelegatingHandler(new SocketsHttpHandler())
    {
        public string? RequestEncoding { get; private set; }

        public string? ResponseEncoding { get; private set; }

        public string Accepts { get; private set; } = "";

        public byte[] Response { get; private set; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            RequestEncoding = Value(request.Headers, "grpc-encoding");
            Accepts = Value(request.Headers, "grpc-accept-encoding") ?? "";
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            ResponseEncoding = Value(response.Headers, "grpc-encoding");
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            Response = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response;
        }

        private static string? Value(System.Net.Http.Headers.HttpHeaders headers, string name) =>
            headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(',', values) : null;
    }
}
