namespace TimeBank.Benchmarks.Measures;

/// <summary>
/// A journal of some size: how fast it still goes, what its writer's process holds in memory, how long a page of a list and one of a
/// statement take together, and how long the first answer after a start takes.
/// </summary>
internal sealed record GrowthFigures(string Subject, long Entries, long Accounts, double Rate, double P99Ms, double MemoryMegabytes,
    double PageMs, double StartMs);
