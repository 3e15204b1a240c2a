using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>
/// Splits money among a programme's funders, exact to the fen for every entry and for every total: the entry that takes a running total
/// from a to b bears
/// split(b) − split(a).
/// </summary>
/// <remarks>
/// That difference must never be negative, or an entry that spends would give a fen back to a funder. With three funders or more the plain
/// largest
/// remainder does that (the Alabama paradox: 55, 25, 15 and 5 % share 9 fen as 5, 2, 1, 1 and 10 fen as 6, 3, 1, 0). So fen are given out
/// in one fixed order, each
/// to the funder whose (2 × fen held + 1) / weight is least, the earlier funder where two are equal (Sainte-Laguë). For two funders the
/// outcome is the largest
/// remainder's; for more it is as near to the exact shares, and it only ever grows.
/// </remarks>
public sealed class FunderSplit
{
    private readonly ImmutableArray<FunderShare> shares;
    private readonly long[] weights;

    /// <param name="shares">Their order decides between equals, so it stays the same for a programme's life.</param>
    /// <exception cref="ArgumentException">No weight is positive, one is negative, or a funder stands there twice.</exception>
    public FunderSplit(IEnumerable<FunderShare> shares)
    {
        this.shares = [.. shares];
        if (this.shares.Any(share => share.Weight < 0) || this.shares.DistinctBy(share => share.Fund).Count() != this.shares.Length)
            throw new ArgumentException("A weight is negative, or a funder stands here twice.", nameof(shares));
        weights = [.. this.shares.Select(share => share.Weight)];
        if (weights.All(weight => weight == 0))
            throw new ArgumentException("Nobody bears anything.", nameof(shares));
    }

    /// <summary>What each funder bears of a running total, in the order of the shares.</summary>
    public ImmutableArray<FunderPart> Of(Fen total) =>
        [.. shares.Zip(Of(weights, total.Value), (share, fen) => new FunderPart(share.Fund, new Fen(fen)))];

    /// <summary>
    /// What each funder bears of an entry that takes the running total from <paramref name="before"/> by <paramref name="amount"/> further.
    /// </summary>
    public ImmutableArray<FunderPart> OfEntry(Fen before, Fen amount) =>
        [.. Of(before + amount).Zip(Of(before), (after, until) => after with { Amount = after.Amount - until.Amount })];

    /// <summary>
    /// A running total by weights, of which none is negative and one is positive. What is no more than their sum gives nobody more than
    /// their weight.
    /// </summary>
    internal static long[] Of(long[] weights, long total)
    {
        Int128 whole = weights.Aggregate(Int128.Zero, (sum, weight) => sum + weight);
        long[] held = [.. weights.Select(weight => (long)((((UInt128)total * 2 * (ulong)weight) + (UInt128)whole) / ((UInt128)whole * 2)))];
        // Rounding each share to the nearest fen gives out the first fen of the fixed order up to some place, but not always as many as
        // there are.
        Int128 missing = held.Aggregate((Int128)total, (left, fen) => left - fen);
        for (; missing > 0; missing--)
            held[Next(weights, held)]++;
        for (; missing < 0; missing++)
            held[Last(weights, held)]--;
        return held;
    }

    // The funder to whom the next fen goes.
    private static int Next(long[] weights, long[] held)
    {
        int next = -1;
        for (int at = 0; at < held.Length; at++)
        {
            if (weights[at] > 0 && (next < 0 || ComparePlace(weights, at, held[at], next, held[next]) < 0))
                next = at;
        }
        return next;
    }

    // The funder to whom the last fen went.
    private static int Last(long[] weights, long[] held)
    {
        int last = -1;
        for (int at = 0; at < held.Length; at++)
        {
            if (held[at] > 0 && (last < 0 || ComparePlace(weights, at, held[at] - 1, last, held[last] - 1) > 0))
                last = at;
        }
        return last;
    }

    // Compares (2·left + 1) / weight with (2·right + 1) / weight, then the funders' order.
    private static int ComparePlace(long[] weights, int left, long leftFen, int right, long rightFen)
    {
        UInt128 leftPlace = (((UInt128)leftFen * 2) + 1) * (ulong)weights[right];
        UInt128 rightPlace = (((UInt128)rightFen * 2) + 1) * (ulong)weights[left];
        int place = leftPlace.CompareTo(rightPlace);
        return place != 0 ? place : left.CompareTo(right);
    }
}

/// <summary>What one funder bears of an amount.</summary>
public readonly record struct FunderPart(Slug Fund, Fen Amount);

/// <summary>A funder and its weight among a programme's funders: a percentage, or the fen that it gave.</summary>
public readonly record struct FunderShare(Slug Fund, long Weight);

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

/// <summary>Where a fund's money comes from. The names are stored.</summary>
public enum FundKind
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>福彩公益金: lottery welfare money.</summary>
    [JsonStringEnumMemberName("Lottery")]
    Lottery = 1,

    /// <summary>财政资金: fiscal money.</summary>
    [JsonStringEnumMemberName("Fiscal")]
    Fiscal = 2,

    /// <summary>慈善捐赠: donations, used only for their purpose.</summary>
    [JsonStringEnumMemberName("Donation")]
    Donation = 3,

    /// <summary>The guarantee fund, which buys services that no volunteer gives.</summary>
    [JsonStringEnumMemberName("Guarantee")]
    Guarantee = 4,
}
