namespace TimeBank.Simulation;

/// <summary>An entry exactly as stored, with its salt, and with its leaf as the auditor computes it.</summary>
internal sealed record StoredBytes(byte[] Bytes, byte[] Salt, byte[] Leaf);
