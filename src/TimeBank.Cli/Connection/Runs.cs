using Grpc.Core;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The streams of runs.</summary>
internal static class Runs
{
    /// <summary>The last message, which carries the summary.</summary>
    /// <exception cref="RpcException">The run was refused or broke off.</exception>
    public static async Task<RunProgress> LastAsync(AsyncServerStreamingCall<RunProgress> run, CancellationToken cancellation)
    {
        RunProgress last = new();
        while (await run.ResponseStream.MoveNext(cancellation)) last = run.ResponseStream.Current;
        return last.Summary is not null ? last : throw new RpcException(new Status(StatusCode.DataLoss, "The run ended without a summary."));
    }
}
