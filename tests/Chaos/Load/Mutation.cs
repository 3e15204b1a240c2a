using Grpc.Core;

namespace TimeBank.Chaos.Load;

/// <summary>A change that a caller sends under one request id until it is answered.</summary>
/// <param name="Actor">The subject of the caller's token.</param>
/// <param name="RequestId">The same at every retry.</param>
/// <param name="Code">The code of the entry that the server must write; empty for none.</param>
/// <param name="Moves">The transfers that the entry must have, if the server accepts the change.</param>
/// <param name="Acceptable">True if the server must accept the change, false if it must refuse.</param>
internal sealed record Mutation(
    string Actor, Guid RequestId, string Code, IReadOnlyList<Movement> Moves, bool Acceptable, Func<CallInvoker, CallOptions,
        Task<Answer>> SendAsync);
