using System.Diagnostics.CodeAnalysis;
using TimeBank.Ledger;

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
