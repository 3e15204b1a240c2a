using Grpc.Core;

namespace TimeBank.Chaos.Load;

/// <summary>A change that a caller asks for under one request id until it is answered.</summary>
/// <param name="Actor">The subject of the caller's token.</param>
/// <param name="RequestId">Chosen once, and the same at every retry.</param>
/// <param name="Code">The code of the entry that it must write; empty where it writes none.</param>
/// <param name="Moves">What the entry must move, if it is accepted.</param>
/// <param name="Acceptable">Whether it must be accepted or refused.</param>
internal sealed record Mutation(
    string Actor, Guid RequestId, string Code, IReadOnlyList<Movement> Moves, bool Acceptable, Func<CallInvoker, CallOptions,
        Task<Answer>> SendAsync);
