using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>
/// Patterns in the services of a period that staff should look at. None of them proves anything and none stops an order: a neighbour may
/// well come every day. Source: own; the numbers are policy.
/// </summary>
public static class OrderPatterns
{
    /// <summary>All findings, by pattern and then by persons. The order of the services does not matter.</summary>
    public static ImmutableArray<PatternFinding> Find(IReadOnlyCollection<ServedOrder> orders, PatternPolicy policy, Minutes sessionMax)
    {
        ServedOrder[] all = [.. orders.OrderBy(order => order.Day).ThenBy(order => order.Order.Text, StringComparer.Ordinal)];
        IEnumerable<PatternFinding> found =
        [
            .. all.GroupBy(order => (order.Volunteer, order.Recipient)).SelectMany(pair => Daily(pair, policy)),
            .. all.GroupBy(order => order.Volunteer).SelectMany(volunteer => Maximum(volunteer, policy, sessionMax)),
            .. all.Where(order => order.IsFar).GroupBy(order => order.Volunteer).SelectMany(volunteer => Far(volunteer, policy)),
            .. Rings(all),
        ];
        return [.. found.OrderBy(finding => finding.Key, StringComparer.Ordinal)];
    }

    /// <summary>The longest row of days on which the same two met, if it is long enough.</summary>
    private static IEnumerable<PatternFinding> Daily(
        IGrouping<(string Volunteer, string Recipient), ServedOrder> pair, PatternPolicy policy)
    {
        DateOnly[] days = [.. pair.Select(order => order.Day).Distinct().Order()];
        int longest = 0, last = 0, run = 0;
        for (int at = 0; at < days.Length; at++)
        {
            run = at > 0 && days[at].DayNumber == days[at - 1].DayNumber + 1 ? run + 1 : 1;
            if (run > longest) (longest, last) = (run, at);
        }
        if (longest < policy.PairDays) yield break;
        DateOnly from = days[last - longest + 1], to = days[last];
        yield return new PatternFinding(OrderPattern.SamePairDaily, [pair.Key.Volunteer, pair.Key.Recipient],
            [.. pair.Where(order => order.Day >= from && order.Day <= to).Select(order => order.Order)], longest);
    }

    /// <summary>Every service of a volunteer counts exactly the longest one that there is.</summary>
    private static IEnumerable<PatternFinding> Maximum(IGrouping<string, ServedOrder> volunteer, PatternPolicy policy, Minutes sessionMax)
    {
        ServedOrder[] served = [.. volunteer];
        if (served.Length >= policy.MaximumServices && Array.TrueForAll(served, order => order.Minutes == sessionMax))
            yield return new PatternFinding(
                OrderPattern.AlwaysMaximum, [volunteer.Key], [.. served.Select(order => order.Order)], served.Length);
    }

    private static IEnumerable<PatternFinding> Far(IGrouping<string, ServedOrder> volunteer, PatternPolicy policy)
    {
        ServedOrder[] far = [.. volunteer];
        if (far.Length >= policy.FarServices)
            yield return new PatternFinding(OrderPattern.FarFromHome, [volunteer.Key], [.. far.Select(order => order.Order)], far.Length);
    }

    /// <summary>One serves another, who serves a third, who serves the first: hours go round and nobody in need gets any.</summary>
    private static IEnumerable<PatternFinding> Rings(ServedOrder[] all)
    {
        var services = all.ToLookup(order => (order.Volunteer, order.Recipient), order => order.Order);
        var serves = all.GroupBy(order => order.Volunteer, order => order.Recipient)
            .ToDictionary(group => group.Key, group => group.Distinct().Order(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
        foreach ((string first, string[] seconds) in serves)
        {
            // Each ring once, from the name that comes first.
            foreach (string second in seconds.Where(person => IsAfter(person, first) && serves.ContainsKey(person)))
            {
                foreach (string third in serves[second].Where(person => IsAfter(person, first) && person != second
                    && serves.TryGetValue(person, out string[]? served) && served.Contains(first)))
                {
                    OpaqueId[] orders = [.. services[(first, second)], .. services[(second, third)], .. services[(third, first)]];
                    yield return new PatternFinding(OrderPattern.RingOfThree, [first, second, third], [.. orders], orders.Length);
                }
            }
        }

        static bool IsAfter(string person, string first) => string.CompareOrdinal(person, first) > 0;
    }
}

/// <summary>What staff should look at.</summary>
public enum OrderPattern
{
    None = 0,

    /// <summary>The same two met on many days in a row.</summary>
    SamePairDaily = 1,

    /// <summary>Every service of a volunteer is of the longest length.</summary>
    AlwaysMaximum = 2,

    /// <summary>A volunteer's records are far from the recipients' homes.</summary>
    FarFromHome = 3,

    /// <summary>Three persons serve each other in a ring.</summary>
    RingOfThree = 4,
}

/// <summary>A service, as patterns are looked for. Persons are <c>elders/{id}</c> or <c>volunteers/{id}</c>.</summary>
/// <param name="Minutes">What counts of it.</param>
/// <param name="IsFar">One of its records was far from the recipient's home.</param>
public sealed record ServedOrder(OpaqueId Order, string Volunteer, string Recipient, DateOnly Day, Minutes Minutes, bool IsFar);

/// <summary>A pattern that was found.</summary>
/// <param name="Orders">The services, by day.</param>
/// <param name="Number">How many days in a row, or how many services.</param>
public sealed record PatternFinding(OrderPattern Pattern, ImmutableArray<string> Persons, ImmutableArray<OpaqueId> Orders, int Number)
{
    /// <summary>The place in the list: the pattern's number, and who.</summary>
    public string Key => $"{(int)Pattern} {string.Join(' ', Persons)}";
}
