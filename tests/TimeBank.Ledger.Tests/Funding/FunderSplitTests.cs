using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class FunderSplitTests
{
    /// <summary>Weights, a total, and each funder's part.</summary>
    public static TheoryData<long[], long, long[]> Totals => new()
    {
        { [1], 100, [100] },
        { [55, 45], 0, [0, 0] },
        { [55, 45], 100, [55, 45] },
        { [55, 45], 101, [56, 45] }, // 55.55 and 45.45
        { [55, 45], 1, [1, 0] },
        { [50, 50], 1, [1, 0] }, // equals: the earlier funder first
        { [50, 50], 3, [2, 1] },
        { [1, 1, 1], 100, [34, 33, 33] },
        { [1, 1, 1], 101, [34, 34, 33] },
        { [50, 30, 20], 1_000_001, [500_001, 300_000, 200_000] },
        { [0, 1], 7, [0, 7] },
        { [55, 25, 15, 5], 9, [6, 2, 1, 0] }, // the plain largest remainder gives 5, 2, 1, 1 here …
        { [55, 25, 15, 5], 10, [6, 3, 1, 0] }, // … and takes the last funder's fen back there
        { [94, 2, 2, 2], 24, [24, 0, 0, 0] }, // 22.56 and 0.48 each: the price of it, more than a fen away with four funders
        { [long.MaxValue, long.MaxValue, long.MaxValue], long.MaxValue, [(long.MaxValue / 3) + 1, long.MaxValue / 3, long.MaxValue / 3] },
    };

    [Theory]
    [MemberData(nameof(Totals))]
    public void A_total_is_split(long[] weights, long total, long[] parts) =>
        Assert.Equal(parts, Amounts(Split(weights).Of(new Fen(total))));

    [Fact]
    public void An_entry_bears_the_difference_of_two_totals()
    {
        FunderSplit split = Split([55, 45]);
        Assert.Equal([1L, 0], Amounts(split.OfEntry(Fen.Zero, new Fen(1))));
        Assert.Equal([0L, 1], Amounts(split.OfEntry(new Fen(1), new Fen(1))));
        Assert.Equal([0L, 0], Amounts(split.OfEntry(new Fen(1), Fen.Zero)));
    }

    [Fact]
    public void Parts_name_their_funds_in_order() =>
        Assert.Equal(["fund-0", "fund-1", "fund-2"], Split([1, 2, 3]).Of(new Fen(6)).Select(part => part.Fund.Text));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void Entries_of_any_size_are_exact_never_negative_and_add_up_to_the_total(int funders)
    {
        Random random = new(funders);
        for (int run = 0; run < 50; run++)
        {
            long[] weights = [.. Enumerable.Range(0, funders).Select(_ => random.NextInt64(1, run % 2 == 0 ? 100 : 1_000_000_000_000))];
            FunderSplit split = Split(weights);
            long[] borne = new long[funders];
            long total = 0;
            for (int entry = 0; entry < 200; entry++)
            {
                long amount = random.Next(entry % 3 == 0 ? 3 : 50_000);
                // OfEntry makes values of type Fen, which throws for a negative amount.
                long[] parts = Amounts(split.OfEntry(new Fen(total), new Fen(amount)));
                Assert.Equal(amount, parts.Sum());
                total += amount;
                for (int at = 0; at < funders; at++)
                    borne[at] += parts[at];
                Assert.Equal(Amounts(split.Of(new Fen(total))), borne);
            }
        }
    }

    [Fact]
    public void Nobody_is_far_from_the_exact_share()
    {
        Random random = new(7);
        for (int run = 0; run < 4_000; run++)
        {
            int funders = random.Next(2, 7);
            // One that gives nearly all beside small ones: there the parts are farthest from the exact shares.
            long[] weights = [.. Enumerable.Range(0, funders).Select(at => random.NextInt64(1, at > 0 && run % 2 == 0 ? 30 : 1_000))];
            long total = random.NextInt64(0, run % 2 == 0 ? 100 : 100_000), whole = weights.Sum();
            long[] parts = Amounts(Split(weights).Of(new Fen(total)));
            for (int at = 0; at < funders; at++)
            {
                // At most (funders − 1) / 2 fen, so less than one fen with two; here in units of 1/whole fen.
                long error = Math.Abs((parts[at] * whole) - (total * weights[at]));
                Assert.True(error * 2 <= (funders - 1) * whole, $"run {run}: {parts[at]} of {total} by {weights[at]}/{whole}");
            }
        }
    }

    [Fact]
    public void Shares_that_nobody_can_bear_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Split([]));
        Assert.Throws<ArgumentException>(() => Split([0, 0]));
        Assert.Throws<ArgumentException>(() => Split([1, -1, 5]));
        Assert.Throws<ArgumentException>(() => new FunderSplit([new(Slug.Parse("a"), 1), new(Slug.Parse("a"), 2)]));
    }

    private static FunderSplit Split(long[] weights) =>
        new(weights.Select((weight, at) => new FunderShare(Slug.Parse($"fund-{at}"), weight)));

    private static long[] Amounts(IEnumerable<FunderPart> parts) => [.. parts.Select(part => part.Amount.Value)];
}
