using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>What a method's endpoint says to plain HTTP.</summary>
public sealed class EndpointTests
{
    private const string Echo = "timebank.platform.probe.Probe/Echo";

    [Theory]
    [InlineData("application/grpc", HttpStatusCode.OK, "0")]
    [InlineData("application/grpc+proto", HttpStatusCode.OK, "0")]
    [InlineData("application/json", HttpStatusCode.UnsupportedMediaType, "13")]
    [InlineData("application/grpc-web", HttpStatusCode.UnsupportedMediaType, "13")]
    public async Task Only_gRPC_is_understood(string contentType, HttpStatusCode expected, string grpcStatus)
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        using HttpResponseMessage response = await PostAsync(host, Echo, contentType, [0, 0, 0, 0, 0]);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal([grpcStatus], Values(response, "grpc-status"));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 })]
    public async Task A_body_that_is_not_one_message_is_an_internal_error(byte[] body)
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        using HttpResponseMessage response = await PostAsync(host, Echo, "application/grpc", body);

        Assert.Equal(["13"], Values(response, "grpc-status"));
    }

    [Fact]
    public async Task A_message_that_is_no_protobuf_is_refused()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        using HttpResponseMessage response = await PostAsync(host, Echo, "application/grpc", [0, 0, 0, 0, 2, 0xff, 0xff]);

        Assert.NotEqual(["0"], Values(response, "grpc-status"));
    }

    [Fact]
    public async Task An_encoding_that_nobody_knows_is_unimplemented_and_told_what_would_do()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        using HttpResponseMessage response = await PostAsync(host, Echo, "application/grpc", [1, 0, 0, 0, 1, 0], ("grpc-encoding", "brand-new"));

        Assert.Equal(["12"], Values(response, "grpc-status"));
        Assert.Contains("gzip", Assert.Single(Values(response, "grpc-accept-encoding")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-1S")]
    [InlineData("5 S")]
    public async Task A_timeout_that_is_none_is_ignored(string timeout)
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        using HttpResponseMessage response = await PostAsync(host, Echo, "application/grpc", [0, 0, 0, 0, 0], ("grpc-timeout", timeout));

        Assert.Equal(["0"], Values(response, "grpc-status"));
        Assert.Equal(DateTime.MaxValue, host.Log.Deadline);
    }

    /// <summary>The caller does not end the call itself here, as a gRPC client would: the server has to.</summary>
    [Fact]
    public async Task A_timeout_ends_the_call_though_the_caller_would_wait_on()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        using HttpResponseMessage response = await PostAsync(host, "timebank.platform.probe.Probe/Hang", "application/grpc", [0, 0, 0, 0, 0], ("grpc-timeout", "50m"));

        Assert.Equal(["4"], Values(response, "grpc-status"));
        await host.Log.Cancelled.Task;
    }

    [Fact]
    public async Task Other_pages_stay_what_they_are()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(map: application => application.MapGet("/pages/{id}", (string id) => "page " + id));
        using HttpClient client = Client();

        Assert.Equal("page 1", await client.GetStringAsync(new Uri(new Uri(host.Address), "pages/1")));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(new Uri(host.Address), "no/page"))).StatusCode);
    }

    [Fact]
    public async Task A_call_of_an_unknown_service_is_left_alone_where_the_options_say_so()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(options => options.IgnoreUnknownServices = true);

        using HttpResponseMessage response = await PostAsync(host, "some.Service/Method", "application/grpc", [0, 0, 0, 0, 0]);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task<HttpResponseMessage> PostAsync(ProbeHost host, string path, string contentType, byte[] body, params (string Name, string Value)[] headers)
    {
        using HttpClient client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(host.Address), path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.TryAddWithoutValidation("te", "trailers");
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request);
    }

    private static HttpClient Client() => new() { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static string[] Values(HttpResponseMessage response, string name) =>
        [.. response.Headers.Concat(response.TrailingHeaders).Where(header => header.Key == name).SelectMany(header => header.Value)];
}
