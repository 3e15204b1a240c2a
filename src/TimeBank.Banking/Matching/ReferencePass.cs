using System.Runtime.InteropServices;

namespace TimeBank.Banking;

/// <summary>Lines whose text names our payments, or the batch that they were sent in.</summary>
internal static class ReferencePass
{
    // A line that names more payments than this is a list and not a payment.
    private const int MostNamed = 500;

    public static void Run(MatchBoard board)
    {
        ByPayment(board);
        ByBatch(board);
    }

    private static void ByPayment(MatchBoard board)
    {
        if (!HasText(board)) return;
        var index = new ReferenceIndex(board.Policy.ShortestReference, board.Payments.Count);
        for (int at = 0; at < board.Payments.Count; at++)
        {
            ExpectedPayment payment = board.Payments[at];
            if (payment.Flow == MoneyFlow.Neither) continue;
            index.Add(payment.Id, at);
            if (payment.EndToEndId is { } sent && sent != payment.Id) index.Add(sent, at);
        }
        List<(int Line, int Payment)> named = [];
        List<int> found = [];
        for (int line = 0; line < board.Lines.Count; line++)
        {
            if (!board.IsLineFree(line) || board.Lines[line].Text.Length < board.Policy.ShortestReference) continue;
            index.Find(board.Lines[line].Text, found);
            if (found.Count is 0 or > MostNamed) continue;
            int before = named.Count;
            foreach (int payment in found)
                if (board.Payments[payment].Flow == board.Lines[line].Flow) named.Add((line, payment));
            if (named.Count > before) continue;
            if (found.Count == 1) board.ComesBack(line, found[0]);
            else board.Tie(MatchPass.Returned, [line], []);
        }
        Groups(board, named);
    }

    private static bool HasText(MatchBoard board)
    {
        for (int line = 0; line < board.Lines.Count; line++)
            if (board.IsLineFree(line) && board.Lines[line].Text.Length >= board.Policy.ShortestReference) return true;
        return false;
    }

    private static void ByBatch(MatchBoard board)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        List<List<int>> batches = [];
        var index = new ReferenceIndex(board.Policy.ShortestReference, 0);
        for (int at = 0; at < board.Payments.Count; at++)
        {
            if (board.Payments[at].BatchId is not { } batch || !board.IsPaymentFree(at)) continue;
            ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, batch, out bool exists);
            if (!exists)
            {
                number = batches.Count;
                batches.Add([]);
                index.Add(batch, number);
            }
            batches[number].Add(at);
        }
        if (batches.Count == 0) return;
        List<int>[] lines = new List<int>[batches.Count];
        List<int> found = [];
        for (int line = 0; line < board.Lines.Count; line++)
        {
            if (!board.IsLineFree(line)) continue;
            BankLine read = board.Lines[line];
            if (read.BatchId is { } id && numbers.TryGetValue(id, out int named)) found = [named];
            else index.Find(read.Text, found);
            if (found is [var only] && board.Payments[batches[only][0]].Flow == read.Flow) (lines[only] ??= []).Add(line);
        }
        for (int batch = 0; batch < lines.Length; batch++)
            if (lines[batch] is { } same) OfBatch(board, same, batches[batch]);
    }

    /// <summary>Lines that name a batch are all of it, to the fen; another sum is for a person, who knows what the bank refused.</summary>
    private static void OfBatch(MatchBoard board, List<int> same, List<int> due)
    {
        ReadOnlySpan<int> taken = CollectionsMarshal.AsSpan(same), paid = CollectionsMarshal.AsSpan(due);
        if (board.SumFen(same) == board.SumDueFen(due)) board.Take(MatchPass.Reference, MatchStanding.Confirmed, taken, paid);
        else if (same.Count == 1) board.Take(MatchPass.Reference, MatchStanding.Suggested, taken, paid);
        else board.Tie(MatchPass.Reference, taken, paid);
    }

    /// <summary>Settles what names each other, each connected group at once; nearly all are one line and one payment.</summary>
    private static void Groups(MatchBoard board, List<(int Line, int Payment)> named)
    {
        byte[] ofLine = new byte[board.Lines.Count], ofPayment = new byte[board.Payments.Count];
        foreach ((int line, int payment) in named)
        {
            if (ofLine[line] < 2) ofLine[line]++;
            if (ofPayment[payment] < 2) ofPayment[payment]++;
        }
        List<(int Line, int Payment)> tangled = [];
        foreach ((int line, int payment) in named)
        {
            if (ofLine[line] == 1 && ofPayment[payment] == 1) EndToEndPass.SettleOne(board, MatchPass.Reference, line, payment);
            else tangled.Add((line, payment));
        }
        Tangled(board, tangled);
    }

    private static void Tangled(MatchBoard board, List<(int Line, int Payment)> named)
    {
        int[] root = new int[named.Count];
        Dictionary<int, int> byLine = [], byPayment = [];
        for (int at = 0; at < root.Length; at++)
        {
            root[at] = at;
            Join(byLine, named[at].Line);
            Join(byPayment, named[at].Payment);

            void Join(Dictionary<int, int> first, int key)
            {
                if (!first.TryAdd(key, at)) root[Root(at)] = Root(first[key]);
            }
        }
        foreach (IGrouping<int, (int Line, int Payment)> group in
            named.Index().GroupBy(pair => Root(pair.Index), pair => pair.Item))
        {
            List<int> lines = [.. group.Select(pair => pair.Line).Distinct()], due = [.. group.Select(pair => pair.Payment).Distinct()];
            EndToEndPass.Settle(board, MatchPass.Reference, lines, due);
        }

        int Root(int at)
        {
            while (root[at] != at) at = root[at] = root[root[at]];
            return at;
        }
    }
}
