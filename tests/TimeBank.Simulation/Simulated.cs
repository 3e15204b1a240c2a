namespace TimeBank.Simulation;

/// <summary>The result of one seed.</summary>
/// <param name="Finding">The first error; null where there is none.</param>
/// <param name="Digest">The SHA-256 of the trace: the same for every run of the seed.</param>
internal sealed record Simulated(ulong Seed, string? Finding, long Steps, string Digest, Tally Tally);
