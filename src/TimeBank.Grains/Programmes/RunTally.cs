using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>Counts what a run does with a page.</summary>
public sealed class RunTally
{
    private readonly Dictionary<string, long> _amounts = [];
    private readonly Dictionary<Reason, long> _skipped = [];
    private long _looked;
    private long _changed;

    public static RunPageMessage Nothing { get; } = new RunTally().ToMessage(null);

    public void Change(Unit unit, long amount)
    {
        _looked++;
        _changed++;
        _amounts[unit.Code] = _amounts.GetValueOrDefault(unit.Code) + amount;
    }

    /// <summary>There was nothing to do, which is no reason.</summary>
    public void Look() => _looked++;

    public void Skip(Reason reason)
    {
        _looked++;
        _skipped[reason] = _skipped.GetValueOrDefault(reason) + 1;
    }

    public RunPageMessage ToMessage(string? next, long committedFen = 0) =>
        new(_looked, _changed, _amounts.ToImmutableDictionary(), _skipped.ToImmutableDictionary(), next, committedFen);
}
