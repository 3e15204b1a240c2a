using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>Interceptors see each call, in order, on either side.</summary>
public sealed class InterceptorTests
{
    [Fact]
    public async Task On_the_server_those_of_all_services_come_first_and_each_may_change_the_answer()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(
            options =>
            {
                options.Interceptors.Add<Tag>("a");
                options.Interceptors.Add<Tag>("b");
            },
            services: services => services.AddGrpc().AddServiceOptions<ProbeService>(options => options.Interceptors.Add<Tag>("c")));

        Assert.Equal("a(b(c(x)))", (await host.Client.EchoAsync(new EchoRequest { Text = "x" })).Text);
    }

    [Fact]
    public async Task On_the_server_all_kinds_of_calls_pass()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(options => options.Interceptors.Add<Tag>("a"));
        using AsyncServerStreamingCall<EchoResponse> count = host.Client.Count(new CountRequest { Messages = 1 });
        using AsyncClientStreamingCall<EchoRequest, EchoResponse> sum = host.Client.Sum();
        using AsyncDuplexStreamingCall<EchoRequest, EchoResponse> talk = host.Client.Talk();
        await sum.RequestStream.CompleteAsync();
        await talk.RequestStream.CompleteAsync();

        Assert.Equal("a", (await count.ResponseHeadersAsync).GetValue("probe-tag"));
        Assert.Equal("a", (await sum.ResponseHeadersAsync).GetValue("probe-tag"));
        Assert.Equal("a", (await talk.ResponseHeadersAsync).GetValue("probe-tag"));
    }

    [Fact]
    public async Task On_the_server_one_may_refuse_the_call()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(options => options.Interceptors.Add<Refuse>());

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new EchoRequest()));

        Assert.Equal((StatusCode.PermissionDenied, false), (error.StatusCode, host.Log.Arrived.IsCompleted));
    }

    [Fact]
    public async Task On_the_server_one_that_is_registered_is_taken_from_there()
    {
        var registered = new Tag("registered");
        await using ProbeHost host = await ProbeHost.StartAsync(options => options.Interceptors.Add(typeof(Tag)), services: services => services.AddSingleton(registered));

        Assert.Equal("registered(x)", (await host.Client.EchoAsync(new EchoRequest { Text = "x" })).Text);
    }

    [Fact]
    public async Task On_the_client_the_first_sees_the_call_first()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        var client = new Probe.ProbeClient(host.Channel.Intercept(new Tag("a"), new Tag("b")));

        Assert.Equal("b(a(x))", client.Echo(new EchoRequest { Text = "x" }).Text);
        Assert.Equal("b(a(x))", (await client.EchoAsync(new EchoRequest { Text = "x" })).Text);
    }

    [Fact]
    public async Task On_the_client_a_function_may_change_the_headers()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        var client = new Probe.ProbeClient(host.Channel.Intercept(headers =>
        {
            headers.Add("probe-token", "secret");
            return headers;
        }));

        using AsyncUnaryCall<EchoResponse> call = client.EchoAsync(new EchoRequest());

        Assert.Equal("secret", (await call.ResponseHeadersAsync).GetValue("probe-token"));
    }

    /// <summary>Puts its name around texts, or into headers.</summary>
    private sealed class Tag(string name) : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            TResponse response = await continuation(request, context);
            if (response is EchoResponse echo) echo.Text = $"{name}({echo.Text})";
            return response;
        }

        public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "probe-tag", name } });
            return await continuation(requestStream, context);
        }

        public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "probe-tag", name } });
            await continuation(request, responseStream, context);
        }

        public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "probe-tag", name } });
            await continuation(requestStream, responseStream, context);
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            if (request is EchoRequest echo) echo.Text = $"{name}({echo.Text})";
            return continuation(request, context);
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            if (request is EchoRequest echo) echo.Text = $"{name}({echo.Text})";
            return continuation(request, context);
        }
    }

    private sealed class Refuse : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            throw new RpcException(new Status(StatusCode.PermissionDenied, "no"));
    }
}
