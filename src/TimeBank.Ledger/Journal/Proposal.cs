using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>
/// An entry that a caller asks the region's writer for. Or a refusal by the domain's rules, which the writer remembers under the same id.
/// Only the typed constructors of <see cref="Entries"/> make proposals.
/// </summary>
public sealed record Proposal
{
    [JsonConstructor]
    internal Proposal(EntryHeader header, EntryKind kind, EntryCode code)
    {
        Header = header;
        Kind = kind;
        Code = code;
    }

    public EntryHeader Header { get; }

    public EntryKind Kind { get; }

    public EntryCode Code { get; }

    [JsonInclude]
    public ImmutableArray<ProposedTransfer> Transfers { get; internal init; } = [];

    /// <summary>The hold to end or the entry to reverse.</summary>
    [JsonInclude]
    public EntryId? Of { get; internal init; }

    /// <summary>The amount to post of each transfer of the hold; empty posts the whole hold.</summary>
    [JsonInclude]
    public ImmutableArray<long> PostAmounts { get; internal init; } = [];

    /// <summary>The time from which the hold may be expired. On a reversal: hold again, until then, what the entry released.</summary>
    [JsonInclude]
    public LedgerTime? Expires { get; internal init; }

    [JsonInclude]
    public ImmutableArray<ProposedChange> Changes { get; internal init; } = [];

    /// <summary>The refusal that the domain's rules gave, with the values that explain it.</summary>
    [JsonInclude]
    public Refusal? Refused { get; internal init; }
}

/// <summary>A transfer that a caller asks for.</summary>
/// <param name="AtMost">Move what the accounts' limits leave room for, up to the amount. Refused only where there is no room.</param>
public sealed record ProposedTransfer(AccountSpec Debit, AccountSpec Credit, long Amount, bool AtMost = false)
{
    public Unit Unit => Debit.Unit;
}

/// <summary>Flags to set on and clear from an account.</summary>
public sealed record ProposedChange(AccountPath Account, AccountFlags Set, AccountFlags Cleared);
