using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// What no engine's constraints can see of a batch: that it goes on exactly where the head ends. Whether the head still stands is a question before this one:
/// a writer that another one overtook between reading the head and prefetching has drafted nonsense, and it has lost, which is no bug.
/// </summary>
internal static class AppendGuard
{
    /// <exception cref="AppendRefusedException">The batch doesn't follow its own head.</exception>
    public static void Check(LedgerAppend append)
    {
        LedgerHead before = append.Before, after = append.After;
        LedgerTime time = before.Time;
        for (int at = 0; at < append.Entries.Count; at++)
        {
            JournalEntry entry = append.Entries[at].Entry;
            if (entry.Region != before.Region) throw new AppendRefusedException($"Entry {entry.Index} is of region {entry.Region}, not {before.Region}.");
            if (entry.Index != before.Size + at) throw new AppendRefusedException($"Entry {entry.Index} stands where {before.Size + at} was expected.");
            if (before.Size + at > 0 && entry.Time <= time) throw new AppendRefusedException($"Entry {entry.Index} is not later than the one before it.");
            time = entry.Time;
        }
        bool follows = after.Region == before.Region && after.Time == time
            && after.Size == before.Size + append.Entries.Count
            && after.Accounts == before.Accounts + append.Opened.Count
            && after.Remembered == before.Remembered + append.Remembered.Count;
        if (!follows) throw new AppendRefusedException($"The head after the batch doesn't follow from the head before it and the batch.");
    }
}
