using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>One caller's wish to change something: who asks, under which request id, and for whom.</summary>
/// <param name="RequestId">The caller's id. Actor and request id make the entry id.</param>
/// <param name="RequestDigest">SHA-256 of method and request, without the dry-run flag; in hexadecimal.</param>
/// <param name="Actor">The token's subject.</param>
/// <param name="OnBehalfOf">The id of the person for whom staff act; else empty.</param>
/// <param name="Memo">A note for people; may be empty.</param>
/// <param name="IsDryRun">True to answer what would happen and write nothing. Grains write through <see cref="LedgerCalls"/>, whose methods
/// then ask the writer for a dry run; code that calls the writer itself must ask this flag.</param>
[GenerateSerializer, Immutable, Alias("timebank.command")]
public sealed record Command(
    [property: Id(0)] Guid RequestId,
    [property: Id(1)] string RequestDigest,
    [property: Id(2)] string Actor,
    [property: Id(3)] string OnBehalfOf,
    [property: Id(4)] string Memo,
    [property: Id(5)] bool IsDryRun = false)
{
    public EntryId Id => EntryId.Of(Actor, RequestId);

    /// <summary>The id of the party, order or other resource that this command creates.</summary>
    public OpaqueId NewId => OpaqueId.From(Id);

    /// <summary>The header of the command's own entry.</summary>
    public EntryHeader Header(DateOnly effective, string policy, params ReadOnlySpan<(string Key, string Value)> details) =>
        Header(Id, effective, policy, details);

    /// <summary>The header of a further entry of the command, under another id.</summary>
    public EntryHeader Header(EntryId id, DateOnly effective, string policy, params ReadOnlySpan<(string Key, string Value)> details)
    {
        return new EntryHeader(id, TimeBank.Proofs.Digest.Parse(RequestDigest), Actor, OnBehalfOf, effective, policy, Memo,
            EntryDetails.Of(details));
    }
}

/// <summary>
/// A command whose entry may be written and whose state may be missing. A grain stores it before the entry; whoever comes next carries it
/// out again, which finds the entry under its id, before anybody else's command can write another one. The names are stored.
/// </summary>
/// <param name="Step">Which of the grain's commands it is.</param>
public sealed record PlannedCommand(
    [property: JsonPropertyName("step")] string Step,
    [property: JsonPropertyName("requestId")] Guid RequestId,
    [property: JsonPropertyName("digest")] string Digest,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("onBehalfOf")] string OnBehalfOf,
    [property: JsonPropertyName("note")] string Note)
{
    public static PlannedCommand Of(string step, Command command) =>
        new(step, command.RequestId, command.RequestDigest, command.Actor, command.OnBehalfOf, command.Memo);

    public Command ToCommand() => new(RequestId, Digest, By, OnBehalfOf, Note);
}

/// <summary>A grain's answer: a value, or a refusal.</summary>
/// <param name="Value">Null for a refusal.</param>
/// <param name="Reason"><see cref="Reason.None"/> for a value.</param>
/// <param name="Detail">The values that the refusal's text names, as <see cref="Ledger.Refusal"/> writes them.</param>
[GenerateSerializer, Immutable, Alias("timebank.reply`1")]
public sealed record Reply<T>([property: Id(0)] T? Value, [property: Id(1)] Reason Reason, [property: Id(2)] string Detail)
    where T : notnull
{
    public Refusal? Refusal => Reason == Reason.None ? null : new Refusal(Reason, Detail);

    public static implicit operator Reply<T>(T value) => new(value, Reason.None, "");

    public static implicit operator Reply<T>(Refusal refusal) => new(default, refusal.Reason, refusal.Detail);

    public static implicit operator Reply<T>(Reason reason) => new(default, reason, "");
}
