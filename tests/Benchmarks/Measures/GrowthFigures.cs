namespace TimeBank.Benchmarks.Measures;

/// <summary>A journal of some size: how fast it still goes, what its writer's process holds in memory, and how long the first answer after a start takes.</summary>
internal sealed record GrowthFigures(string Subject, long Entries, long Accounts, double Rate, double P99Ms, double MemoryMegabytes, double StartMs);
