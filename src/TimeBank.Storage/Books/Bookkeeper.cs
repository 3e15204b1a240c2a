using System.Collections.Concurrent;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Keeps the books of every region, its accounts and transfers, behind its journal. An append writes only the journal. The books follow in
/// long stretches, one SQL transaction each: when enough entries are unbooked, and before each read of the books. So a reader always sees
/// everything stored before it asked, and the next reader books what a crash left unbooked.
/// </summary>
/// <param name="startAt">The number of unbooked entries at which booking begins without a reader.</param>
internal sealed class Bookkeeper(IBooks books, int startAt)
{
    /// <summary>An append waits when this many times <c>startAt</c> entries are unbooked.</summary>
    private const int MostLeft = 8;

    private readonly IBooks _books = books;
    private readonly ConcurrentDictionary<RegionCode, Region> _regions = new();

    /// <summary>Lets an append wait if the books lag too far behind.</summary>
    public ValueTask MakeRoomAsync(RegionCode region) => Of(region).Tail.Entries < (long)MostLeft * startAt
        ? ValueTask.CompletedTask : CatchUpAsync(region);

    /// <summary>Takes note of a batch that the journal has now.</summary>
    public void Stored(LedgerAppend append)
    {
        Region region = Of(append.Before.Region);
        region.Tail.Add(append);
        if (region.Tail.Entries >= startAt && region.Turn.CurrentCount > 0) _ = Task.Run(() => KeepUpAsync(append.Before.Region));
    }

    /// <summary>Takes note of the head from which a writer continues.</summary>
    public void Loaded(LedgerHead head) => Of(head.Region).Tail.EndsAt(head);

    /// <summary>Books everything that the journal has now.</summary>
    /// <param name="cancellation">Ends the caller's wait. The booking itself goes on.</param>
    /// <exception cref="StorageUnavailableException">The store can't book now.</exception>
    public async ValueTask CatchUpAsync(RegionCode region, CancellationToken cancellation = default)
    {
        (long journal, long? books) = await _books.ProgressAsync(region);
        if (books is not { } booked || booked > journal) throw new StorageUnavailableException(
            $"The books of region {region} have {books} entries and its journal {journal}: verify the database.");
        Of(region).Tail.Booked(booked);
        // On another thread, outside the caller's turn: other callers wait for this booking too.
        if (booked < journal) await Task.Run(() => BookAsync(region, journal), CancellationToken.None).WaitAsync(cancellation);
    }

