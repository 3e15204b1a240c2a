using Grpc.Core;
using Xunit;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>How a call ends that does not end well.</summary>
public sealed class StatusTests
{
    public static TheoryData<StatusCode> Failures => [.. Enum.GetValues<StatusCode>().Where(code => code is not StatusCode.OK)];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_status_that_is_thrown_arrives_with_text_and_trailers(StatusCode code)
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        using AsyncUnaryCall<EchoResponse> call = host.Client.FailAsync(new FailRequest { Code = (int)code, Detail = "余额不足 100%41\r\n\ttry again" });

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call);

        Assert.Equal(code, error.StatusCode);
        Assert.Equal("余额不足 100%41\r\n\ttry again", error.Status.Detail);
        Assert.Equal("kept", error.Trailers.GetValue("probe-trailer"));
        Assert.Equal(code, call.GetStatus().StatusCode);
        Assert.Equal("kept", call.GetTrailers().GetValue("probe-trailer"));
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_status_that_is_set_ends_the_call(StatusCode code)
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.FailAsync(new FailRequest { Code = (int)code, Detail = "set", ByContext = true }));

        Assert.Equal((code, "set"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task A_status_number_that_nobody_knows_is_unknown()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.FailAsync(new FailRequest { Code = 99, WithDetails = true }));

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
    }

    [Fact]
    public async Task An_unhandled_exception_is_unknown_and_keeps_its_text_to_itself()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.FailAsync(new FailRequest { Unhandled = true, Detail = "password=1234" }));

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.DoesNotContain("1234", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unhandled_exception_tells_its_text_where_the_options_say_so()
    {
        await using ProbeHost host = await ProbeHost.StartAsync(options => options.EnableDetailedErrors = true);

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.FailAsync(new FailRequest { Unhandled = true, Detail = "the reason" }));

        Assert.Contains("the reason", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rich_details_arrive_whole()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.FailAsync(new FailRequest { Code = 9, Detail = "余额不足", WithDetails = true }));

        Assert.Equal((StatusCode.FailedPrecondition, "余额不足"), (error.StatusCode, error.Status.Detail));
        Google.Rpc.Status? status = error.GetRpcStatus();
        Assert.Equal((9, "余额不足"), (status?.Code ?? 0, status?.Message));
        Assert.Equal(("zh-CN", "余额不足"), Unpack(Assert.Single(status!.Details)));

        static (string, string) Unpack(Google.Protobuf.WellKnownTypes.Any detail)
        {
            var message = detail.Unpack<Google.Rpc.LocalizedMessage>();
            return (message.Locale, message.Message);
        }
    }

    [Fact]
    public async Task An_error_without_details_has_none()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.FailAsync(new FailRequest { Code = 9 }));

        Assert.Null(error.GetRpcStatus());
    }

    [Fact]
    public async Task A_method_that_the_server_lacks_is_unimplemented()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();
        var method = new Method<string, string>(MethodType.Unary, "timebank.platform.probe.Probe", "Fly", Marshallers.StringMarshaller, Marshallers.StringMarshaller);

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await host.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(), "up"));

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task A_service_that_the_server_lacks_is_unimplemented()
    {
        await using ProbeHost host = await ProbeHost.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await new Nowhere.NowhereClient(host.Channel).EchoAsync(new EchoRequest()));

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }
}
