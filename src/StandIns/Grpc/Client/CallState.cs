using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>A call without its message types: what the public call objects ask of it.</summary>
internal abstract class CallState
{
    public static readonly Func<object, Task<Metadata>> Headers = state => ((CallState)state).ReadHeadersAsync();
    public static readonly Func<object, Status> Status = state => ((CallState)state).FinalStatus
        ?? throw new InvalidOperationException("Unable to get the status because the call is not complete.");
    public static readonly Func<object, Metadata> Trailers = state => ((CallState)state).FinalTrailers
        ?? throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.");
    public static readonly Action<object> Dispose = state => ((CallState)state).Cancel();

    private volatile Ending? _ending;

    /// <summary>Null while the call runs.</summary>
    public Status? FinalStatus => _ending?.Status;

    private Metadata? FinalTrailers => _ending?.Trailers;

    /// <summary>In one object, because the two are read by other threads than the one that ends the call.</summary>
    private sealed record Ending(Status Status, Metadata? Trailers);

    protected void SetEnding(Status status, Metadata? trailers) => _ending = new Ending(status, trailers);

    protected abstract Task<Metadata> ReadHeadersAsync();

    public abstract void Cancel();
}
