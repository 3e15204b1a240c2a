namespace TimeBank.Simulation;

/// <summary>Counts events by name.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public long this[string what] => _counts.GetValueOrDefault(what);

    public void Add(string what, long times = 1) => _counts[what] = this[what] + times;

    public void Add(Tally other)
    {
        foreach ((string what, long times) in other._counts) Add(what, times);
    }
}
