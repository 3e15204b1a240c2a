using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>An entry of a region's journal: immutable, and derived from nothing but itself.</summary>
/// <param name="Index">Dense within the region, from 0.</param>
/// <param name="Of">The index of the hold that it ends or of the entry that it reverses.</param>
/// <param name="Opened">The accounts that it opens, with empty counters.</param>
/// <param name="Seals">The refusals and notes up to here, where there are any since the entry before; null where none.</param>
public sealed record JournalEntry(
    RegionCode Region,
    long Index,
    LedgerTime Time,
    EntryHeader Header,
    EntryKind Kind,
    EntryCode Code,
    ImmutableArray<Account> Opened,
    ImmutableArray<Transfer> Transfers,
    ImmutableArray<AccountChange> Changes,
    long? Of,
    LedgerTime? Expires,
    Remembered? Seals)
{
    public EntryId Id => Header.Id;

    public bool EndsHold => Kind is EntryKind.PostHold or EntryKind.VoidHold or EntryKind.ExpireHold;

    /// <summary>A detail that the entry's constructor wrote; absent is a broken invariant.</summary>
    public string Detail(string key) => Header.Details[key];
}
