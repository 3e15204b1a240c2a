using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class BorneSharesTests
{
    [Fact]
    public void What_was_spent_before_a_gift_stays_with_those_who_bore_it()
    {
        var shares = new BorneShares(2);
        shares.Give([(0, 4_000)]);
        shares.Spend(4_000);
        Assert.Equal([4_000L, 0], shares.Borne());
        shares.Give([(1, 4_000)]);
        Assert.Equal([4_000L, 0], shares.Borne());
        shares.Spend(5_000);
        Assert.Equal([4_000L, 1_000], shares.Borne());
    }

    [Fact]
    public void A_gift_divides_what_follows_by_what_each_has_left()
    {
        var shares = new BorneShares(2);
        shares.Give([(0, 100)]);
        shares.Spend(40);
        shares.Give([(1, 20)]);
        shares.Spend(80);
        Assert.Equal([70L, 10], shares.Borne());
        shares.Spend(120);
        Assert.Equal([100L, 20], shares.Borne());
    }

    [Fact]
    public void A_refund_goes_back_to_those_that_it_was_taken_from()
    {
        var shares = new BorneShares(2);
        shares.Give([(0, 40)]);
        shares.Spend(40);
        shares.Give([(1, 40)]);
        shares.Spend(50);
        shares.Spend(30);
        Assert.Equal([30L, 0], shares.Borne());
        shares.Spend(50);
        Assert.Equal([40L, 10], shares.Borne());
    }

    [Fact]
    public void What_is_taken_back_although_it_is_spent_the_others_bear()
    {
        var shares = new BorneShares(3);
        shares.Give([(0, 40), (1, 20), (2, 20)]);
        shares.Spend(40);
        Assert.Equal([20L, 10, 10], shares.Borne());
        shares.Give([(0, -40)]);
        Assert.Equal([0L, 20, 20], shares.Borne());
        Assert.Equal([0L, 20, 20], shares.Given);
    }

    [Fact]
    public void Nobody_gave_and_nothing_is_spent() => Assert.Equal([0L, 0], new BorneShares(2).Borne());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Every_history_agrees_with_fen_given_out_one_by_one(int givers)
    {
        Random random = new(givers);
        for (int run = 0; run < 200; run++)
        {
            var shares = new BorneShares(givers);
            var row = new RowOfFen(givers);
            for (int step = 0; step < 40; step++)
            {
                if (random.Next(3) == 0)
                {
                    IEnumerable<int> some = Enumerable.Range(0, random.Next(1, givers + 1));
                    (int, long)[] gifts = [.. some.Select(giver => (giver, (long)random.Next(-20, 60)))];
                    // The ledger never takes more than the account has, nor back what was never given.
                    long[] after = [.. row.Given];
                    foreach ((int giver, long fen) in gifts) after[giver] += fen;
                    if (after.Sum() < row.Spent || after.Any(given => given < 0)) continue;
                    shares.Give(gifts);
                    row.Give(gifts);
                }
                else
                {
                    row.Spent = random.NextInt64(0, row.Given.Sum() + 1);
                    shares.Spend(row.Spent);
                }
                long[] borne = shares.Borne();
                Assert.Equal(row.Borne(row.Spent), borne);
                Assert.Equal(shares.Spent, borne.Sum());
                Assert.All(borne.Zip(shares.Given), part => Assert.InRange(part.First, 0, part.Second));
            }
        }
    }

    /// <summary>The same rule the slow way: keeps the funder of every single fen.</summary>
    private sealed class RowOfFen(int givers)
    {
        private readonly List<int> _bears = [];

        public long[] Given { get; } = new long[givers];

        public long Spent { get; set; }

        public long[] Borne(long fen) =>
            [.. Enumerable.Range(0, givers).Select(giver => (long)_bears.Take((int)fen).Count(bears => bears == giver))];

        public void Give(IEnumerable<(int Giver, long Fen)> gifts)
        {
            long[] borne = Borne(Spent);
            foreach ((int giver, long fen) in gifts) Given[giver] += fen;
            long[] held = [.. borne.Zip(Given, Math.Min)];
            if (held.Sum() < borne.Sum())
            {
                int[] others = InTurn([.. Given.Zip(held, (given, bears) => given - bears)], borne.Sum() - held.Sum());
                foreach (int giver in others) held[giver]++;
                _bears.Clear();
                _bears.AddRange(InTurn(held, Spent));
            }
            _bears.RemoveRange((int)Spent, _bears.Count - (int)Spent);
            long[] left = [.. Given.Zip(Borne(Spent), (given, bears) => given - bears)];
            _bears.AddRange(InTurn(left, left.Sum()));
        }

        /// <summary>Gives each fen to the funder with the least (2 × held + 1) / weight; among equals to the earlier one.</summary>
        private static int[] InTurn(long[] weights, long fen)
        {
            long[] held = new long[weights.Length];
            var turns = new int[fen];
            for (int turn = 0; turn < fen; turn++)
            {
                IEnumerable<int> givers = Enumerable.Range(0, weights.Length).Where(at => weights[at] > 0);
                turns[turn] = givers.MinBy(at => (decimal)((2 * held[at]) + 1) / weights[at]);
                held[turns[turn]]++;
            }
            return turns;
        }
    }
}
