using Google.Rpc;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>Does what its requests ask for; what it can't put into a response it leaves in the <see cref="ProbeLog"/>.</summary>
public sealed class ProbeService : Probe.ProbeBase
{
    private readonly ProbeLog _log;

    public ProbeService(ProbeLog log)
    {
        _log = log;
        log.Made();
    }

    public override async Task<EchoResponse> Echo(EchoRequest request, ServerCallContext context)
    {
        _log.Seen(context);
        var headers = new Metadata();
        foreach (Metadata.Entry entry in context.RequestHeaders.Where(entry => entry.Key.StartsWith("probe-", StringComparison.Ordinal)))
        {
            headers.Add(entry);
            context.ResponseTrailers.Add(entry);
        }
        if (headers.Count > 0) await context.WriteResponseHeadersAsync(headers);
        if (request.Text is "uncompressed") context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        return new EchoResponse { Payload = request.Payload, Text = request.Text };
    }

    public override Task<EchoResponse> Fail(FailRequest request, ServerCallContext context)
    {
        if (request.Unhandled) throw new InvalidOperationException(request.Detail);
        if (request.WithDetails)
        {
            throw new Google.Rpc.Status
            {
                Code = request.Code,
                Message = request.Detail,
                Details = { Google.Protobuf.WellKnownTypes.Any.Pack(new LocalizedMessage { Locale = "zh-CN", Message = request.Detail }) },
            }.ToRpcException();
        }
        if (!request.ByContext) throw new RpcException(new Status((StatusCode)request.Code, request.Detail), new Metadata { { "probe-trailer", "kept" } });
        context.Status = new Status((StatusCode)request.Code, request.Detail);
        return Task.FromResult(new EchoResponse());
    }

    public override async Task<EchoResponse> Hang(EchoRequest request, ServerCallContext context)
    {
        _log.Seen(context);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = context.CancellationToken.Register(() => cancelled.SetResult());
        await cancelled.Task;
        throw new OperationCanceledException();
    }

    public override async Task Count(CountRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        _log.Seen(context);
        var payload = Google.Protobuf.ByteString.CopyFrom(new byte[request.PayloadBytes]);
        for (int number = 1; number <= request.Messages; number++)
        {
            await responseStream.WriteAsync(new EchoResponse { Number = number, Payload = payload });
            _log.Wrote();
            if (number == request.FailAfter) throw new RpcException(new Status(StatusCode.DataLoss, "as asked"));
        }
    }

    public override async Task<EchoResponse> Sum(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        long messages = 0;
        await foreach (EchoRequest request in requestStream.ReadAllAsync()) messages += request.Payload.Length + 1;
        return new EchoResponse { Number = messages };
    }

    public override async Task Talk(IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        _log.Seen(context);
        await foreach (EchoRequest request in requestStream.ReadAllAsync())
        {
            if (request.Text is "stop") return;
            await responseStream.WriteAsync(new EchoResponse { Text = request.Text, Payload = request.Payload });
        }
    }
}
