using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>An entry as a store has it, column by column: nothing of it is believed.</summary>
/// <param name="Effective">The date as yyyy-MM-dd.</param>
public sealed record EntryRow(
    long Index,
    long TimeMicroseconds,
    string Effective,
    long Kind,
    string Code,
    long? Of,
    long? ExpiresMicroseconds,
    byte[] Bytes,
    byte[] Salt,
    byte[] Leaf,
    ImmutableArray<TransferRow> Transfers);

/// <summary>A transfer as a store has it, with the posted counters of its two accounts right after it.</summary>
public sealed record TransferRow(
    long Position, long Debit, long Credit, string Unit, long Posted, long Held, long Released, long DebitDebits, long DebitCredits,
        long CreditDebits, long CreditCredits);

/// <summary>What became of an id, as a store has it, column by column: nothing of it is believed.</summary>
/// <param name="Index">The entry; null for a refusal or a note.</param>
/// <param name="RequestDigest">The hash of the caller's command; null where the entry has it.</param>
/// <param name="Reason">Why it was refused; null otherwise.</param>
/// <param name="Detail">What explains the refusal; null otherwise.</param>
/// <param name="Nth">Of a refusal or note: how many there were before it.</param>
public sealed record OutcomeRow(EntryId Id, long? Index, byte[]? RequestDigest, long? Reason, string? Detail, long? Nth);

/// <summary>A region's head as a store has it, column by column: nothing of it is believed.</summary>
public sealed record HeadRow(RegionCode Region, long Size, byte[] Root, byte[] Frontier, long TimeMicroseconds, long Accounts,
    long Remembered, byte[] Chain);

/// <summary>Where a region's books end, as a store has it, column by column: nothing of it is believed.</summary>
/// <param name="Size">How many entries of the journal its accounts and transfers follow from.</param>
public sealed record BooksRow(long Size, byte[] Root, byte[] Frontier, long TimeMicroseconds, long Accounts)
{
    /// <summary>Books that have all that a journal has.</summary>
    public static BooksRow Of(HeadRow head) => new(head.Size, head.Root, head.Frontier, head.TimeMicroseconds, head.Accounts);
}
