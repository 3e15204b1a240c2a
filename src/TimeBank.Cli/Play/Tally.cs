using System.Collections.Concurrent;

namespace TimeBank.Cli.Play;

/// <summary>What the server has acknowledged, added up as the answers come: the figures at the end must agree with it.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, long> _sums = new();

    public void Add(string what, long amount) => _sums.AddOrUpdate(what, amount, (_, sum) => checked(sum + amount));

    public long Of(string what) => _sums.GetValueOrDefault(what);
}
