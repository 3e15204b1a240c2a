namespace TimeBank.Benchmarks.Measures;

/// <summary>The result of one round.</summary>
internal sealed record Round(long Operations, double Seconds, double MedianMs, double P99Ms)
{
    public double Rate => Operations / Seconds;

    /// <param name="latencies">The time of each operation, in any unit. The method sorts the list.</param>
    /// <param name="perMs">That unit's number in a millisecond.</param>
    public static Round Of(List<long> latencies, double seconds, double perMs)
    {
        if (latencies.Count == 0) return new Round(0, seconds, double.NaN, double.NaN);
        latencies.Sort();
        return new Round(latencies.Count, seconds, latencies[latencies.Count / 2] / perMs, latencies[latencies.Count * 99 / 100] / perMs);
    }
}
