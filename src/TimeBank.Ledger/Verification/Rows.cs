using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>An entry as the store has it, column by column. The verifier trusts none of it.</summary>
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

/// <summary>A transfer as the store has it, with the posted counters of its two accounts right after it.</summary>
public sealed record TransferRow(
    long Position, long Debit, long Credit, string Unit, long Posted, long Held, long Released, long DebitDebits, long DebitCredits,
        long CreditDebits, long CreditCredits);

/// <summary>An id's outcome as the store has it, column by column. The verifier trusts none of it.</summary>
/// <param name="Index">The entry; null for a refusal or a note.</param>
/// <param name="RequestDigest">The digest of the caller's command; null where the entry has it.</param>
/// <param name="Reason">The reason of a refusal; else null.</param>
/// <param name="Detail">The values that explain a refusal; else null.</param>
/// <param name="Nth">Of a refusal or note: the number of earlier ones.</param>
public sealed record OutcomeRow(EntryId Id, long? Index, byte[]? RequestDigest, long? Reason, string? Detail, long? Nth);

/// <summary>A region's head as the store has it, column by column. The verifier trusts none of it.</summary>
public sealed record HeadRow(RegionCode Region, long Size, byte[] Root, byte[] Frontier, long TimeMicroseconds, long Accounts,
    long Remembered, byte[] Chain);

/// <summary>The end of a region's books as the store has it, column by column. The verifier trusts none of it.</summary>
/// <param name="Size">The number of entries from which its accounts and transfers follow.</param>
public sealed record BooksRow(long Size, byte[] Root, byte[] Frontier, long TimeMicroseconds, long Accounts)
{
    /// <summary>Books that contain the whole journal.</summary>
    public static BooksRow Of(HeadRow head) => new(head.Size, head.Root, head.Frontier, head.TimeMicroseconds, head.Accounts);
}
