namespace TimeBank.Ledger;

/// <summary>Signs a message with a key that stays where it is (RFC 8032): 64 bytes.</summary>
public delegate byte[] Ed25519Sign(ReadOnlySpan<byte> message);
