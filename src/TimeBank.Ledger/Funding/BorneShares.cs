namespace TimeBank.Ledger;

/// <summary>
/// Who of those that gave a programme its money bears what was spent of it. The entry that takes what is spent from a to b bears
/// split(b) − split(a), by the split of its time, and bears it for good: what somebody gives later divides only what is spent after it.
/// </summary>
/// <remarks>
/// What is spent is a row of fen, and each fen has one who bears it. A gift divides the fen from there on anew, by what each has left: so
/// nobody ever bears more than they gave. A refund goes back along the row, and its money comes back to those that it was taken from. Only
/// where somebody takes back what is spent already, the others bear that from then on.
/// </remarks>
/// <param name="givers">How many give. Their order decides between equals, so it stays the same.</param>
public sealed class BorneShares(int givers)
{
    private readonly long[] _given = new long[givers];
    private readonly List<Stretch> _stretches = [];

    /// <summary>What is spent now, refunds taken off.</summary>
    public long Spent { get; private set; }

    /// <summary>What each has given, less what they took back.</summary>
    public IReadOnlyList<long> Given => _given;

    /// <summary>What each bears of what is spent now.</summary>
    public long[] Borne() => _stretches.FindLast(stretch => stretch.From <= Spent)?.Borne(Spent) ?? new long[givers];

    /// <summary>What is spent becomes more, or less by refunds.</summary>
    public void Spend(long spent) => Spent = spent;

    /// <summary>Some give, or take back where the amount is negative, in one entry.</summary>
    public void Give(IEnumerable<(int Giver, long Fen)> gifts)
    {
        long[] borne = Borne();
        foreach ((int giver, long fen) in gifts) _given[giver] += fen;
        long[] held = [.. borne.Zip(_given, (bears, given) => Math.Min(bears, Math.Max(given, 0)))];
        if (borne.Sum() - held.Sum() is > 0 and var over)
        {
            long[] share = FunderSplit.Of(Left(held), over);
            borne = [.. held.Zip(share, (bears, more) => bears + more)];
            _stretches.Clear();
            _stretches.Add(new Stretch(0, new long[givers], borne));
        }
        else
        {
            _stretches.RemoveAll(stretch => stretch.From >= Spent);
        }
        if (Left(borne) is var left && left.Any(fen => fen > 0)) _stretches.Add(new Stretch(Spent, borne, left));
    }

    private long[] Left(long[] borne) => [.. _given.Zip(borne, (given, bears) => Math.Max(given - bears, 0))];

    /// <summary>The row from one fen on: what each bore before it, and the weights by which what follows is divided.</summary>
    private sealed record Stretch(long From, long[] Before, long[] Weights)
    {
        public long[] Borne(long spent) => [.. Before.Zip(FunderSplit.Of(Weights, spent - From), (before, part) => before + part)];
    }
}
