using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>One page of a journal.</summary>
/// <param name="Next">The index beyond which the next page lies; null on the last one.</param>
internal sealed record EntryPage(IReadOnlyList<LinkedEntry> Entries, long? Next)
{
    /// <summary>How many entries one page looks at for an actor: the journal knows no order by people.</summary>
    private const int MaxLookedAt = 10_000;

    private const int Batch = 1_000;

    /// <param name="actor">Only entries of this actor; empty: all.</param>
    /// <param name="beyond">The index that the last page ended at; null for the first.</param>
    public static async Task<EntryPage> ReadAsync(
        ILedgerReader ledger, RegionCode region, EntryFilter filter, string actor, bool newestFirst, long? beyond, int size, CancellationToken cancellation)
    {
        var page = new List<LinkedEntry>();
        long at = beyond ?? (newestFirst ? long.MaxValue : -1);
        int wanted = actor.Length == 0 ? size + 1 : Batch;
        for (int lookedAt = 0; lookedAt < MaxLookedAt; lookedAt += wanted)
        {
            IReadOnlyList<LinkedEntry> found = newestFirst
                ? await ledger.EntriesAsync(region, filter, at, wanted, cancellation)
                : await ledger.EarliestEntriesAsync(region, filter, at, wanted, cancellation);
            foreach (LinkedEntry linked in found)
            {
                if (actor.Length == 0 || linked.Entry.Header.Actor == actor)
                {
                    if (page.Count == size) return new EntryPage(page, at);
                    page.Add(linked);
                }
                at = linked.Entry.Index;
            }
            if (found.Count < wanted) return new EntryPage(page, null);
        }
        return new EntryPage(page, at);
    }
}
