using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>
/// Splits money among a programme's funders, exact to the fen for every entry and for every total. An entry that takes the running total
/// from a to b bears split(b) − split(a).
/// </summary>
/// <remarks>
/// This difference must never be negative: an entry that spends must not give a fen back to a funder. The plain largest remainder fails
/// here with three or more funders (the Alabama paradox: 55, 25, 15 and 5 % share 9 fen as 5, 2, 1, 1 and 10 fen as 6, 3, 1, 0). So fen are
/// given out in one fixed order: the next fen goes to the funder with the least (2 × fen held + 1) / weight, and to the earlier funder
/// where two are equal (Sainte-Laguë). For two funders this equals the largest remainder. For n a share is at most (n − 1) / 2 fen from
/// the exact one, and no share ever shrinks.
/// </remarks>
public sealed class FunderSplit
{
    private readonly ImmutableArray<FunderShare> shares;
    private readonly long[] weights;

    /// <param name="shares">Their order decides between equals: it must stay the same for a programme's life.</param>
    /// <exception cref="ArgumentException">No weight is positive, a weight is negative, or a funder occurs twice.</exception>
    public FunderSplit(IEnumerable<FunderShare> shares)
    {
        this.shares = [.. shares];
        if (this.shares.Any(share => share.Weight < 0) || this.shares.DistinctBy(share => share.Fund).Count() != this.shares.Length)
            throw new ArgumentException("A weight is negative, or a funder stands here twice.", nameof(shares));
        weights = [.. this.shares.Select(share => share.Weight)];
        if (weights.All(weight => weight == 0))
            throw new ArgumentException("Nobody bears anything.", nameof(shares));
    }

    /// <summary>Each funder's part of a running total, in the order of the shares.</summary>
    public ImmutableArray<FunderPart> Of(Fen total) =>
        [.. shares.Zip(Of(weights, total.Value), (share, fen) => new FunderPart(share.Fund, new Fen(fen)))];

    /// <summary>
    /// Each funder's part of an entry that takes the running total from <paramref name="before"/> by <paramref name="amount"/> further.
    /// </summary>
    public ImmutableArray<FunderPart> OfEntry(Fen before, Fen amount) =>
        [.. Of(before + amount).Zip(Of(before), (after, until) => after with { Amount = after.Amount - until.Amount })];

    /// <summary>
    /// Splits a running total by weights. No weight may be negative; at least one must be positive. If the total is at most the sum of the
    /// weights, no part exceeds its weight.
    /// </summary>
    internal static long[] Of(long[] weights, long total)
    {
        Int128 whole = weights.Aggregate(Int128.Zero, (sum, weight) => sum + weight);
        long[] held = [.. weights.Select(weight => (long)((((UInt128)total * 2 * (ulong)weight) + (UInt128)whole) / ((UInt128)whole * 2)))];
        // Rounding each share to the nearest fen follows the fixed order up to some fen, but may give out a few too many or too few.
        Int128 missing = held.Aggregate((Int128)total, (left, fen) => left - fen);
        for (; missing > 0; missing--)
            held[Next(weights, held)]++;
        for (; missing < 0; missing++)
            held[Last(weights, held)]--;
        return held;
    }

    // The funder who gets the next fen.
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

    // The funder who got the last fen.
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

/// <summary>One funder's part of an amount.</summary>
public readonly record struct FunderPart(Slug Fund, Fen Amount);

/// <summary>A funder and its weight in a programme: a percentage, or the fen that it gave.</summary>
public readonly record struct FunderShare(Slug Fund, long Weight);

/// <summary>
/// Says which of a programme's givers bear the money that it spent. An entry that takes the spent total from a to b is borne as split(b) −
/// split(a), by the split of its time, for good: a later gift divides only later spending.
/// </summary>
/// <remarks>
/// Think of the spent money as a row of fen, each borne by one giver. A gift divides the fen after it anew, by what each giver has left, so
/// a giver never bears more than it gave. A refund goes back along the row: its fen return to the givers who bore them. Only where a giver
/// takes back money that is already spent do the others bear that part from then on.
/// </remarks>
/// <param name="givers">The number of givers. Their order decides between equals, so it must stay the same.</param>
public sealed class BorneShares(int givers)
{
    private readonly long[] _given = new long[givers];
    private readonly List<Stretch> _stretches = [];

    /// <summary>The fen spent now, refunds subtracted.</summary>
    public long Spent { get; private set; }

    /// <summary>The fen that each giver has given, less what it took back.</summary>
    public IReadOnlyList<long> Given => _given;

    /// <summary>The fen that each giver bears of the spent money now.</summary>
    public long[] Borne() => _stretches.FindLast(stretch => stretch.From <= Spent)?.Borne(Spent) ?? new long[givers];

    /// <summary>Sets the spent total. It grows by spending and shrinks by refunds.</summary>
    public void Spend(long spent) => Spent = spent;

    /// <summary>Givers give in one entry, or take back where the amount is negative.</summary>
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

    /// <summary>The row from one fen on: what each giver bore before it, and the weights that divide the fen after it.</summary>
    private sealed record Stretch(long From, long[] Before, long[] Weights)
    {
        public long[] Borne(long spent) => [.. Before.Zip(FunderSplit.Of(Weights, spent - From), (before, part) => before + part)];
    }
}

/// <summary>The source of a fund's money. The names are stored.</summary>
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

    /// <summary>The guarantee fund: buys services that no volunteer gives.</summary>
    [JsonStringEnumMemberName("Guarantee")]
    Guarantee = 4,

    /// <summary>慈善信托: money of a charitable trust, used only as its deed says.</summary>
    [JsonStringEnumMemberName("CharitableTrust")]
    CharitableTrust = 5,
}
