namespace TimeBank.Ledger;

/// <summary>A place in an account's postings: an entry and the position of a transfer in it.</summary>
public readonly record struct PostingCursor(long Index, int Position)
{
    /// <summary>Before every posting.</summary>
    public static PostingCursor Start { get; } = new(-1, 0);

    /// <summary>After every posting.</summary>
    public static PostingCursor End { get; } = new(long.MaxValue, int.MaxValue);
}
