using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace TimeBank.Banking;

/// <summary>Lines and payments while they are matched: what is still free, and what was found.</summary>
internal sealed class MatchBoard(IReadOnlyList<BankLine> lines, IReadOnlyList<ExpectedPayment> payments, MatchingPolicy policy)
{
    private readonly bool[] lineGone = new bool[lines.Count], paymentGone = new bool[payments.Count];
    private readonly List<PaymentMatch> matches = [];
    private readonly List<PaymentTie> ties = [];
    private readonly List<(int Line, int Payment)> comingBack = [];

    public IReadOnlyList<BankLine> Lines => lines;

    public IReadOnlyList<ExpectedPayment> Payments => payments;

    public MatchingPolicy Policy => policy;

    public bool IsFree(BankLine line, int at) => !lineGone[at] && line.Flow != MoneyFlow.Neither && line.Amount.Value > 0;

    public bool IsLineFree(int at) => IsFree(lines[at], at);

    public bool IsPaymentFree(int at) =>
        !paymentGone[at] && payments[at] is { IsPaid: false, Flow: not MoneyFlow.Neither, Amount.Value: > 0 };

    public long Fen(int line) => lines[line].Amount.Value;

    public long DueFen(int payment) => payments[payment].Amount.Value;

    public Int128 SumFen(IEnumerable<int> some) => some.Aggregate(Int128.Zero, (sum, line) => sum + Fen(line));

    public Int128 SumDueFen(IEnumerable<int> due) => due.Aggregate(Int128.Zero, (sum, payment) => sum + DueFen(payment));

    public void Take(MatchPass pass, MatchStanding standing, ReadOnlySpan<int> taken, ReadOnlySpan<int> paid)
    {
        Int128 difference = 0;
        foreach (int line in taken) (difference, lineGone[line]) = (difference + Fen(line), true);
        foreach (int payment in paid) (difference, paymentGone[payment]) = (difference - DueFen(payment), true);
        matches.Add(new PaymentMatch(pass, standing, new Places(taken), new Places(paid), (long)difference));
    }

    public void Tie(MatchPass pass, ReadOnlySpan<int> tied, ReadOnlySpan<int> with)
    {
        foreach (int line in tied) lineGone[line] = true;
        foreach (int payment in with) paymentGone[payment] = true;
        ties.Add(new PaymentTie(pass, new Places(tied), new Places(with)));
    }

    /// <summary>
    /// A line that names a payment and goes the other way. It is kept from all other passes; whether the payment was paid is known only at
    /// the end.
    /// </summary>
    public void ComesBack(int line, int payment)
    {
        lineGone[line] = true;
        comingBack.Add((line, payment));
    }

    public MatchingResult Result()
    {
        SettleReturns();
        return new MatchingResult(InOrder(matches, match => match.Lines), InOrder(ties, tie => tie.Lines), Open(lineGone),
            Open(paymentGone, at => !payments[at].IsPaid));
    }

    /// <summary>By their first lines, each of which is in one of them only.</summary>
    private static ImmutableArray<T> InOrder<T>(List<T> found, Func<T, Places> lines)
    {
        T[] items = [.. found];
        int[] keys = new int[items.Length];
        for (int at = 0; at < keys.Length; at++) keys[at] = lines(items[at])[0];
        Array.Sort(keys, items);
        return ImmutableCollectionsMarshal.AsImmutableArray(items);
    }

    /// <summary>
    /// A payment is open again exactly once: the one line that brings back what one payment took. More lines than one, another amount or a
    /// payment that nobody saw paid is for a person.
    /// </summary>
    private void SettleReturns()
    {
        if (comingBack.Count == 0) return;
        HashSet<int> asked = [.. comingBack.Select(pair => pair.Payment)];
        Dictionary<int, MatchStanding> paid = [];
        foreach (PaymentMatch match in matches)
            for (int at = 0; at < match.Payments.Count; at++)
                if (asked.Contains(match.Payments[at])) paid[match.Payments[at]] = match.Standing;
        foreach (IGrouping<int, (int Line, int Payment)> back in comingBack.GroupBy(pair => pair.Payment).OrderBy(group => group.Key))
        {
            int[] returning = [.. back.Select(pair => pair.Line)];
            if (returning.Length > 1)
            {
                ties.Add(new PaymentTie(MatchPass.Returned, new Places(returning), new Places(back.Key)));
                continue;
            }
            long difference = Fen(returning[0]) - DueFen(back.Key);
            bool isPaid = payments[back.Key].IsPaid
                || (paid.TryGetValue(back.Key, out MatchStanding standing) && standing == MatchStanding.Confirmed);
            matches.Add(new PaymentMatch(MatchPass.Returned, isPaid && difference == 0 ? MatchStanding.Confirmed : MatchStanding.Suggested,
                new Places(returning[0]), new Places(back.Key), difference));
        }
    }

    private static ImmutableArray<int> Open(bool[] gone, Func<int, bool>? also = null)
    {
        ImmutableArray<int>.Builder open = ImmutableArray.CreateBuilder<int>();
        for (int at = 0; at < gone.Length; at++)
            if (!gone[at] && (also is null || also(at))) open.Add(at);
        return open.ToImmutable();
    }
}
