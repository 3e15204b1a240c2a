namespace TimeBank.Benchmarks.Measures;

/// <summary>A page beside the same data over gRPC, from the same server in the same minutes.</summary>
/// <param name="Bytes">The page's bytes as they travel.</param>
/// <param name="Calls">The number of calls that fetch the page's data, one after the other.</param>
/// <param name="CallsRate">How often a second all of these calls are answered.</param>
/// <param name="CallsBytes">The bytes of their answers, without gRPC's frames.</param>
internal sealed record PageFigures(string Page, int Callers, double Rate, double FirstByteMs, double FirstByteP99Ms, int Bytes, int Calls,
    double CallsRate, int CallsBytes)
{
    /// <summary>The page's rate as a share of the calls' rate.</summary>
    public double Ratio => Rate / CallsRate;
}
