namespace TimeBank.Ledger;

/// <summary>What checking a receipt came to, in the order in which it is looked at.</summary>
public enum ReceiptStatus
{
    /// <summary>The entry is in the journal that the key's owner signed.</summary>
    Sound,

    /// <summary>No signature on the checkpoint is by a key that the holder trusts.</summary>
    UnknownKeys,

    /// <summary>A signature in a trusted key's name is not that key's.</summary>
    BadSignature,

    /// <summary>What is signed is no checkpoint.</summary>
    NoCheckpoint,

    /// <summary>The checkpoint is of another journal than the key's name says.</summary>
    OtherOrigin,

    /// <summary>The signed tree has no entry of that index.</summary>
    OutOfRange,

    /// <summary>Hashes are missing.</summary>
    ProofTooShort,

    /// <summary>There are hashes too many.</summary>
    ProofTooLong,

    /// <summary>The entry, or a hash on its way, is not the one in the signed tree.</summary>
    OtherRoot,
}