    /// <summary>
    /// Answers a writer's keys: unbooked accounts from memory, everything else by <paramref name="read"/>. The writer itself holds the
    /// accounts of the batch that it has sent, so an account that it lacks is in the tail or in the books. If another process has written
    /// since, the answer is out of date; the writer's append will then fail on the head.
    /// </summary>
    public async ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, Func<PrefetchKeys, ValueTask<Prefetched>> read)
    {
        UnbookedTail tail = Of(region).Tail;
        while (true)
        {
            long age = tail.Age;
            if (!tail.IsComplete)
            {
                await CatchUpAsync(region);
                if (!tail.Complete(age)) continue;
            }
            Prefetched found = await LookUpAsync(region, tail, keys, read);
            // If the tail was cleared meanwhile, an account may have been in neither place when we looked: look again.
            if (tail.Age == age) return found;
        }
    }

    private async ValueTask<Prefetched> LookUpAsync(RegionCode region, UnbookedTail tail, PrefetchKeys keys, Func<PrefetchKeys,
        ValueTask<Prefetched>> read)
    {
        var accounts = new Dictionary<long, Account>();
        var paths = new List<AccountPath>();
        foreach (AccountPath path in keys.Paths)
        {
            if (tail.TryFind(path, out Account? account)) accounts[account.Number] = account;
            else paths.Add(path);
        }
        PrefetchKeys rest = keys with { Paths = paths };
        Prefetched found = rest.IsEmpty ? new Prefetched([], [], []) : await read(rest);
        foreach (Account account in found.Accounts) accounts.TryAdd(account.Number, account);

        var numbers = new HashSet<long>();
        foreach (long number in found.Linked.SelectMany(linked => linked.Entry.Transfers)
            .SelectMany(transfer => new[] { transfer.Debit, transfer.Credit }))
        {
            if (accounts.ContainsKey(number)) continue;
            if (tail.TryFind(number, out Account? account)) accounts[number] = account;
            else numbers.Add(number);
        }
        if (numbers.Count > 0)
        {
            foreach (Account account in await _books.BookedAccountsAsync(region, numbers)) accounts[account.Number] = account;
        }
        return found with { Accounts = [.. accounts.Values] };
    }

    private async Task KeepUpAsync(RegionCode region)
    {
        try
        {
            await CatchUpAsync(region);
        }
        catch (Exception)
        {
            // No caller waits for this booking. The next reader meets the same fault, and so does an append when too much is unbooked.
        }
    }

    private async Task BookAsync(RegionCode region, long until)
    {
        (UnbookedTail tail, SemaphoreSlim turn) = Of(region);
        await turn.WaitAsync();
        try
        {
            LedgerHead head = await _books.BooksHeadAsync(region);
            while (head.Size < until)
            {
                List<Bookings> batches = tail.From(head.Size, startAt);
                Bookings next = batches.Count > 0 ? Bookings.Of(batches) : await ReadAsync(head);
                if (await _books.BookAsync(next))
                {
                    head = next.After;
                }
                else
                {
                    // Either another process was faster, or the database was restored and has another journal now.
                    if (batches.Count > 0) tail.Clear();
                    head = await _books.BooksHeadAsync(region);
                }
                tail.Booked(head.Size);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Reads a stretch that another process stored, or this process before a restart.</summary>
    private async Task<Bookings> ReadAsync(LedgerHead head)
    {
        IReadOnlyList<StoredEntry> entries = await _books.JournalAsync(head.Region, head.Size, startAt);
        if (entries.Count == 0) throw new StorageUnavailableException(
            $"The journal of region {head.Region} has no entry {head.Size}: verify the database.");
        HashSet<long> numbers =
        [
            .. entries.SelectMany(stored => stored.Entry.Transfers).SelectMany(transfer => new[] { transfer.Debit, transfer.Credit }),
            .. entries.SelectMany(stored => stored.Entry.Changes).Select(change => change.Account),
        ];
        return Bookings.Of(head, entries, await _books.BookedAccountsAsync(head.Region, numbers));
    }

    private Region Of(RegionCode region) => _regions.GetOrAdd(region, _ => new Region(new UnbookedTail(), new SemaphoreSlim(1)));

    private sealed record Region(UnbookedTail Tail, SemaphoreSlim Turn);
}

/// <summary>An engine's operations for the <see cref="Bookkeeper"/>: reading journals and writing books.</summary>
internal interface IBooks
{
    /// <summary>
    /// How many entries a region's journal has, and how many of them are in the books; null where a journal has no books.
    /// </summary>
    ValueTask<(long Journal, long? Books)> ProgressAsync(RegionCode region);

    /// <summary>The end of the books: the head that the journal had there, without its refusals and notes.</summary>
    ValueTask<LedgerHead> BooksHeadAsync(RegionCode region);

    /// <summary>Entries in journal order, from an index on.</summary>
    ValueTask<IReadOnlyList<StoredEntry>> JournalAsync(RegionCode region, long from, int limit);

    /// <summary>Accounts in the state that the books have.</summary>
    ValueTask<IReadOnlyList<Account>> BookedAccountsAsync(RegionCode region, IReadOnlyCollection<long> numbers);

    /// <summary>
    /// Writes a stretch into the books in one SQL transaction. False: the books do not end where it begins, or the journal lacks its last
    /// entry; nothing was written.
    /// </summary>
    ValueTask<bool> BookAsync(Bookings bookings);
}
