using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class FaultInterceptorTests
{
    public static TheoryData<Exception> Unknown() =>
        [new TimeoutException(), new SiloUnavailableException("The silo is gone."), new OrleansException("This silo is dead.")];

    /// <summary>The call may have been carried out. UNAVAILABLE tells callers to retry; INTERNAL would look like our bug.</summary>
    [Theory, MemberData(nameof(Unknown))]
    public async Task Whoever_is_not_reached_is_unavailable(Exception error)
    {
        var faults = new FaultInterceptor(new CallsUnderWay(new NeverStopping()), NullLogger<FaultInterceptor>.Instance);

        RpcException told = await Assert.ThrowsAsync<RpcException>(() => faults.UnaryServerHandler<GetVoucherRequest,
            Voucher>(new GetVoucherRequest(), new Call(), (_, _) => throw error));

        Assert.Equal(StatusCode.Unavailable, told.StatusCode);
        Assert.Equal("STORE_UNAVAILABLE",
            told.GetRpcStatus()!.Details.First(detail => detail.Is(Google.Rpc.ErrorInfo.Descriptor)).Unpack<Google.Rpc.ErrorInfo>().Reason);
    }

    /// <summary>The exceptions that a write to a stream throws after the client has hung up.</summary>
    public static TheoryData<Exception> OfGone() =>
    [
        new InvalidOperationException("Can't write the message because the request is complete."),
            new IOException("The client reset the request stream."),
        new OperationCanceledException(), new StorageUnavailableException("The database can't be used.", new OperationCanceledException()),
    ];

    [Theory, MemberData(nameof(OfGone))]
    public async Task Whoever_hangs_up_on_a_stream_has_cancelled_it_and_is_no_incident(Exception error)
    {
        var log = new Record();
        var faults = new FaultInterceptor(new CallsUnderWay(new NeverStopping()), log);
        using var gone = new CancellationTokenSource();
        gone.Cancel();

        RpcException told = await Assert.ThrowsAsync<RpcException>(() => faults.ServerStreamingServerHandler<IssueVouchersRequest,
            RunProgress>(
            new IssueVouchersRequest(), new Broken(error), new Call(gone.Token), (_, stream, _) => stream.WriteAsync(new RunProgress())));

        Assert.Equal(StatusCode.Cancelled, told.StatusCode);
        Assert.Equal("CALL_CANCELLED",
            told.GetRpcStatus()!.Details.First(detail => detail.Is(Google.Rpc.ErrorInfo.Descriptor)).Unpack<Google.Rpc.ErrorInfo>().Reason);
        Assert.Empty(log.Said);
    }

    /// <summary>A caller's hang-up must not hide a bug that happens at the same time.</summary>
    [Fact]
    public async Task A_bug_of_ours_is_an_incident_also_where_the_caller_has_gone()
    {
        var log = new Record();
        var faults = new FaultInterceptor(new CallsUnderWay(new NeverStopping()), log);
        using var gone = new CancellationTokenSource();
        gone.Cancel();

        RpcException told = await Assert.ThrowsAsync<RpcException>(() => faults.ServerStreamingServerHandler<IssueVouchersRequest,
            RunProgress>(
            new IssueVouchersRequest(), new Broken(new IOException()), new Call(gone.Token), (_, _, _) =>
                throw new InvalidOperationException("An invariant is broken.")));

        Assert.Equal(StatusCode.Internal, told.StatusCode);
        Assert.Single(log.Said);
    }

    private sealed class Broken(Exception error) : IServerStreamWriter<RunProgress>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(RunProgress message) => Task.FromException(error);

        public Task WriteAsync(RunProgress message, CancellationToken cancellationToken) => WriteAsync(message);
    }

    private sealed class Record : ILogger<FaultInterceptor>
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter)
        {
            if (logLevel > LogLevel.Information) Said.Add(formatter(state, exception));
        }
    }

    private sealed class NeverStopping : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication()
        {
        }
    }

    private sealed class Call(CancellationToken cancellation = default) : ServerCallContext
    {
        protected override string MethodCore => "/timebank.v1.VoucherService/GetVoucher";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => cancellation;

        protected override Metadata ResponseTrailersCore => [];

        protected override Grpc.Core.Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override IDictionary<object, object> UserStateCore { get; } = new Dictionary<object,
            object>
        { ["__HttpContext"] = new DefaultHttpContext() };

        protected override AuthContext AuthContextCore => throw new NotSupportedException();

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
            throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
