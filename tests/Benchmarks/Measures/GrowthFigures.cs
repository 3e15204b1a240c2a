namespace TimeBank.Benchmarks.Measures;

/// <summary>
/// The figures of a journal of some size: the writer's rate, the process's memory, the time of a list's page and a statement's page
/// together, and the time to the first answer after a start.
/// </summary>
internal sealed record GrowthFigures(string Subject, long Entries, long Accounts, double Rate, double P99Ms, double MemoryMegabytes,
    double PageMs, double StartMs);
