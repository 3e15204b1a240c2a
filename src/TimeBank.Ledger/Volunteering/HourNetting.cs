using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>Hours that went from one region to another and that no netting has closed, in minutes.</summary>
/// <param name="Left">What has left <paramref name="From"/>, by its own journal.</param>
/// <param name="Arrived">What has arrived in <paramref name="To"/>, by its own journal.</param>
public readonly record struct NettingPair(RegionCode From, RegionCode To, long Left, long Arrived)
{
    /// <summary>What a netting closes: minutes that both journals have. So both close the same amount.</summary>
    public long Netted => Math.Min(Left, Arrived);

    /// <summary>What is on its way, or waits for a receiver that takes nothing. A later netting closes it, once it has arrived.</summary>
    public long InFlight => Left - Netted;
}

/// <summary>A region's place in a netting, over all other regions of it, in minutes.</summary>
/// <param name="Owes">What the region owes the others.</param>
/// <param name="Owed">What the others owe the region.</param>
public readonly record struct NetPosition(RegionCode Region, long Owes, long Owed)
{
    /// <summary>Above zero: the region is to be paid; below zero: it is to pay.</summary>
    public long Net => Owed - Owes;
}

/// <summary>Minutes that one region is to pay another, so that both have a net position of zero.</summary>
public readonly record struct NettingSettlement(RegionCode Payer, RegionCode Payee, long Minutes);

/// <summary>
/// Nets hours between regions multilaterally: what each region owes in all against what it is owed in all. Everybody who computes it from
/// the same pairs gets the same settlements.
/// </summary>
public static class HourNetting
{
    /// <summary>
    /// Up to so many regions with a net position the settlements are as few as can be. The search takes 2^n steps, so more regions get the
    /// written rule of <see cref="Settle"/>.
    /// </summary>
    public const int ExactUpTo = 16;

    /// <summary>The net position of every region that a pair names, by code.</summary>
    public static ImmutableArray<NetPosition> Positions(IEnumerable<NettingPair> pairs)
    {
        var positions = new SortedDictionary<RegionCode, NetPosition>();
        foreach (NettingPair pair in pairs)
        {
            positions[pair.From] = Of(pair.From) with { Owes = Of(pair.From).Owes + pair.Netted };
            positions[pair.To] = Of(pair.To) with { Owed = Of(pair.To).Owed + pair.Netted };
        }
        return [.. positions.Values];

        NetPosition Of(RegionCode region) => positions.GetValueOrDefault(region, new NetPosition(region, 0, 0));
    }

    /// <summary>
    /// The settlements that bring every region to zero, by payer and payee. Regions whose positions sum to zero settle among themselves
    /// with one settlement less than they are, so the fewest come from the most such groups. Above <see cref="ExactUpTo"/> regions, who
    /// owes the most pays who is owed the most, of equal ones the lower code, until nobody owes: each settlement brings one region to zero
    /// and the last one two, so there are at most n - 1.
    /// </summary>
    /// <exception cref="ArgumentException">The positions do not sum to zero.</exception>
    public static ImmutableArray<NettingSettlement> Settle(IEnumerable<NetPosition> positions)
    {
        NetPosition[] open = [.. positions.Where(position => position.Net != 0).OrderBy(position => position.Region)];
        if (open.Sum(position => position.Net) != 0) throw new ArgumentException("What is owed is not what is due.", nameof(positions));
        IEnumerable<NettingSettlement> settlements = open.Length <= ExactUpTo
            ? Groups(open).SelectMany(group => SettleByCode([.. group])) : SettleLargest(open);
        return [.. settlements.OrderBy(settlement => settlement.Payer).ThenBy(settlement => settlement.Payee)];
    }

