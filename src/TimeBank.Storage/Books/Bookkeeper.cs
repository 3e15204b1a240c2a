using System.Collections.Concurrent;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Keeps the books of every region, which are its accounts and transfers, after its journal. An append writes the journal alone; the books
/// follow in long
/// stretches, each one SQL transaction: where enough is left to book, and before anybody reads them. So nobody sees books that lag behind
/// what was
/// stored when they asked, and whoever looks next finishes what a crash left.
/// </summary>
/// <param name="startAt">Entries from which on what is left is booked without being asked for.</param>
internal sealed class Bookkeeper(IBooks books, int startAt)
{
    /// <summary>What may be left to book; past it an append waits.</summary>
    private const int MostLeft = 8;

    private readonly IBooks _books = books;
    private readonly ConcurrentDictionary<RegionCode, Region> _regions = new();

    /// <summary>Waits where the books lag too far behind for another append.</summary>
    public ValueTask MakeRoomAsync(RegionCode region) => Of(region).Tail.Entries < (long)MostLeft * startAt
        ? ValueTask.CompletedTask : CatchUpAsync(region);

    /// <summary>A batch is in the journal.</summary>
    public void Stored(LedgerAppend append)
    {
        Region region = Of(append.Before.Region);
        region.Tail.Add(append);
        if (region.Tail.Entries >= startAt && region.Turn.CurrentCount > 0) _ = Task.Run(() => KeepUpAsync(append.Before.Region));
    }

    /// <summary>A writer goes on from this head.</summary>
    public void Loaded(LedgerHead head) => Of(head.Region).Tail.EndsAt(head);

    /// <summary>Books what the journal has by now.</summary>
    /// <param name="cancellation">Whoever gives up doesn't wait any longer; the booking goes on.</param>
    /// <exception cref="StorageUnavailableException">It can't be done now.</exception>
    public async ValueTask CatchUpAsync(RegionCode region, CancellationToken cancellation = default)
    {
        (long journal, long? books) = await _books.ProgressAsync(region);
        if (books is not { } booked || booked > journal) throw new StorageUnavailableException(
            $"The books of region {region} have {books} entries and its journal {journal}: verify the database.");
        Of(region).Tail.Booked(booked);
        // Away from the caller's turns: others wait for it too.
        if (booked < journal) await Task.Run(() => BookAsync(region, journal), CancellationToken.None).WaitAsync(cancellation);
    }

    /// <summary>
    /// Answers a writer's keys: what isn't booked yet from memory, all else by <paramref name="read"/>. The writer holds the accounts of
    /// the batch that it has
    /// sent, so what it lacks is in the tail or in the books. Where another process has written since, it is of the past, and the writer's
    /// append will lose.
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
            // What left the tail meanwhile, and not into the books, was looked for in neither.
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
            // Nobody asked: whoever reads next meets the same fault, and an append does where too much is left.
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
                    // Another process was faster, or the journal isn't the one that was written from here: it was restored.
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

    /// <summary>A stretch that another process stored, or this one before it was started.</summary>
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

/// <summary>What the <see cref="Bookkeeper"/> asks of an engine: its journals to read, its books to write.</summary>
internal interface IBooks
{
    /// <summary>
    /// How many entries a region's journal has, and how many of them the books have; nothing where a journal has no books.
    /// </summary>
    ValueTask<(long Journal, long? Books)> ProgressAsync(RegionCode region);

    /// <summary>Where the books end: the head that the journal had there, without its refusals and notes.</summary>
    ValueTask<LedgerHead> BooksHeadAsync(RegionCode region);

    /// <summary>Entries of the journal in their order, from an index on.</summary>
    ValueTask<IReadOnlyList<StoredEntry>> JournalAsync(RegionCode region, long from, int limit);

    /// <summary>Accounts as the books have them.</summary>
    ValueTask<IReadOnlyList<Account>> BookedAccountsAsync(RegionCode region, IReadOnlyCollection<long> numbers);

    /// <summary>
    /// Writes a stretch into the books in one SQL transaction. False: they don't end where it begins, or the journal hasn't its last entry,
    /// and nothing was written.
    /// </summary>
    ValueTask<bool> BookAsync(Bookings bookings);
}
