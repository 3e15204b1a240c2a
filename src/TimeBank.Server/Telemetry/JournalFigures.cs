using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// What operators see of each region's journal: its size, and how far its books and its signed checkpoint are behind. Read from the
/// database every 15 seconds, so every server of a cluster says the same, whoever writes. Where the database can't be read there are no
/// figures of regions, and <c>timebank.ready</c> is 0.
/// </summary>
public sealed class JournalFigures : BackgroundService
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "TimeBank.Journals";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly ILedgerReader _ledger;
    private readonly ITreeStore _trees;
    private readonly DatabaseHealth _health;
    private readonly BusinessClock _clock;
    private readonly ILogger<JournalFigures> _log;
    private volatile Snapshot _last = new(IsReady: false, []);
    private bool _failed;

    public JournalFigures(ILedgerReader ledger, ITreeStore trees, DatabaseHealth health, BusinessClock clock, IMeterFactory meters,
        ILogger<JournalFigures> log)
    {
        (_ledger, _trees, _health, _clock, _log) = (ledger, trees, health, clock, log);
        Meter meter = meters.Create(Name);
        meter.CreateObservableGauge("timebank.ready", () => _last.IsReady ? 1 : 0, unit: null, "1 where health says that it serves");
        Gauge("timebank.journal.size", "{entry}", "Entries in the journal", region => region.Size);
        Gauge("timebank.books.lag", "{entry}", "Entries that accounts and transfers do not have yet",
            region => region.Size - region.Booked);
        Gauge("timebank.checkpoint.lag", "{entry}", "Entries after the signed checkpoint", region => region.Size - region.Signed);
        Gauge("timebank.checkpoint.age", "s", "Age of the oldest entry after the signed checkpoint",
            region => region.Unsigned is { } oldest ? EntryAge.Of(oldest, _clock) : 0);

        void Gauge(string name, string unit, string description, Func<RegionFigures, double> value) => meter.CreateObservableGauge(
            name, () => _last.Regions.Select(region => new Measurement<double>(value(region), region.Tag)), unit, description);
    }

    /// <summary>Reads the figures now.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        HealthCheckResult health = await _health.CheckHealthAsync(new HealthCheckContext(), cancellation);
        var regions = new List<RegionFigures>();
        try
        {
            foreach (RegionCode region in await _ledger.RegionsAsync(cancellation)) regions.Add(await ReadAsync(region, cancellation));
            _failed = false;
        }
        catch (StorageUnavailableException)
        {
            // Health says so.
            regions.Clear();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (!_failed) _log.LogWarning(error, "The figures of the journals can't be read.");
            (_failed, regions) = (true, []);
        }
        _last = new Snapshot(health.Status == HealthStatus.Healthy, regions);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, TimeProvider.System);
        do await ReadAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<RegionFigures> ReadAsync(RegionCode region, CancellationToken cancellation)
    {
        // In this order: what follows the journal is never ahead of it.
        long booked = await _ledger.BookedAsync(region, cancellation);
        string? note = await _trees.SignedAsync(region, cancellation);
        long signed = note is null ? 0 : Checkpoint.Parse(SignedNote.Parse(note).Text).Size;
        long size = (await _ledger.ReadHeadAsync(region, cancellation)).Size;
        LedgerTime? unsigned = size > signed ? (await _ledger.EntryAsync(region, signed, cancellation))?.Entry.Time : null;
        return new RegionFigures(new("region", region.ToString()), size, booked, signed, unsigned);
    }

    private sealed record Snapshot(bool IsReady, IReadOnlyList<RegionFigures> Regions);

    /// <param name="Unsigned">The time of the oldest entry after the signed checkpoint; null where there is none.</param>
    private sealed record RegionFigures(KeyValuePair<string, object?> Tag, long Size, long Booked, long Signed, LedgerTime? Unsigned);
}

/// <summary>
/// What operators see of each region's outbox: hours that have left for another region and not arrived. The region's
/// <see cref="ClearingGrain"/> tells it after each round, so in a cluster only the server that runs it has the figures.
/// </summary>
internal static class OutboxFigures
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "TimeBank.Clearing";

    private static readonly ConcurrentDictionary<RegionCode, Outbox> Regions = new();
    private static readonly Meter Meter = new(Name);

    static OutboxFigures()
    {
        Gauge("timebank.outbox.size", "{entry}", "Entries whose hours have left for another region and not arrived", one => one.Waiting);
        Gauge("timebank.outbox.age", "s", "Age of the oldest of them",
            one => one.Oldest is { } oldest ? EntryAge.Of(oldest, one.Clock) : 0);

        static void Gauge(string name, string unit, string description, Func<Outbox, double> value) => Meter.CreateObservableGauge(
            name, () => Regions.Select(pair => new Measurement<double>(value(pair.Value), new KeyValuePair<string, object?>(
                "region", pair.Key.ToString()))), unit, description);
    }

    /// <param name="oldest">The time of the oldest waiting entry; null where none waits.</param>
    public static void Saw(RegionCode region, int waiting, LedgerTime? oldest, BusinessClock clock) =>
        Regions[region] = new Outbox(waiting, oldest, clock);

    /// <summary>The region's grain goes, perhaps to another server.</summary>
    public static void Forget(RegionCode region) => Regions.TryRemove(region, out _);

    private sealed record Outbox(int Waiting, LedgerTime? Oldest, BusinessClock Clock);
}

/// <summary>The age of an entry in seconds, by the business's clock, as the entry's time is.</summary>
internal static class EntryAge
{
    public static double Of(LedgerTime time, BusinessClock clock) => Math.Max(0, (clock.Now - time.ToDateTimeOffset()).TotalSeconds);
}
