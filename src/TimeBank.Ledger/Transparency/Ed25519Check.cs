namespace TimeBank.Ledger;

/// <summary>Verifies an Ed25519 signature (RFC 8032). This folder hashes; who calls it brings the rest of the cryptography.</summary>
/// <returns>False for a signature that is wrong in any way, its length included.</returns>
public delegate bool Ed25519Check(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
