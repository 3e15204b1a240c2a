namespace TimeBank.Benchmarks.Measures;

/// <summary>A round of the reference and the next one of what is measured, with the server's CPU time per operation in µs.</summary>
internal sealed record PairRound(Round Reference, double ReferenceMicroseconds, Round Measured, double MeasuredMicroseconds);

/// <summary>
/// Two that took turns, so that both had the same minutes of the machine. Every ratio is the median over the pairs: the machine's speed
/// drifts more between two runs than most changes are worth.
/// </summary>
internal sealed record PairFigures(string Subject, int Callers, IReadOnlyList<PairRound> Rounds)
{
    public double ReferenceRate => Median(round => round.Reference.Rate);

    public double Rate => Median(round => round.Measured.Rate);

    /// <summary>The measured rate as a share of the reference's.</summary>
    public double Ratio => Median(RateRatio);

    /// <summary>The lower quartile of that share over the pairs.</summary>
    public double LowRatio => At(RateRatio, 0.25);

    /// <summary>The upper quartile.</summary>
    public double HighRatio => At(RateRatio, 0.75);

    /// <summary>The same of the median latency.</summary>
    public double MedianMsRatio => Median(round => round.Measured.MedianMs / round.Reference.MedianMs);

    /// <summary>The same of CPU time per operation, which a busy machine disturbs less.</summary>
    public double CpuRatio => Median(round => round.MeasuredMicroseconds / round.ReferenceMicroseconds);

    /// <summary>The 99th percentile of what was measured, in ms.</summary>
    public double P99Ms => Median(round => round.Measured.P99Ms);

    private static double RateRatio(PairRound round) => round.Measured.Rate / round.Reference.Rate;

    private double Median(Func<PairRound, double> value) => At(value, 0.5);

    private double At(Func<PairRound, double> value, double share)
    {
        double[] sorted = [.. Rounds.Select(value).Order()];
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }
}
