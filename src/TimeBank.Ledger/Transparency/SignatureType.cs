namespace TimeBank.Ledger;

/// <summary>What a key signs and how, by the byte that stands before the key. Source: c2sp.org/signed-note; other types are unknown keys here.</summary>
public enum SignatureType : byte
{
    /// <summary>Ed25519 over the note's text: a log's own signature.</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over a time and a checkpoint's text: a witness's cosignature. Source: c2sp.org/tlog-cosignature.</summary>
    Cosignature = 0x04,
}
