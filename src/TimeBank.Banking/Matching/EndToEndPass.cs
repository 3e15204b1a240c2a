using System.Runtime.InteropServices;

namespace TimeBank.Banking;

/// <summary>Lines that carry the id that was sent with a payment, on their own or in the parts of a batch.</summary>
internal static class EndToEndPass
{
    public static void Run(MatchBoard board)
    {
        // Most tables have no column for it: then no index of a million ids is made.
        if (!board.Lines.Any(line => line.EndToEndId is not null || line.Details.Length > 1)) return;
        Dictionary<string, int> heads = new(board.Payments.Count, StringComparer.Ordinal);
        int[] next = new int[board.Payments.Count];
        for (int at = 0; at < next.Length; at++)
        {
            ExpectedPayment payment = board.Payments[at];
            if (payment.Flow == MoneyFlow.Neither) continue;
            ref int head = ref CollectionsMarshal.GetValueRefOrAddDefault(heads, payment.EndToEndId ?? payment.Id, out bool exists);
            (next[at], head) = (exists ? head : -1, at);
        }
        for (int line = 0; line < board.Lines.Count; line++)
            if (board.Lines[line].Details.Length > 1 && board.IsLineFree(line)) TakeParts(board, line, heads, next);
        TakeSingles(board, heads, next);
    }

    /// <summary>
    /// A batch whose parts name payments: it is theirs where every part names one, no part has another amount than its payment, and
    /// together they are the line. Otherwise what is named is shown beside the line.
    /// </summary>
    private static void TakeParts(MatchBoard board, int line, Dictionary<string, int> heads, int[] next)
    {
        List<int> named = [];
        HashSet<int> seen = [];
        bool isWhole = true;
        foreach (LineDetail part in board.Lines[line].Details)
        {
            int payment = part.EndToEndId is { } id && heads.TryGetValue(id, out int head) && next[head] < 0 ? head : -1;
            if (payment < 0 || !board.IsPaymentFree(payment) || !seen.Add(payment))
            {
                isWhole = false;
                continue;
            }
            ExpectedPayment expected = board.Payments[payment];
            if (expected.Flow != board.Lines[line].Flow) isWhole = false;
            else named.Add(payment);
            isWhole &= part.SignedFen is not { } own || Math.Abs(own) == expected.Amount.Value;
        }
        if (named.Count == 0) return;
        if (isWhole && board.SumDueFen(named) == board.Fen(line))
            board.Take(MatchPass.EndToEndId, MatchStanding.Confirmed, [line], CollectionsMarshal.AsSpan(named));
        else
            board.Tie(MatchPass.EndToEndId, [line], CollectionsMarshal.AsSpan(named));
    }

    private static void TakeSingles(MatchBoard board, Dictionary<string, int> heads, int[] next)
    {
        // The lines of each payment's id as a chain behind its head, newest first; ids stand for themselves only once.
        int[] firstLine = new int[next.Length], nextLine = new int[board.Lines.Count];
        Array.Fill(firstLine, -1);
        for (int line = board.Lines.Count - 1; line >= 0; line--)
        {
            if (!board.IsLineFree(line) || board.Lines[line].EndToEndId is not { } id || !heads.TryGetValue(id, out int head)) continue;
            (nextLine[line], firstLine[head]) = (firstLine[head], line);
        }
        List<int> same = [], due = [];
        for (int head = 0; head < next.Length; head++)
        {
            if (firstLine[head] < 0) continue;
            due.Clear();
            for (int payment = head; payment >= 0; payment = next[payment]) due.Add(payment);
            MoneyFlow flow = board.Payments[head].Flow;
            same.Clear();
            for (int line = firstLine[head]; line >= 0; line = nextLine[line])
            {
                if (board.Lines[line].Flow == flow) same.Add(line);
                else if (due.Count == 1) board.ComesBack(line, head);
                else board.Tie(MatchPass.Returned, [line], []);
            }
            if (same.Count == 1 && due.Count == 1) SettleOne(board, MatchPass.EndToEndId, same[0], due[0]);
            else if (same.Count > 0) Settle(board, MatchPass.EndToEndId, same, due);
        }
    }

    /// <summary>One line and one payment that name each other; another amount is for a person, and so is a second payment.</summary>
    public static void SettleOne(MatchBoard board, MatchPass pass, int line, int payment)
    {
        bool isSame = board.Fen(line) == board.DueFen(payment);
        if (!board.IsPaymentFree(payment)) board.Tie(pass, [line], [payment]);
        else board.Take(pass, isSame ? MatchStanding.Confirmed : MatchStanding.Suggested, [line], [payment]);
    }

    /// <summary>
    /// Lines and payments that name each other: one and one, one and the sum of the others, or as many as have amounts of their own. What
    /// fits in no such way, such as a payment made twice, is a tie.
    /// </summary>
    public static void Settle(MatchBoard board, MatchPass pass, List<int> same, List<int> due)
    {
        ReadOnlySpan<int> taken = CollectionsMarshal.AsSpan(same), paid = CollectionsMarshal.AsSpan(due);
        bool allOpen = due.TrueForAll(payment =>
            board.IsPaymentFree(payment) && board.Payments[payment].Flow == board.Lines[same[0]].Flow);
        if (allOpen && (same.Count == 1 || due.Count == 1) && board.SumFen(same) == board.SumDueFen(due))
            board.Take(pass, MatchStanding.Confirmed, taken, paid);
        else if (allOpen && same.Count > 1 && due.Count > 1)
            PairByAmount(board, pass, same, due);
        else
            board.Tie(pass, taken, paid);
    }

    private static void PairByAmount(MatchBoard board, MatchPass pass, List<int> same, List<int> due)
    {
        ILookup<long, int> lines = same.ToLookup(board.Fen), payments = due.ToLookup(board.DueFen);
        List<int> restLines = [], restPayments = [];
        foreach (IGrouping<long, int> group in lines)
        {
            if (group.Count() == 1 && payments[group.Key].Count() == 1)
                board.Take(pass, MatchStanding.Confirmed, [group.First()], [payments[group.Key].First()]);
            else
                restLines.AddRange(group);
        }
        restPayments.AddRange(due.Where(board.IsPaymentFree));
        if (restLines.Count > 0) board.Tie(pass, CollectionsMarshal.AsSpan(restLines), CollectionsMarshal.AsSpan(restPayments));
    }
}
