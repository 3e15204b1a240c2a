using System.Runtime.InteropServices;

namespace TimeBank.Banking;

/// <summary>One line for several payments, and several lines for one: by sums, so always for a person to confirm.</summary>
internal static class SumPass
{
    /// <summary>One line that has the sum of a whole batch of which nothing else was found.</summary>
    public static void Batches(MatchBoard board)
    {
        Dictionary<string, (int Number, bool IsWhole)> numbers = new(StringComparer.Ordinal);
        List<List<int>> batches = [];
        for (int at = 0; at < board.Payments.Count; at++)
        {
            if (board.Payments[at].BatchId is not { } batch) continue;
            ref (int Number, bool IsWhole) entry = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, batch, out bool exists);
            if (!exists)
            {
                entry = (batches.Count, true);
                batches.Add([]);
            }
            batches[entry.Number].Add(at);
            entry.IsWhole &= board.IsPaymentFree(at) && board.Payments[at].Flow == board.Payments[batches[entry.Number][0]].Flow;
        }
        int[] whole = [.. numbers.Values.Where(entry => entry.IsWhole && batches[entry.Number].Count > 1).Select(entry => entry.Number)];
        if (whole.Length == 0) return;
        DayItem[] sums = DayItem.Sorted(whole.Length, _ => true, at =>
        {
            List<int> payments = batches[whole[at]];
            return new DayItem(payments.Sum(payment => Signed(board.Payments[payment])), 0,
                payments.Max(payment => board.Payments[payment].DueOn.DayNumber), whole[at]);
        });
        DaySweep.Run(Lines(board, _ => true, _ => 0), sums, board.Policy, (lines, found) =>
        {
            int[] places = DayItem.Places(lines), paid = [.. DayItem.Places(found).SelectMany(batch => batches[batch])];
            if (lines.Length == 1 && found.Length == 1) board.Take(MatchPass.BatchSum, MatchStanding.Suggested, places, paid);
            else board.Tie(MatchPass.BatchSum, places, paid);
        });
    }

    /// <summary>
    /// All that is open with one payee within the days: one line with the sum of its payments, or several with the sum of its one. Parts
    /// of them are never tried: some always fit.
    /// </summary>
    public static void Payees(MatchBoard board, PayeeNumbers payees)
    {
        DayItem[] lines = Grouped(Lines(board, at => payees.OfLine(at) > 0, payees.OfLine));
        DayItem[] payments = Grouped(DayItem.Sorted(board.Payments.Count, at => board.IsPaymentFree(at) && payees.OfPayment(at) > 0,
            at => new DayItem(Signed(board.Payments[at]), payees.OfPayment(at), board.Payments[at].DueOn.DayNumber, at)));
        DaySweep.Run(lines, payments, board.Policy, (some, due) =>
        {
            int[] taken = DayItem.Places(some), paid = DayItem.Places(due);
            if ((taken.Length == 1) == (paid.Length == 1) || board.SumFen(taken) != board.SumDueFen(paid)) return;
            board.Take(taken.Length == 1 ? MatchPass.BatchSum : MatchPass.SeveralLines, MatchStanding.Suggested, taken, paid);
        });
    }

    /// <summary>An expected amount with its side, as <see cref="BankLine.SignedFen"/> has it.</summary>
    public static long Signed(ExpectedPayment payment) => payment.Flow == MoneyFlow.In ? payment.Amount.Value : -payment.Amount.Value;

    public static DayItem[] Lines(MatchBoard board, Func<int, bool> isIn, Func<int, int> subgroup) => DayItem.Sorted(board.Lines.Count,
        at => board.IsLineFree(at) && isIn(at),
        at => new DayItem(board.Lines[at].SignedFen, subgroup(at), board.Lines[at].BookedOn.DayNumber, at));

    /// <summary>The same items by side and payee instead of by amount.</summary>
    private static DayItem[] Grouped(DayItem[] items)
    {
        for (int at = 0; at < items.Length; at++) items[at] = items[at] with { Group = Math.Sign(items[at].Group) };
        Array.Sort(items);
        return items;
    }
}