    /// <summary>Splits regions into the most groups whose positions sum to zero.</summary>
    private static IEnumerable<IEnumerable<NetPosition>> Groups(NetPosition[] open)
    {
        // A set of regions is a bit mask. Regions join one after the other; the best order passes the most sets that sum to zero.
        int all = (1 << open.Length) - 1;
        var sums = new long[all + 1];
        var most = new int[all + 1];
        for (int set = 1; set <= all; set++)
        {
            sums[set] = sums[set & (set - 1)] + open[BitOperations.TrailingZeroCount(set)].Net;
            for (int left = set; left != 0; left &= left - 1) most[set] = Math.Max(most[set], most[set & ~(left & -left)]);
            if (sums[set] == 0) most[set]++;
        }
        var group = new List<NetPosition>();
        for (int set = all; set != 0;)
        {
            int wanted = most[set] - (sums[set] == 0 ? 1 : 0);
            int next = 0;
            while ((set & (1 << next)) == 0 || most[set & ~(1 << next)] != wanted) next++;
            group.Add(open[next]);
            set &= ~(1 << next);
            if (sums[set] != 0) continue;
            yield return group;
            group = [];
        }
    }

    /// <summary>Settles a group that sums to zero: the payers by code pay the payees by code.</summary>
    private static IEnumerable<NettingSettlement> SettleByCode(NetPosition[] group)
    {
        var payees = new Queue<(RegionCode Region, long Left)>(group.Where(position => position.Net > 0)
            .OrderBy(position => position.Region).Select(position => (position.Region, position.Net)));
        (RegionCode Region, long Left) payee = default;
        foreach (NetPosition payer in group.Where(position => position.Net < 0).OrderBy(position => position.Region))
        {
            for (long owes = -payer.Net; owes > 0;)
            {
                if (payee.Left == 0) payee = payees.Dequeue();
                long paid = Math.Min(owes, payee.Left);
                yield return new NettingSettlement(payer.Region, payee.Region, paid);
                owes -= paid;
                payee.Left -= paid;
            }
        }
    }

    private static IEnumerable<NettingSettlement> SettleLargest(NetPosition[] open)
    {
        var net = open.ToDictionary(position => position.Region, position => position.Net);
        while (net.Count > 0)
        {
            RegionCode payer = net.OrderBy(left => left.Value).ThenBy(left => left.Key).First().Key,
                payee = net.OrderByDescending(left => left.Value).ThenBy(left => left.Key).First().Key;
            long paid = Math.Min(-net[payer], net[payee]);
            yield return new NettingSettlement(payer, payee, paid);
            if ((net[payer] += paid) == 0) net.Remove(payer);
            if ((net[payee] -= paid) == 0) net.Remove(payee);
        }
    }
}

/// <summary>How far a netting is. The numbers and names are stored and never change.</summary>
public enum NettingState
{
    None = 0,

    /// <summary>One person has proposed it.</summary>
    [JsonStringEnumMemberName("proposed")]
    Proposed = 1,

    /// <summary>Another person has approved it; entries of some regions may still be missing.</summary>
    [JsonStringEnumMemberName("approved")]
    Approved = 2,

    /// <summary>Every region has its entry.</summary>
    [JsonStringEnumMemberName("posted")]
    Posted = 3,

    /// <summary>Taken back before it was approved. The month can be netted again.</summary>
    [JsonStringEnumMemberName("withdrawn")]
    Withdrawn = 4,
}

/// <summary>Which steps a netting may take.</summary>
public static class NettingRule
{
    public static Refusal? Propose(NettingState state, Month month, DateOnly today) =>
        state is not (NettingState.None or NettingState.Withdrawn) ? WrongState(state)
        : today <= month.Last ? Refusal.Of(Reason.NettingMonthNotOver, ("day", $"{month.Last:yyyy-MM-dd}")) : null;

    /// <summary>Refuses who proposed the netting as the second person. Approved again, a netting goes on where it stopped.</summary>
    public static Refusal? Approve(NettingState state, string proposedBy, string actor) =>
        state is not (NettingState.Proposed or NettingState.Approved) ? WrongState(state)
        : actor == proposedBy ? new Refusal(Reason.MakerIsChecker) : null;

    public static Refusal? Withdraw(NettingState state) => state == NettingState.Proposed ? null : WrongState(state);

    private static Refusal WrongState(NettingState state) => state == NettingState.None ? new Refusal(Reason.NettingNotFound)
        : Refusal.Of(Reason.NettingWrongState, ("state", $"NETTING_STATE_{state.ToString().ToUpperInvariant()}"));
}
