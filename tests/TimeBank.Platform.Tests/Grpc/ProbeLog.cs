using Grpc.Core;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>What the service saw of its calls, for the test to look at after, or while, they run.</summary>
public sealed class ProbeLog
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _written;
    private int _instances;

    /// <summary>Completes when the first call has arrived.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Completes when a call's token has fired.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Method { get; private set; } = "";

    public string Host { get; private set; } = "";

    public string Peer { get; private set; } = "";

    public string HttpProtocol { get; private set; } = "";

    public DateTime Deadline { get; private set; }

    public IReadOnlyList<Metadata.Entry> RequestHeaders { get; private set; } = [];

    /// <summary>How many responses of streams the transport has taken.</summary>
    public long Written => Interlocked.Read(ref _written);

    public int Instances => Volatile.Read(ref _instances);

    public void Seen(ServerCallContext context)
    {
        Method = context.Method;
        Host = context.Host;
        Peer = context.Peer;
        HttpProtocol = context.GetHttpContext().Request.Protocol;
        Deadline = context.Deadline;
        RequestHeaders = [.. context.RequestHeaders];
        context.CancellationToken.Register(() => Cancelled.TrySetResult());
        _arrived.TrySetResult();
    }

    public void Wrote() => Interlocked.Increment(ref _written);

    public void Made() => Interlocked.Increment(ref _instances);
}
