using TimeBank.Grains;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Outcomes of the ledger as a caller gets them.</summary>
public static class OutcomeExtensions
{
    /// <summary>The outcome where it was accepted.</summary>
    /// <exception cref="Grpc.Core.RpcException">It was refused.</exception>
    public static Outcome OrThrow(this OutcomeMessage message) => message.Outcome.Refusal switch
    {
        null => message.Outcome,
        { Reason: Reason.InvalidField } missing => throw Problem.Invalid([.. missing.Values.Select(value => new FieldViolation(value.Value, "REQUIRED"))]),
        { } refusal => throw Problem.Of(refusal),
    };

    /// <summary>The entry that was written.</summary>
    /// <exception cref="Grpc.Core.RpcException">It was refused.</exception>
    public static JournalEntry EntryOrThrow(this OutcomeMessage message) => message.OrThrow().Entry ?? throw new InvalidOperationException("An accepted command wrote no entry.");
}
