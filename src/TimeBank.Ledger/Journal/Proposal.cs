using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>
/// An entry that a caller asks the region's writer for, or the refusal that the domain's rules gave, to be remembered under the
/// same id. Made only by the typed constructors of <see cref="Entries"/>.
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

    /// <summary>For each transfer of the hold, how much of it to post; empty posts all.</summary>
    [JsonInclude]
    public ImmutableArray<long> PostAmounts { get; internal init; } = [];

    /// <summary>From when on the hold may be expired.</summary>
    [JsonInclude]
    public LedgerTime? Expires { get; internal init; }

    [JsonInclude]
    public ImmutableArray<ProposedChange> Changes { get; internal init; } = [];

    /// <summary>What the domain's rules refused, with the value that explains it.</summary>
    [JsonInclude]
    public Refusal? Refused { get; internal init; }
}

/// <summary>A transfer as a caller asks for it.</summary>
/// <param name="AtMost">Move what the accounts' limits leave room for, up to the amount; refused only where that is nothing.</param>
public sealed record ProposedTransfer(AccountSpec Debit, AccountSpec Credit, long Amount, bool AtMost = false)
{
    public Unit Unit => Debit.Unit;
}

/// <summary>Flags to set on and clear from an account.</summary>
public sealed record ProposedChange(AccountPath Account, AccountFlags Set, AccountFlags Cleared);
