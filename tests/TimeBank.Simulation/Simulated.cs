namespace TimeBank.Simulation;

/// <summary>What came of one seed.</summary>
/// <param name="Finding">Null where nothing was wrong.</param>
/// <param name="Digest">The SHA-256 of its trace: the same for every run of the seed.</param>
internal sealed record Simulated(ulong Seed, string? Finding, long Steps, string Digest, Tally Tally);
