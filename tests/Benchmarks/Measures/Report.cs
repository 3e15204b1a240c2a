using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TimeBank.Benchmarks.Measures;

/// <summary>Prints the table line by line as figures arrive, and writes the same as JSON.</summary>
internal sealed class Report(TextWriter output)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly List<Figures> _figures = [];
    private readonly List<GrowthFigures> _growth = [];
    private readonly List<ReconcileFigures> _reconciled = [];
    private readonly List<PageFigures> _pages = [];
    private readonly List<PairFigures> _pairs = [];

    private static string Machine =>
        $"{Environment.ProcessorCount} cores of {Processor()}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GB, "
            + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    public void Begin()
    {
        output.WriteLine(Machine);
        output.WriteLine(
            $"{"subject",-34} {"payees",-8} {"callers",7} {"op/s",10} {"p50 ms",8} {"p99 ms",8} {"CPU µs/op",10} {"and db",8}");
    }

    public void Add(Figures figures)
    {
        _figures.Add(figures);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Subject,-34} {figures.Payees,-8} {figures.Callers,7} {figures.Rate,10:N0} {figures.MedianMs,8:N2} "
                + $"{figures.P99Ms,8:N2} {figures.OwnMicroseconds,10:N1} {figures.DatabaseMicroseconds,8:N1}"));
    }

    /// <summary>Prints the rates of some subjects as shares of another subject's rate, at equal numbers of callers.</summary>
    public void Compare(string reference, Func<string, bool> others)
    {
        foreach (Figures figures in _figures.Where(figures => others(figures.Subject)))
        {
            if (_figures.Find(one => one.Subject == reference && one.Callers == figures.Callers
                && (one.Payees == figures.Payees || one.Payees == nameof(Payees.None))) is not { } beside) continue;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{figures.Subject}, {figures.Callers} callers, {figures.Payees}: {figures.Rate / beside.Rate:N2} x {reference}"));
        }
    }

    public void Add(GrowthFigures growth)
    {
        if (_growth.Count == 0) output.WriteLine(
            $"{"growth",-34} {"entries",10} {"accounts",10} {"op/s",10} {"p99 ms",8} {"RSS MB",8} {"page ms",8} {"start ms",9}");
        _growth.Add(growth);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{growth.Subject,-34} {growth.Entries,10} {growth.Accounts,10} {growth.Rate,10:N0} {growth.P99Ms,8:N2} "
                + $"{growth.MemoryMegabytes,8:N0} {growth.PageMs,8:N2} {growth.StartMs,9:N1}"));
    }

    public void Add(ReconcileFigures figures)
    {
        _reconciled.Add(figures);
        output.WriteLine(
            $"{"reconciliation",-34} {"lines",10} {"import s",9} {"match s",9} {"psql s",8} {"x psql",7} {"peak MB",8} {"booked/s",9}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Subject,-34} {figures.Lines,10} {figures.ImportSeconds,9:N2} {figures.MatchSeconds,9:N2} {figures.PsqlSeconds,8:N2} "
                + $"{figures.Ratio,7:N2} {figures.PeakMegabytes,8:N0} {figures.BookedRate,9:N0}"));
    }

    public void Add(PageFigures figures)
    {
        if (_pages.Count == 0) output.WriteLine(
            $"{"page",-34} {"callers",7} {"pages/s",9} {"first ms",9} {"p99 ms",8} {"bytes",7} {"calls",6} {"all/s",8} {"bytes",7} "
                + $"{"x gRPC",7}");
        _pages.Add(figures);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Page,-34} {figures.Callers,7} {figures.Rate,9:N0} {figures.FirstByteMs,9:N2} {figures.FirstByteP99Ms,8:N2} "
                + $"{figures.Bytes,7} {figures.Calls,6} {figures.CallsRate,8:N0} {figures.CallsBytes,7} {figures.Ratio,7:N2}"));
    }

    public void Add(PairFigures figures)
    {
        if (_pairs.Count == 0) output.WriteLine(
            $"{"in turns",-34} {"callers",7} {"first op/s",10} {"next op/s",10} {"x rate",7} {"quartiles",11} {"x p50",7} "
                + $"{"x CPU",7} {"p99 ms",8}");
        _pairs.Add(figures);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Subject,-34} {figures.Callers,7} {figures.ReferenceRate,10:N0} {figures.Rate,10:N0} {figures.Ratio,7:N3} "
                + $"{figures.LowRatio,5:N2} {figures.HighRatio,5:N2} {figures.MedianMsRatio,7:N3} {figures.CpuRatio,7:N3} "
                + $"{figures.P99Ms,8:N1}"));
    }

    public void Write(string file, DateTimeOffset now) =>
        File.WriteAllText(file, JsonSerializer.Serialize(
            new
            {
                Time = now.ToString("O", CultureInfo.InvariantCulture), Machine, Figures = _figures, Growth = _growth,
                Reconciled = _reconciled, Pages = _pages, Pairs = _pairs,
            },
            Json) + "\n");

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1]
            .Trim() ?? $"{RuntimeInformation.ProcessArchitecture}";
}
