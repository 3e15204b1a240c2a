using System.Diagnostics.CodeAnalysis;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// The batches of a region's journal that this process has stored and the books haven't got yet, and the accounts as they left them. For
/// any thread.
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

    /// <summary>How many entries it has.</summary>
    public long Entries { get; private set; }

    /// <summary>How often it has been cleared. What was read across a change of it may be of the past.</summary>
    public long Age
    {
        get
        {
            lock (_turn) return _age;
        }
    }

    /// <summary>Whether all that the journal has is here or in the books, as far as this process can know.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_turn) return _complete;
        }
    }

    /// <summary>All that the journal had is here or in the books, unless it has been cleared since <paramref name="age"/>.</summary>
    public bool Complete(long age)
    {
        lock (_turn) return _complete |= _age == age;
    }

    /// <summary>
    /// The journal ends here. Where that isn't what this process stored last, another one has been at work, and what is held here may be of
    /// the past.
    /// </summary>
    public void EndsAt(LedgerHead head)
    {
        lock (_turn)
        {
            if (_end is null || !_end.IsAt(head)) Clear();
            _end = head;
        }
    }

    /// <summary>Forgets everything: it is to be read from the journal.</summary>
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
    /// A batch is in the journal. One that doesn't go on from the last one is told of late, by a writer that another one has overtaken.
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
            // What is booked of it and not the batch, which is many more objects to keep.
            _batches.Enqueue(Bookings.Of(append));
            Entries += append.Entries.Count;
            foreach (Account account in append.Changed) Put(account, append.After.Size);
            foreach (Account account in append.Opened) Put(account, append.After.Size);
        }
    }

    /// <summary>Batches from a place on, about as many entries as are asked for; none where it doesn't begin there.</summary>
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

    /// <summary>The books have this much of the journal.</summary>
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
