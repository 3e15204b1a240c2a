using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>What operators see of a writer. Meters belong to the process, so this region is no other test's.</summary>
public sealed class WriterFiguresTests : IDisposable
{
    private static readonly RegionCode Region = RegionCode.Parse("430424");
    private static readonly OpaqueId Elder = OpaqueId.Parse("000000000001");

    private readonly FragileStore _store = new() { Gate = new TaskCompletionSource() };
    private readonly MeterListener _meters = new();
    private readonly ConcurrentQueue<(string Name, double Value, string? Outcome)> _measured = [];
    private readonly LedgerWriter _writer;

    public WriterFiguresTests()
    {
        _writer = new LedgerWriter(Region, _store, new BusinessClock(TimeProvider.System), new RandomSaltSource(),
            new LedgerOptions { MaxBatch = 10 }, NullLogger.Instance);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == WriterFigures.Name) listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _meters.Start();
    }

    public void Dispose() => _meters.Dispose();

    [Fact]
    public Task Waiting_calls_and_batches_are_counted() => LedgerWriterTests.TurnsAsync(async () =>
    {
        Task<Outcome>[] calls = [.. Enumerable.Range(0, 25).Select(at => _writer.SubmitAsync(Issue(at)))];
        Assert.Equal(24, Waiting());

        _store.Gate!.SetResult();
        await Task.WhenAll(calls);

        Assert.Equal(0, Waiting());
        Assert.Equal(25, Values("timebank.writer.batch.size").Sum());
        Assert.Equal(_store.Batches.Select(batch => (double)batch), Values("timebank.writer.batch.size"));
        Assert.Equal(_store.Batches.Select(_ => "stored"), Outcomes());
    });

    [Fact]
    public Task An_append_that_fails_or_is_refused_is_told_apart() => LedgerWriterTests.TurnsAsync(async () =>
    {
        _store.Gate = null;
        bool down = true, refuses = true;
        _store.IsDown = _ => down && !(down = false);
        Assert.Null((await _writer.SubmitAsync(Issue(1))).Refusal);
        _store.Refuses = _ => refuses && !(refuses = false);
        Assert.Null((await _writer.SubmitAsync(Issue(2))).Refusal);

        Assert.Equal(["failed", "stored", "refused", "stored"], Outcomes());
    });

    [Fact]
    public Task An_append_is_in_the_trace_of_each_of_its_calls_and_the_writer_in_none() => LedgerWriterTests.TurnsAsync(async () =>
    {
        using var source = new ActivitySource("test.callers");
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = one => one.Name is "test.callers" or WriterFigures.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var during = new ConcurrentQueue<Activity?>();
        _store.LosesAnswer = _ =>
        {
            during.Enqueue(Activity.Current);
            return false;
        };

        var callers = new List<(Activity Caller, Task<Outcome> Call)>();
        for (int at = 0; at < 4; at++)
        {
            using Activity caller = source.StartActivity("caller", ActivityKind.Server)!;
            callers.Add((caller, _writer.SubmitAsync(Issue(at))));
        }
        Task<Outcome> untraced = _writer.SubmitAsync(Issue(9));
        _store.Gate!.SetResult();
        await Task.WhenAll([untraced, .. callers.Select(one => one.Call)]);

        Activity[] appends = [.. spans.Where(span => span.OperationName == WriterFigures.Append
            && callers.Any(one => one.Caller.TraceId == span.TraceId))];
        Assert.Equal(callers.Select(one => one.Caller.SpanId).ToHashSet(), appends.Select(span => span.ParentSpanId).ToHashSet());
        Assert.Equal(4, appends.Length);
        Assert.All(during, Assert.Null);
    });

    private double Waiting()
    {
        _meters.RecordObservableInstruments();
        return Values("timebank.writer.queue").Last();
    }

    private double[] Values(string name) => [.. _measured.Where(one => one.Name == name).Select(one => one.Value)];

    private string?[] Outcomes() => [.. _measured.Where(one => one.Outcome is not null).Select(one => one.Outcome)];

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? region = null, outcome = null;
        foreach ((string key, object? tag) in tags)
        {
            if (key == "region") region = tag as string;
            else outcome = tag as string;
        }
        if (region == Region.ToString()) _measured.Enqueue((instrument.Name, value, outcome));
    }

    private static Proposal Issue(int request) => HourEntries.Issue(
        new EntryHeader(EntryId.Of("TEST", new Guid(request, 0, 0, new byte[8])), Digest.Of([1]), "TEST", "", new DateOnly(2026, 10, 1), "",
            "", EntryHeader.NoDetails),
        Elder, new Minutes(1));
}
