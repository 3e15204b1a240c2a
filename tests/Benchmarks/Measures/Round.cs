namespace TimeBank.Benchmarks.Measures;

/// <summary>What one round gave.</summary>
internal sealed record Round(long Operations, double Seconds, double MedianMs, double P99Ms)
{
    public double Rate => Operations / Seconds;

    /// <param name="latencies">How long each operation took, in any unit; is sorted.</param>
    /// <param name="perMs">How many of that unit a millisecond has.</param>
    public static Round Of(List<long> latencies, double seconds, double perMs)
    {
        if (latencies.Count == 0) return new Round(0, seconds, double.NaN, double.NaN);
        latencies.Sort();
        return new Round(latencies.Count, seconds, latencies[latencies.Count / 2] / perMs, latencies[latencies.Count * 99 / 100] / perMs);
    }
}
