using Google.Protobuf.WellKnownTypes;
using TimeBank.Grains;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Adds up what a run's pages did.</summary>
internal sealed class RunReport(DateTimeOffset start)
{
    private readonly SortedDictionary<string, long> _amounts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Reason, long> _skipped = [];
    private long _expected;
    private long _looked;
    private long _changed;

    /// <summary>So many more are to be looked at.</summary>
    public void Expect(long count) => _expected += count;

    public void Add(RunPageMessage page)
    {
        _looked += page.Looked;
        _changed += page.Changed;
        foreach ((string unit, long amount) in page.Amounts) _amounts[unit] = _amounts.GetValueOrDefault(unit) + amount;
        foreach ((Reason reason, long count) in page.Skipped) _skipped[reason] = _skipped.GetValueOrDefault(reason) + count;
    }

    /// <summary>The progress; with the summary once the run has ended.</summary>
    public RunProgress ToContract(DateTimeOffset? end = null)
    {
        // Who registered while the run was under way was looked at without having been expected.
        var progress = new RunProgress { Done = _looked, Total = Math.Max(_expected, _looked), Changed = _changed, Skipped = _skipped.Values.Sum() };
        progress.Amounts.Add(Amounts());
        if (end is null) return progress;
        progress.Total = _looked;
        progress.Summary = new RunSummary
        {
            Total = _looked,
            Changed = _changed,
            Skipped = progress.Skipped,
            StartTime = Timestamp.FromDateTimeOffset(start),
            EndTime = Timestamp.FromDateTimeOffset(end.Value),
        };
        progress.Summary.Amounts.Add(Amounts());
        progress.Summary.SkippedByReason.Add(_skipped.OrderByDescending(skip => skip.Value).Select(skip => new SkippedCount { Reason = ReasonCatalogue.Name(skip.Key), Count = skip.Value }));
        return progress;
    }

    private IEnumerable<Amount> Amounts() => _amounts.Select(amount => Unit.Parse(amount.Key).Of(amount.Value));
}
