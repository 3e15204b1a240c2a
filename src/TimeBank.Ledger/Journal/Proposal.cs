using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Proofs;

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

    /// <summary>Of a reversal: what it moves in the place of the plain opposite; empty for that.</summary>
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

    /// <summary>
    /// The accounts that the proposal was made from, as they were. Where one has moved since, the ledger refuses with
    /// <see cref="Reason.AccountMoved"/> and remembers nothing: whoever proposed looks again.
    /// </summary>
    [JsonInclude]
    public ImmutableArray<SeenAccount> Seen { get; internal init; } = [];

    /// <summary>The refusal that the domain's rules gave, with the values that explain it.</summary>
    [JsonInclude]
    public Refusal? Refused { get; internal init; }

    /// <summary>The same proposal, which is void where one of the accounts has moved before its turn comes.</summary>
    public Proposal MadeFrom(params IEnumerable<SeenAccount> seen) => this with { Seen = [.. seen] };
}

/// <summary>An account as somebody read it; without a movement where it wasn't there.</summary>
public readonly record struct SeenAccount(AccountPath Account, Counters Counters);

/// <summary>A transfer that a caller asks for.</summary>
/// <param name="AtMost">Move what the accounts' limits leave room for, up to the amount. Refused only where there is no room.</param>
public sealed record ProposedTransfer(AccountSpec Debit, AccountSpec Credit, long Amount, bool AtMost = false)
{
    public Unit Unit => Debit.Unit;
}

/// <summary>Flags to set on and clear from an account.</summary>
public sealed record ProposedChange(AccountPath Account, AccountFlags Set, AccountFlags Cleared);

/// <summary>The final result of a proposal: an entry, a refusal, or, for a note, neither.</summary>
/// <param name="Refusal">Null where the proposal was accepted.</param>
/// <param name="Entry">The stored entry; null for a refusal and for a note.</param>
/// <param name="Replayed">True where the id had been decided before.</param>
public sealed record Outcome(EntryId Id, Digest RequestDigest, Refusal? Refusal, JournalEntry? Entry, bool Replayed)
{
    public static Outcome Wrote(JournalEntry entry) => new(entry.Id, entry.Header.RequestDigest, null, entry, false);

    public static Outcome Noted(Proposal proposal) => new(proposal.Header.Id, proposal.Header.RequestDigest, null, null, false);

    public static Outcome Refused(Proposal proposal, Refusal refusal) =>
        new(proposal.Header.Id, proposal.Header.RequestDigest, refusal, null, false);
}

/// <summary>The result of <see cref="Decide"/>: the outcome, and what must be stored before anyone is answered with it.</summary>
/// <param name="Changed">The state after the entry of every account that it touches or opens, each once.</param>
/// <param name="Balances">For each transfer of the entry, the counters of its two accounts right after it.</param>
/// <param name="Stores">False where the outcome is stored already, or where a retry gets the same one without being remembered.</param>
public sealed record Decision(Outcome Outcome, ImmutableArray<Account> Changed, ImmutableArray<TransferBalances> Balances, bool Stores);

/// <summary>The result that a proposal would have if it were submitted now. Nothing is stored; the id stays free.</summary>
/// <param name="Outcome">The expected outcome. For a known id, the stored one, without transfers or accounts.</param>
/// <param name="Transfers">The entry's transfers with the balances after each.</param>
/// <param name="Accounts">The accounts that the entry touches, in their state after it.</param>
public sealed record DryRun(Outcome Outcome, ImmutableArray<StoredTransfer> Transfers, ImmutableArray<Account> Accounts)
{
    /// <summary>Decides a proposal and applies nothing.</summary>
    public static DryRun Of(ILedgerView view, Proposal proposal, LedgerTime clock)
    {
        Decision decision = Decide.Entry(view, proposal, clock);
        var paths = decision.Changed.ToDictionary(account => account.Number, account => account.Path);
        return new DryRun(
            decision.Outcome,
            [.. decision.Balances.Select((after, at) => Transfer(decision.Outcome.Entry!, at, after, paths))],
            decision.Changed);
    }

    private static StoredTransfer Transfer(JournalEntry entry, int position, TransferBalances after, Dictionary<long, AccountPath> paths)
    {
        Transfer transfer = entry.Transfers[position];
        return new StoredTransfer(entry.Index, position, paths[transfer.Debit], paths[transfer.Credit], transfer, Posted(after.Debit),
            Posted(after.Credit));
    }

    private static Counters Posted(Counters counters) => counters with { DebitsPending = 0, CreditsPending = 0 };
}
