using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Checks a batch for what no engine's constraints can see at an append: the batch begins exactly where its head ends, and its accounts are
/// what its entries left and within their limits (the books are written later). A refusal is a bug only while the head still stands. If
/// another writer moved the head between this writer's reading and prefetching, the batch is nonsense but its writer has simply lost; so
/// the store compares the heads too.
/// </summary>
public static class AppendGuard
{
    /// <exception cref="AppendRefusedException">The batch does not follow its own head, or its accounts do not follow from its
    /// entries.</exception>
    public static void Check(LedgerAppend append)
    {
        LedgerHead before = append.Before, after = append.After;
        LedgerTime time = before.Time;
        for (int at = 0; at < append.Entries.Count; at++)
        {
            JournalEntry entry = append.Entries[at].Entry;
            if (entry.Region != before.Region) throw new AppendRefusedException(
                $"Entry {entry.Index} is of region {entry.Region}, not {before.Region}.");
            if (entry.Index != before.Size + at) throw new AppendRefusedException(
                $"Entry {entry.Index} stands where {before.Size + at} was expected.");
            if (before.Size + at > 0 && entry.Time <= time) throw new AppendRefusedException(
                $"Entry {entry.Index} is not later than the one before it.");
            time = entry.Time;
        }
        bool follows = after.Region == before.Region && after.Time == time
            && after.Size == before.Size + append.Entries.Count
            && after.Accounts == before.Accounts + append.Opened.Count
            && after.Remembered == Remembered(append);
        if (!follows) throw new AppendRefusedException($"The head after the batch doesn't follow from the head before it and the batch.");
        CheckAccounts(append);
    }

    /// <summary>The refusals and notes after the batch. Checks that each entry seals those before it.</summary>
    private static Remembered Remembered(LedgerAppend append)
    {
        Remembered remembered = append.Before.Remembered;
        int at = 0;
        foreach (JournalEntry entry in append.Entries.Select(appended => appended.Entry))
        {
            while (remembered.Count < entry.Seals?.Count && at < append.Remembered.Count) remembered =
                remembered.With(append.Remembered[at++]);
            bool seals = entry.Seals is null ? remembered.Chain is null : entry.Seals == remembered;
            if (!seals) throw new AppendRefusedException($"Entry {entry.Index} doesn't seal the refusals and notes before it.");
            remembered = remembered.Sealed();
        }
        return append.Remembered.Skip(at).Aggregate(remembered, (so, outcome) => so.With(outcome));
    }

    private static void CheckAccounts(LedgerAppend append)
    {
        var left = new Dictionary<long, Counters>();
        foreach (AppendedEntry appended in append.Entries)
        {
            for (int at = 0; at < appended.Balances.Length; at++)
            {
                left[appended.Entry.Transfers[at].Debit] = appended.Balances[at].Debit;
                left[appended.Entry.Transfers[at].Credit] = appended.Balances[at].Credit;
            }
        }
        foreach (Account account in append.Changed)
        {
            if (account.Number < 1 || account.Number > append.Before.Accounts) throw new AppendRefusedException(
                $"Account {account.Number} changes and isn't there.");
            CheckAccount(account);
        }
        foreach (Account account in append.Opened)
        {
            if (account.Number <= append.Before.Accounts || account.Number > append.After.Accounts) throw new AppendRefusedException(
                $"Account {account.Number} opens out of its order.");
            CheckAccount(account);
        }
        if (left.Count > 0) throw new AppendRefusedException(
            $"Account {left.Keys.First()} is in a transfer and neither changes nor opens.");

        void CheckAccount(Account account)
        {
            if (!account.KeepsLimits) throw new AppendRefusedException(
                $"Account {account.Path} breaks its limits: {account.Counters} with {account.Flags}.");
            if (left.Remove(account.Number, out Counters last) && last != account.Counters) throw new AppendRefusedException(
                $"Account {account.Path} isn't what its last transfer left.");
        }
    }
}
