namespace TimeBank.Banking;

/// <summary>
/// Amounts that differ by a little, as where a bank kept a fee. Lines and payments are parted where amounts lie further apart than the
/// tolerance, and each part where days do; what is left together as one and one is suggested, more is a tie.
/// </summary>
internal static class TolerancePass
{
    public static void Run(MatchBoard board, PayeeNumbers payees)
    {
        long tolerance = board.Policy.Tolerance.Value;
        DayItem[] lines = SumPass.Lines(board, _ => true, _ => 0);
        DayItem[] payments = DayItem.Sorted(board.Payments.Count, board.IsPaymentFree,
            at => new DayItem(SumPass.Signed(board.Payments[at]), 0, board.Payments[at].DueOn.DayNumber, at));
        for (int line = 0, payment = 0; line < lines.Length && payment < payments.Length;)
        {
            (int fromLine, int fromPayment) = (line, payment);
            long reach = Math.Min(lines[line].Group, payments[payment].Group) + tolerance;
            while (true)
            {
                if (line < lines.Length && lines[line].Group <= reach && IsSameSide(lines[line].Group, reach - tolerance))
                    reach = Math.Max(reach, lines[line++].Group + tolerance);
                else if (payment < payments.Length && payments[payment].Group <= reach
                    && IsSameSide(payments[payment].Group, reach - tolerance))
                    reach = Math.Max(reach, payments[payment++].Group + tolerance);
                else
                    break;
            }
            if (line > fromLine && payment > fromPayment) ByDay(board, payees, lines[fromLine..line], payments[fromPayment..payment]);
        }
    }

    private static bool IsSameSide(long one, long other) => one < 0 == other < 0;

    private static void ByDay(MatchBoard board, PayeeNumbers payees, DayItem[] lines, DayItem[] payments)
    {
        DayItem[] some = Ungrouped(lines), due = Ungrouped(payments);
        DaySweep.Run(some, due, board.Policy, (near, open) =>
        {
            int[] taken = DayItem.Places(near), paid = DayItem.Places(open);
            if (taken.Length > 1 || paid.Length > 1) board.Tie(MatchPass.Tolerance, taken, paid);
            else if (Math.Abs(board.Fen(taken[0]) - board.DueFen(paid[0])) <= board.Policy.Tolerance.Value
                && !payees.Differ(taken[0], paid[0]))
                board.Take(MatchPass.Tolerance, MatchStanding.Suggested, taken, paid);
        });
    }

    private static DayItem[] Ungrouped(DayItem[] items)
    {
        for (int at = 0; at < items.Length; at++) items[at] = items[at] with { Group = 0 };
        Array.Sort(items);
        return items;
    }
}
