namespace TimeBank.Banking;

/// <summary>Numbers for the accounts of payees, so that comparing them is comparing numbers; 0 where one isn't known.</summary>
internal sealed class PayeeNumbers
{
    private readonly int[] ofLine, ofPayment;

    public PayeeNumbers(MatchBoard board)
    {
        (ofLine, ofPayment) = (new int[board.Lines.Count], new int[board.Payments.Count]);
        if (board.Policy.AccountHash is not { } hash) return;
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        for (int at = 0; at < ofPayment.Length; at++)
        {
            if (board.Payments[at].PayeeAccountHash is not { } payee) continue;
            if (!numbers.TryGetValue(payee, out int number)) numbers.Add(payee, number = numbers.Count + 1);
            ofPayment[at] = number;
        }
        for (int at = 0; at < ofLine.Length; at++)
        {
            if (!board.IsLineFree(at) || board.Lines[at].CounterpartyAccount is not { } account) continue;
            // An account that no payment is for is known all the same, and is none of theirs.
            ofLine[at] = numbers.TryGetValue(hash(account), out int number) ? number : -1;
        }
    }

    public int OfLine(int at) => ofLine[at];

    public int OfPayment(int at) => ofPayment[at];

    /// <summary>Whether both accounts are known and are two.</summary>
    public bool Differ(int line, int payment) => ofLine[line] != 0 && ofPayment[payment] != 0 && ofLine[line] != ofPayment[payment];
}

/// <summary>Lines and payments of one amount whose days are near: a match where neither has another such partner.</summary>
internal static class AmountPass
{
    public static void ByPayee(MatchBoard board, PayeeNumbers payees) => Run(board, MatchPass.AmountAndPayee, MatchStanding.Confirmed,
        line => payees.OfLine(line) > 0, payment => payees.OfPayment(payment) > 0, payees.OfLine, payees.OfPayment, (_, _) => false);

    public static void ByDay(MatchBoard board, PayeeNumbers payees) => Run(board, MatchPass.AmountAndDay, MatchStanding.Suggested,
        _ => true, _ => true, _ => 0, _ => 0, payees.Differ);

    private static void Run(MatchBoard board, MatchPass pass, MatchStanding standing, Func<int, bool> isLine, Func<int, bool> isPayment,
        Func<int, int> payeeOfLine, Func<int, int> payeeOfPayment, Func<int, int, bool> excludes)
    {
        DayItem[] lines = DayItem.Sorted(board.Lines.Count, at => board.IsLineFree(at) && isLine(at),
            at => new DayItem(board.Lines[at].SignedFen, payeeOfLine(at), board.Lines[at].BookedOn.DayNumber, at));
        DayItem[] payments = DayItem.Sorted(board.Payments.Count, at => board.IsPaymentFree(at) && isPayment(at),
            at => new DayItem(SumPass.Signed(board.Payments[at]), payeeOfPayment(at), board.Payments[at].DueOn.DayNumber, at));
        DaySweep.Run(lines, payments, board.Policy, (some, due) =>
        {
            if (some.Length > 1 || due.Length > 1) board.Tie(pass, DayItem.Places(some), DayItem.Places(due));
            else if (!excludes(some[0].Place, due[0].Place)) board.Take(pass, standing, [some[0].Place], [due[0].Place]);
        });
    }
}

/// <summary>A line or payment, in the order in which partners are looked for: by group, and in it by day.</summary>
internal readonly record struct DayItem(long Group, int Subgroup, int Day, int Place) : IComparable<DayItem>
{
    public int CompareTo(DayItem other)
    {
        int order = Group.CompareTo(other.Group);
        if (order == 0) order = Subgroup.CompareTo(other.Subgroup);
        if (order == 0) order = Day.CompareTo(other.Day);
        return order != 0 ? order : Place.CompareTo(other.Place);
    }

    public int CompareGroup(DayItem other)
    {
        int order = Group.CompareTo(other.Group);
        return order != 0 ? order : Subgroup.CompareTo(other.Subgroup);
    }

    public static DayItem[] Sorted(int count, Func<int, bool> isIn, Func<int, DayItem> item)
    {
        int size = 0;
        for (int at = 0; at < count; at++)
            if (isIn(at)) size++;
        var items = new DayItem[size];
        for (int at = 0, to = 0; at < count; at++)
            if (isIn(at)) items[to++] = item(at);
        Array.Sort(items);
        return items;
    }

    public static int[] Places(ReadOnlySpan<DayItem> items)
    {
        int[] places = new int[items.Length];
        for (int at = 0; at < places.Length; at++) places[at] = items[at].Place;
        return places;
    }
}

/// <summary>Finds the sets of lines and payments that are connected by days near each other, in one walk over both sorted lists.</summary>
internal static class DaySweep
{
    public delegate void Connected(ReadOnlySpan<DayItem> lines, ReadOnlySpan<DayItem> payments);

    /// <summary>
    /// The partners of a line are a stretch of the sorted payments, and the stretches of later lines never begin or end earlier. So
    /// connected sets are stretches too, and no pair is ever looked at by itself.
    /// </summary>
    public static void Run(DayItem[] lines, DayItem[] payments, MatchingPolicy policy, Connected found)
    {
        int low = 0, high = 0, firstLine = 0, firstPayment = 0, endPayment = -1;
        for (int at = 0; at < lines.Length; at++)
        {
            while (low < payments.Length && IsBefore(payments[low], lines[at], policy.DaysAfter)) low++;
            high = Math.Max(high, low);
            while (high < payments.Length && !IsBehind(payments[high], lines[at], policy.DaysBefore)) high++;
            bool hasPartner = low < high && payments[low].CompareGroup(lines[at]) == 0;
            bool isConnected = hasPartner && endPayment > low && lines[firstLine].CompareGroup(lines[at]) == 0;
            if (isConnected)
            {
                endPayment = high;
                continue;
            }
            Close(at);
            if (hasPartner) (firstLine, firstPayment, endPayment) = (at, low, high);
        }
        Close(lines.Length);

        void Close(int endLine)
        {
            if (endPayment >= 0)
                found(lines.AsSpan(firstLine, endLine - firstLine), payments.AsSpan(firstPayment, endPayment - firstPayment));
            endPayment = -1;
        }
    }

    private static bool IsBefore(DayItem payment, DayItem line, int daysAfter)
    {
        int order = payment.CompareGroup(line);
        return order < 0 || (order == 0 && payment.Day < line.Day - daysAfter);
    }

    private static bool IsBehind(DayItem payment, DayItem line, int daysBefore)
    {
        int order = payment.CompareGroup(line);
        return order > 0 || (order == 0 && payment.Day > line.Day + daysBefore);
    }
}
