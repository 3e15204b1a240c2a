namespace TimeBank.Ledger;

/// <summary>What checking a proof of the tree came to.</summary>
public enum ProofStatus
{
    Sound,

    /// <summary>There is no such entry in a tree of that size, or no smaller tree of that size.</summary>
    OutOfRange,

    /// <summary>It has fewer hashes than the way to the root has steps.</summary>
    TooShort,

    /// <summary>It has more hashes than the way to the root has steps.</summary>
    TooLong,

    /// <summary>It leads to another root.</summary>
    OtherRoot,
}
