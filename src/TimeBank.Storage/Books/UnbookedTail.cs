using System.Diagnostics.CodeAnalysis;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>
/// The batches that this process has stored in a region's journal and the books do not have yet, with the accounts that they left.
/// Thread-safe.
/// </summary>
internal sealed class UnbookedTail
{
    private readonly Lock _turn = new();
    private readonly Queue<Bookings> _batches = [];
    private readonly Dictionary<AccountPath, (Account Account, long Since)> _byPath = [];
    private readonly Dictionary<long, (Account Account, long Since)> _byNumber = [];
    private LedgerHead? _end;
    private bool _complete;
    private long _age;

    /// <summary>The number of unbooked entries.</summary>
    public long Entries { get; private set; }

    /// <summary>How often the tail was cleared. Anything read across a change of this number may be out of date.</summary>
    public long Age
    {
        get
        {
            lock (_turn) return _age;
        }
    }

    /// <summary>True where, as far as this process knows, every entry of the journal is here or in the books.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_turn) return _complete;
        }
    }

    /// <summary>Declares the tail complete, unless it has been cleared since <paramref name="age"/>.</summary>
    public bool Complete(long age)
    {
        lock (_turn) return _complete |= _age == age;
    }

    /// <summary>
    /// Takes note of the journal's end. If it is not what this process stored last, another process has written, and the tail may be out of
    /// date.
    /// </summary>
    public void EndsAt(LedgerHead head)
    {
        lock (_turn)
        {
            if (_end is null || !_end.IsAt(head)) Clear();
            _end = head;
        }
    }

    /// <summary>Forgets everything. The bookkeeper then reads it from the journal.</summary>
    public void Clear()
    {
        lock (_turn)
        {
            _batches.Clear();
            _byPath.Clear();
            _byNumber.Clear();
            Entries = 0;
            _end = null;
            _complete = false;
            _age++;
        }
    }

    /// <summary>
    /// Takes note of a stored batch. A batch that does not continue the last one is late news from a writer that another one overtook.
    /// </summary>
    public void Add(LedgerAppend append)
    {
        lock (_turn)
        {
            if (_end is not null && !_end.IsAt(append.Before))
            {
                Clear();
                return;
            }
            _end = append.After;
            if (append.Entries.Count == 0) return;
            // Keep the bookings and not the batch, which has many more objects.
            _batches.Enqueue(Bookings.Of(append));
            Entries += append.Entries.Count;
            foreach (Account account in append.Changed) Put(account, append.After.Size);
            foreach (Account account in append.Opened) Put(account, append.After.Size);
        }
    }

    /// <summary>The batches from a place on, with about the requested number of entries; none if no batch begins there.</summary>
    public List<Bookings> From(long size, int entries)
    {
        var taken = new List<Bookings>();
        lock (_turn)
        {
            long end = size;
            foreach (Bookings batch in _batches)
            {
                if (batch.Before.Size != end || end - size >= entries) break;
                taken.Add(batch);
                end = batch.After.Size;
            }
        }
        return taken;
    }

    /// <summary>Takes note of how much of the journal the books have.</summary>
    public void Booked(long size)
    {
        lock (_turn)
        {
            while (_batches.TryPeek(out Bookings? first) && first.After.Size <= size)
            {
                _batches.Dequeue();
                Entries -= first.Entries;
                foreach (Account account in first.Changed) Drop(account, size);
                foreach (Account account in first.Opened) Drop(account, size);
            }
        }
    }

    public bool TryFind(AccountPath path, [NotNullWhen(true)] out Account? account)
    {
        lock (_turn) account = _byPath.TryGetValue(path, out var held) ? held.Account : null;
        return account is not null;
    }

    public bool TryFind(long number, [NotNullWhen(true)] out Account? account)
    {
        lock (_turn) account = _byNumber.TryGetValue(number, out var held) ? held.Account : null;
        return account is not null;
    }

    private void Put(Account account, long since)
    {
        _byPath[account.Path] = (account, since);
        _byNumber[account.Number] = (account, since);
    }

    private void Drop(Account account, long booked)
    {
        if (!_byNumber.TryGetValue(account.Number, out var held) || held.Since > booked) return;
        _byNumber.Remove(account.Number);
        _byPath.Remove(account.Path);
    }
}

