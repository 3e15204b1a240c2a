using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using TimeBank.Ledger;

namespace TimeBank.Writer;

/// <summary>
/// What operators see of a region's writer: waiting calls, sizes of batches and times of appends, each by region; and the append in the
/// trace of each call that has one. Nothing here names a person, an account or an id.
/// </summary>
public sealed class WriterFigures
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "TimeBank.Writer";

    /// <summary>The name of the span around an append.</summary>
    public const string Append = "append";

    private static readonly ConcurrentDictionary<RegionCode, WriterFigures> Regions = new();
    private static readonly ActivitySource Spans = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<int> BatchSize = Meter.CreateHistogram(
        "timebank.writer.batch.size", "{call}", "Calls in a batch that was appended", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });

    private static readonly Histogram<double> AppendTime = Meter.CreateHistogram(
        "timebank.writer.append.duration", "s", "Time of an append, by its outcome: stored, moved, refused, failed", tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
        });

    private readonly KeyValuePair<string, object?> _region;
    private volatile int _waiting;

    static WriterFigures() => Meter.CreateObservableGauge(
        "timebank.writer.queue", () => Regions.Values.Select(one => new Measurement<int>(one._waiting, one._region)), "{call}",
        "Calls that wait for a region's writer");

    private WriterFigures(RegionCode region) => _region = new("region", region.ToString());

    /// <summary>A region's figures. They outlive its writer and hold nothing of it.</summary>
    internal static WriterFigures Of(RegionCode region) => Regions.GetOrAdd(region, code => new WriterFigures(code));

    /// <summary>The trace to which an append belongs that is done for the code running now; null where nobody records one.</summary>
    internal static ActivityContext? Trace => Activity.Current is { Recorded: true } current ? current.Context : null;

    internal void Waiting(int calls) => _waiting = calls;

    /// <summary>Measures an append.</summary>
    /// <param name="calls">The calls of the batch.</param>
    internal async Task<bool> MeasureAsync(IReadOnlyCollection<LedgerCall> calls, Func<ValueTask<bool>> append)
    {
        long asked = Stopwatch.GetTimestamp();
        string outcome = "failed";
        try
        {
            bool stored = await append();
            outcome = stored ? "stored" : "moved";
            return stored;
        }
        catch (AppendRefusedException)
        {
            outcome = "refused";
            throw;
        }
        finally
        {
            TimeSpan time = Stopwatch.GetElapsedTime(asked);
            BatchSize.Record(calls.Count, _region);
            AppendTime.Record(time.TotalSeconds, _region, new("outcome", outcome));
            if (Spans.HasListeners()) Show(calls, time, outcome);
        }
    }

    /// <summary>A batch has calls of many traces, so the append becomes a span of each, after it has happened.</summary>
    private void Show(IReadOnlyCollection<LedgerCall> calls, TimeSpan time, string outcome)
    {
        DateTimeOffset begin = TimeProvider.System.GetUtcNow() - time;
        foreach (LedgerCall call in calls)
        {
            if (call.Trace is not { } trace) continue;
            KeyValuePair<string, object?>[] tags = [_region, new("outcome", outcome), new("calls", calls.Count)];
            Spans.StartActivity(Append, ActivityKind.Client, trace, tags, links: null, begin)?.Stop();
        }
    }
}
