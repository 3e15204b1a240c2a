namespace TimeBank.Benchmarks.Measures;

/// <summary>A statement's import and its matching with as many payments, beside <c>psql</c> on the same files.</summary>
/// <param name="PsqlSeconds">COPY of both files and one join.</param>
/// <param name="PeakMegabytes">The most memory of our process meanwhile.</param>
/// <param name="BookedRate">Entries a second of matched payments, measured on a smaller statement.</param>
internal sealed record ReconcileFigures(string Subject, int Lines, double ImportSeconds, double MatchSeconds, double PsqlSeconds,
    double PeakMegabytes, double BookedRate)
{
    /// <summary>Import and matching as a multiple of psql's time.</summary>
    public double Ratio => (ImportSeconds + MatchSeconds) / PsqlSeconds;
}
