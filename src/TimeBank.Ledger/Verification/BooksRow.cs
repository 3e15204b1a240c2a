namespace TimeBank.Ledger;

/// <summary>Where a region's books end, as a store has it, column by column: nothing of it is believed.</summary>
/// <param name="Size">How many entries of the journal its accounts and transfers follow from.</param>
public sealed record BooksRow(long Size, byte[] Root, byte[] Frontier, long TimeMicroseconds, long Accounts)
{
    /// <summary>Books that have all that a journal has.</summary>
    public static BooksRow Of(HeadRow head) => new(head.Size, head.Root, head.Frontier, head.TimeMicroseconds, head.Accounts);
}