/// <summary>The changes that a stretch of a region's journal makes to its books.</summary>
/// <param name="Before">The head at which the books must end.</param>
/// <param name="After">The head at which they end afterwards.</param>
/// <param name="LastLeaf">The leaf of the stretch's last entry. It is salted, so no other journal has it in that place.</param>
/// <param name="Changed">Accounts that the books have already, in their state after the stretch.</param>
/// <param name="Opened">Accounts that the stretch opens, in their state after it.</param>
internal sealed record Bookings(
    LedgerHead Before,
    LedgerHead After,
    Digest LastLeaf,
    IReadOnlyCollection<BookedTransfer> Transfers,
    IReadOnlyCollection<Account> Changed,
    IReadOnlyCollection<Account> Opened)
{
    public RegionCode Region => Before.Region;

    /// <summary>The number of entries in the stretch.</summary>
    public long Entries => After.Size - Before.Size;

    /// <summary>The stretch of a batch that has entries, as the writer decided it.</summary>
    public static Bookings Of(LedgerAppend append)
    {
        var transfers = new List<BookedTransfer>(append.Entries.Count);
        foreach (AppendedEntry appended in append.Entries)
        {
            for (int at = 0; at < appended.Balances.Length; at++) transfers.Add(
                new BookedTransfer(appended.Entry.Index, at, appended.Entry.Transfers[at], appended.Balances[at]));
        }
        return new Bookings(append.Before, append.After, append.Entries[^1].Leaf, transfers, append.Changed, append.Opened);
    }

    /// <summary>Joins consecutive stretches into one.</summary>
    public static Bookings Of(IReadOnlyList<Bookings> parts)
    {
        var transfers = new List<BookedTransfer>(parts.Sum(part => part.Transfers.Count));
        var accounts = new Dictionary<long, Account>();
        foreach (Bookings part in parts)
        {
            transfers.AddRange(part.Transfers);
            foreach (Account account in part.Changed) accounts[account.Number] = account;
            foreach (Account account in part.Opened) accounts[account.Number] = account;
        }
        return Of(parts[0].Before, parts[^1].After, parts[^1].LastLeaf, transfers, accounts.Values);
    }

    /// <summary>The stretch of stored entries of any writer, folded on the accounts in the books.</summary>
    /// <param name="booked">Those accounts touched by <paramref name="entries"/> that the books have.</param>
    /// <exception cref="StorageUnavailableException">The entries do not follow from the books.</exception>
    public static Bookings Of(LedgerHead before, IReadOnlyList<StoredEntry> entries, IEnumerable<Account> booked)
    {
        var transfers = new List<BookedTransfer>();
        Dictionary<long, Account> accounts = booked.ToDictionary(account => account.Number), touched = [];
        MerkleFrontier tree = before.Tree;
        long opened = before.Accounts;
        foreach (StoredEntry stored in entries)
        {
            JournalEntry entry = stored.Entry;
            if (entry.Index != tree.Size) throw Unsound(entry);
            tree = tree.Append(stored.Leaf);
            opened += entry.Opened.Length;
            foreach (Account account in entry.Opened) touched[account.Number] = account;
            for (int at = 0; at < entry.Transfers.Length; at++)
            {
                Transfer transfer = entry.Transfers[at];
                Account debit = Find(transfer.Debit), credit = Find(transfer.Credit);
                debit = touched[debit.Number] = debit with { Counters = debit.Counters.Debit(transfer) };
                credit = touched[credit.Number] = credit with { Counters = credit.Counters.Credit(transfer) };
                transfers.Add(new BookedTransfer(entry.Index, at, transfer, new TransferBalances(debit.Counters, credit.Counters)));
            }
            foreach (AccountChange change in entry.Changes) touched[change.Account] = Find(change.Account) with { Flags = change.Flags };

            Account Find(long number) => touched.TryGetValue(number, out Account? account) || accounts.TryGetValue(number, out account)
                ? account : throw Unsound(entry);
        }
        return Of(before, new LedgerHead(before.Region, tree, entries[^1].Entry.Time, opened, before.Remembered), entries[^1].Leaf,
            transfers, touched.Values);
    }

    private static Bookings Of(
        LedgerHead before, LedgerHead after, Digest lastLeaf, IReadOnlyCollection<BookedTransfer> transfers,
            IReadOnlyCollection<Account> accounts) =>
        new(before, after, lastLeaf, transfers, [.. accounts.Where(account => account.Number <= before.Accounts)],
            [.. accounts.Where(account => account.Number > before.Accounts)]);

    private static StorageUnavailableException Unsound(JournalEntry entry) =>
        new($"Entry {entry.Index} of region {entry.Region} doesn't follow from the books: verify the database.");
}

/// <summary>A transfer as the books store it, with the counters of its two accounts right after it.</summary>
internal readonly record struct BookedTransfer(long Index, int Position, Transfer Moved, TransferBalances After);
