namespace TimeBank.Ledger.Tests;

/// <summary>
/// Lines of a script from a seed: mostly sensible, often at the edge of what there is, sometimes nonsense, sometimes a repetition.
/// </summary>
internal sealed class RandomCommands(int seed)
{
    private static readonly string[] Accounts = ["m", "pa", "pb", "pc", "pd", "da", "db", "free", "pnever", "pu.MEAL", "u.MEAL"];

    private readonly Random _random = new(seed);
    private readonly List<(string Label, string Line)> _made = [];

    public (string Label, string Line) Next(long second)
    {
        (string Label, string Line) next = Fresh(second);
        if (_made.Count > 0 && _random.Next(12) == 0)
        {
            (string label, string line) = _made[_random.Next(_made.Count)];
            // The same command again, or another one under its id.
            next = (label, _random.Next(3) == 0 ? next.Line : line);
        }
        _made.Add(next);
        return next;
    }

    private (string Label, string Line) Fresh(long second)
    {
        string label = $"n{_made.Count}";
        return (label, _random.Next(100) switch
        {
            < 22 => $"post m>{Account()} {_random.Next(1, 200)}",
            < 42 => $"post {Legs(_random.Next(1, 4))}",
            < 58 => $"hold {Legs(_random.Next(1, 3))}{(_random.Next(2) == 0 ? $" until {second + _random.Next(-1, 12)}" : "")}",
            < 70 => $"posthold {Target("hold")}{Amounts()}{(_random.Next(4) == 0 ? $" & {Legs(1)}" : "")}",
            < 76 => $"void {Target("hold")}",
            < 82 => $"expire {Target("hold")}",
            < 90 => $"reverse {Target("post")}",
            < 91 => $"freeze {Path()}",
            < 95 => $"thaw {Path()}",
            < 96 => $"close {Path()}",
            _ => $"reopen {Path()}",
        });
    }

    private string Legs(int count) => string.Join(", ", Enumerable.Range(0, count).Select(_ =>
    {
        string debit = Account(), credit = Account();
        long amount = _random.Next(120) switch { 0 => 0, 1 => -5, 2 => 1_000_000_000_000_001, var size => 1 + (size % 30) };
        return $"{_random.Next(40) switch { 0 => "!", 1 => "+", _ => "" }}{debit}>{credit} "
            + $"{amount}{(amount < 100 && _random.Next(6) == 0 ? "~" : "")}";
    }));

    /// <summary>One unit mostly, or hardly any pair would meet.</summary>
    private string Account() => _random.Next(15) == 0 ? Accounts[_random.Next(Accounts.Length)] : _random.Next(3) == 0
        ? "m" : Accounts[_random.Next(8)];

    private string Path() => Account().Split('.')[0];

    private string Amounts() => _random.Next(3) switch
    {
        0 => "",
        1 => $" {_random.Next(12)}",
        _ => $" {_random.Next(12)} {_random.Next(12)}",
    };

    /// <summary>A recent entry of the kind that fits, mostly.</summary>
    private string Target(string verb)
    {
        if (_random.Next(10) == 0 || _made.Count == 0) return $"n{_random.Next(_made.Count + 2)}";
        string[] fitting =
            [.. _made.TakeLast(60).Where(made => made.Line.StartsWith(verb, StringComparison.Ordinal)).Select(made => made.Label)];
        return fitting.Length == 0 ? "n0" : fitting[_random.Next(fitting.Length)];
    }
}
