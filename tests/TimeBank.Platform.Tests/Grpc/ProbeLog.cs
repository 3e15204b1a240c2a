using Grpc.Core;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>What the service saw of its calls, for the test to look at.</summary>
public sealed class ProbeLog
{
    private readonly TaskCompletionSource<ServerCallContext> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _written;

    /// <summary>The first call that arrived.</summary>
    public Task<ServerCallContext> Arrived => _arrived.Task;

    /// <summary>Completes when a call's token has fired.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Written => Interlocked.Read(ref _written);

    public void Seen(ServerCallContext context) => _arrived.TrySetResult(context);

    public void Wrote() => Interlocked.Increment(ref _written);
}
