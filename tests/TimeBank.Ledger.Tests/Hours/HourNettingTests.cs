using CsCheck;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class HourNettingTests
{
    /// <summary>
    /// Pairs are <c>from>to left/arrived</c>, with regions by their last digits and one number where all has arrived. Settlements are
    /// <c>payer>payee minutes</c>.
    /// </summary>
    public static TheoryData<string, string, string> Rows { get; } = new()
    {
        { "nothing", "", "" },
        { "one pair", "1>2 30", "1>2 30" },
        { "two regions, both ways", "1>2 30,2>1 50", "2>1 20" },
        { "two regions that are even", "1>2 30,2>1 30", "" },
        { "a ring nets to nothing", "1>2 30,2>3 30,3>4 30,4>5 30,5>1 30", "" },
        { "a chain ends in one settlement", "1>2 30,2>3 30,3>4 30,4>5 30", "1>5 30" },
        { "a chain that loses a part", "1>2 30,2>3 20", "1>2 10,1>3 20" },
        { "all to one", "2>1 10,3>1 20,4>1 30", "2>1 10,3>1 20,4>1 30" },
        { "payers and payees by code", "1>3 50,2>4 30,1>4 10", "1>3 50,1>4 10,2>4 30" },
        { "two groups need one settlement less than one", "1>3 30,2>3 40,2>4 30", "1>4 30,2>3 70" },
        { "what is in flight is not netted", "1>2 30/10,2>1 15/15", "2>1 5" },
        { "what nobody has sent is not netted", "1>2 0/90", "" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Settlements_bring_all_to_zero(string row, string pairs, string settlements) =>
        Assert.True(settlements == Written(HourNetting.Settle(HourNetting.Positions(Read(pairs)))), row);

    [Fact]
    public void Hours_in_flight_are_those_that_have_left_and_not_arrived()
    {
        NettingPair pair = Read("1>2 30/10").Single();

        Assert.Equal((10, 20), (pair.Netted, pair.InFlight));
        Assert.Equal([new NetPosition(Region(1), 10, 0), new NetPosition(Region(2), 0, 10)], HourNetting.Positions([pair]));
        Assert.Equal((-10, 10), (HourNetting.Positions([pair])[0].Net, HourNetting.Positions([pair])[1].Net));
    }

    [Fact]
    public void Positions_that_do_not_sum_to_zero_are_refused() =>
        Assert.Throws<ArgumentException>(() => HourNetting.Settle([new NetPosition(Region(1), 1, 0)]));

    [Fact]
    public void Random_pairs_are_settled_with_the_fewest_settlements()
    {
        int grouped = 0;
        Pairs(regions: 6).Sample(pairs =>
        {
            NetPosition[] positions = [.. HourNetting.Positions(pairs)];
            NettingSettlement[] settlements = Settled(positions);
            Assert.Equal(Fewest([.. positions.Select(position => position.Net).Where(net => net != 0)]), settlements.Length);
            if (settlements.Length < positions.Count(position => position.Net != 0) - 1) Interlocked.Increment(ref grouped);
        }, iter: 2_000);
        // Otherwise nothing would show that groups are found.
        Assert.True(grouped > 50, $"{grouped}");
    }

    /// <summary>Above the bound the number of settlements is below the number of regions; the order of the pairs does not matter.</summary>
    [Fact]
    public void Many_regions_are_settled_by_the_written_rule() => Pairs(regions: 40).Sample(pairs =>
    {
        NetPosition[] positions = [.. HourNetting.Positions(pairs)];
        NettingSettlement[] settlements = Settled(positions);
        Assert.True(settlements.Length <= Math.Max(0, positions.Count(position => position.Net != 0) - 1));
        Assert.Equal(settlements, HourNetting.Settle(HourNetting.Positions(pairs.Reverse())));
    }, iter: 300);

    [Theory]
    [InlineData(NettingState.None, "2026-11-30", Reason.None)]
    [InlineData(NettingState.Withdrawn, "2026-12-01", Reason.None)]
    [InlineData(NettingState.None, "2026-10-31", Reason.NettingMonthNotOver)]
    [InlineData(NettingState.None, "2026-11-01", Reason.None)]
    [InlineData(NettingState.Proposed, "2026-12-01", Reason.NettingWrongState)]
    [InlineData(NettingState.Approved, "2026-12-01", Reason.NettingWrongState)]
    [InlineData(NettingState.Posted, "2026-12-01", Reason.NettingWrongState)]
    public void A_month_is_netted_once_when_it_is_over(NettingState state, string today, Reason expected) =>
        Assert.Equal(expected, Of(NettingRule.Propose(state, Month.Parse("2026-10"), DateOnly.Parse(today))));

    [Theory]
    [InlineData(NettingState.Proposed, "CHECKER", Reason.None, Reason.None)]
    [InlineData(NettingState.Proposed, "MAKER", Reason.MakerIsChecker, Reason.None)]
    [InlineData(NettingState.Approved, "CHECKER", Reason.None, Reason.NettingWrongState)]
    [InlineData(NettingState.Approved, "MAKER", Reason.MakerIsChecker, Reason.NettingWrongState)]
    [InlineData(NettingState.Posted, "CHECKER", Reason.NettingWrongState, Reason.NettingWrongState)]
    [InlineData(NettingState.Withdrawn, "CHECKER", Reason.NettingWrongState, Reason.NettingWrongState)]
    [InlineData(NettingState.None, "CHECKER", Reason.NettingNotFound, Reason.NettingNotFound)]
    public void Another_person_approves_and_what_is_approved_stays(NettingState state, string actor, Reason approved, Reason withdrawn) =>
        Assert.Equal((approved, withdrawn), (Of(NettingRule.Approve(state, "MAKER", actor)), Of(NettingRule.Withdraw(state))));

    /// <summary>
    /// Five regions' books: hours go around a ring and along a chain. After the netting no book owes anything by pairs, the account between
    /// is at zero, and what one book is to pay another is to be paid.
    /// </summary>
    [Fact]
    public void Entries_close_every_book_alone()
    {
        NettingPair[] pairs = [.. Read("1>2 30,2>3 30,3>4 30,4>5 30,5>1 30,1>3 40/25,3>5 10")];
        NettingSettlement[] settlements = [.. HourNetting.Settle(HourNetting.Positions(pairs))];
        Assert.Equal("1>3 15,1>5 10", Written(settlements));
        foreach (int number in Enumerable.Range(1, 5))
        {
            RegionCode region = Region(number);
            var book = new Book();
            book.Accept(HourEntries.ClearIn(Given.Header("before"), RegionCode.Parse("430100"), Given.Volunteer, new Minutes(100)));
            foreach (NettingPair pair in pairs.Where(pair => pair.From == region)) book.Accept(HourEntries.ClearOut(
                Given.Header($"to {pair.To}"), Given.Volunteer, pair.To, new Minutes(pair.Left)));
            foreach (NettingPair pair in pairs.Where(pair => pair.To == region)) book.Accept(HourEntries.ClearIn(
                Given.Header($"from {pair.From}"), pair.From, Given.Volunteer, new Minutes(pair.Arrived)));

            JournalEntry entry = book.Accept(HourEntries.Net(Given.Header("net"), region, pairs, settlements)!);

            Assert.Equal(EntryCode.NetClearing, entry.Code);
            Assert.Equal(0, book.Find("clearing/net")!.Balance);
            foreach (RegionCode other in Enumerable.Range(1, 5).Select(Region))
            {
                Assert.Equal(pairs.Where(pair => pair.From == region && pair.To == other).Sum(pair => pair.InFlight),
                    book.Counters(Chart.ClearingDueTo(other)).DebitRoom);
                Assert.Equal(0, book.Counters(Chart.ClearingDueFrom(other)).CreditRoom);
                Assert.Equal(
                    settlements.Where(paid => paid.Payer == region && paid.Payee == other).Sum(paid => paid.Minutes)
                        - settlements.Where(paid => paid.Payee == region && paid.Payer == other).Sum(paid => paid.Minutes),
                    book.Counters(Chart.ClearingSettled(other)).DebitRoom);
            }
        }
        Assert.Null(HourEntries.Net(Given.Header("none"), Region(6), pairs, settlements));
    }

    private static Reason Of(Refusal? refusal) => refusal?.Reason ?? Reason.None;

    private static RegionCode Region(int number) => RegionCode.Parse($"{430_200 + number}");

    private static IEnumerable<NettingPair> Read(string pairs) => pairs.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
    {
        string[] parts = pair.Split('>', ' ', '/');
        return new NettingPair(
            Region(int.Parse(parts[0])), Region(int.Parse(parts[1])), long.Parse(parts[2]), long.Parse(parts[^1]));
    });

    private static string Written(IEnumerable<NettingSettlement> settlements) => string.Join(',', settlements.Select(paid =>
        $"{paid.Payer.Value - 430_200}>{paid.Payee.Value - 430_200} {paid.Minutes}"));

    private static Gen<NettingPair[]> Pairs(int regions) =>
        Gen.Select(Gen.Int[1, regions], Gen.Int[1, regions], Gen.Int[0, 6], Gen.Int[0, 3]).Array[0, 2 * regions].Select(pairs => pairs
            .Where(pair => pair.Item1 != pair.Item2).DistinctBy(pair => (pair.Item1, pair.Item2))
            .Select(pair => new NettingPair(
                Region(pair.Item1), Region(pair.Item2), (pair.Item3 * 15) + pair.Item4, pair.Item3 * 15)).ToArray());

    /// <summary>The settlements of positions, which are positive and bring every region to zero.</summary>
    private static NettingSettlement[] Settled(NetPosition[] positions)
    {
        Assert.Equal(0, positions.Sum(position => position.Net));
        NettingSettlement[] settlements = [.. HourNetting.Settle(positions)];
        Assert.All(settlements, paid => Assert.True(paid.Minutes > 0));
        Assert.All(positions, position => Assert.Equal(
            position.Net,
            settlements.Where(paid => paid.Payee == position.Region).Sum(paid => paid.Minutes)
                - settlements.Where(paid => paid.Payer == position.Region).Sum(paid => paid.Minutes)));
        return settlements;
    }

    /// <summary>The fewest settlements, by trying each payment of the first region that is not at zero to each that it can pay.</summary>
    private static int Fewest(long[] net)
    {
        int first = Array.FindIndex(net, left => left != 0);
        if (first < 0) return 0;
        int fewest = int.MaxValue;
        for (int other = first + 1; other < net.Length; other++)
        {
            if (Math.Sign(net[other]) != -Math.Sign(net[first])) continue;
            long[] after = [.. net];
            (after[first], after[other]) = (0, net[first] + net[other]);
            fewest = Math.Min(fewest, Fewest(after) + 1);
        }
        return fewest;
    }
}
