using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class FaultInterceptorTests
{
    public static TheoryData<Exception> Unknown() => [new TimeoutException(), new SiloUnavailableException("The silo is gone."), new OrleansException("This silo is dead.")];

    /// <summary>It may have been done: callers must come again, and must not take it for a bug of ours.</summary>
    [Theory, MemberData(nameof(Unknown))]
    public async Task Whoever_is_not_reached_is_unavailable(Exception error)
    {
        var faults = new FaultInterceptor(NullLogger<FaultInterceptor>.Instance);

        RpcException told = await Assert.ThrowsAsync<RpcException>(() => faults.UnaryServerHandler<GetVoucherRequest, Voucher>(new GetVoucherRequest(), new Call(), (_, _) => throw error));

        Assert.Equal(StatusCode.Unavailable, told.StatusCode);
        Assert.Equal("STORE_UNAVAILABLE", told.GetRpcStatus()!.Details.First(detail => detail.Is(Google.Rpc.ErrorInfo.Descriptor)).Unpack<Google.Rpc.ErrorInfo>().Reason);
    }

    private sealed class Call : ServerCallContext
    {
        protected override string MethodCore => "/timebank.v1.VoucherService/GetVoucher";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => CancellationToken.None;

        protected override Metadata ResponseTrailersCore => [];

        protected override Grpc.Core.Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => throw new NotSupportedException();

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
