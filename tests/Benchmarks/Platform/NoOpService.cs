using Grpc.Core;

namespace TimeBank.Benchmarks.Platform;

/// <summary>Answers with what it got.</summary>
public sealed class NoOpService : NoOp.NoOpBase
{
    public override Task<NoOpMessage> Do(NoOpMessage request, ServerCallContext context) => Task.FromResult(request);
}
