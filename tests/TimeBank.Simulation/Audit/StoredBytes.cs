namespace TimeBank.Simulation;

/// <summary>An entry exactly as it was stored, with its salt and its leaf by the auditor's own reckoning.</summary>
internal sealed record StoredBytes(byte[] Bytes, byte[] Salt, byte[] Leaf);
