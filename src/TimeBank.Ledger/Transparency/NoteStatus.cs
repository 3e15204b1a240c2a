namespace TimeBank.Ledger;

/// <summary>What checking a note's signatures came to.</summary>
public enum NoteStatus
{
    /// <summary>A known key signed it, and no known key's signature is wrong.</summary>
    Signed,

    /// <summary>No known key's signature is on it.</summary>
    UnknownKeys,

    /// <summary>A signature in a known key's name isn't that key's over this text.</summary>
    BadSignature,
}
