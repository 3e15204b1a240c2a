using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>All that a decision may look at: a region's accounts, outcomes and earlier entries.</summary>
public interface ILedgerView
{
    RegionCode Region { get; }

    /// <summary>The index of the next entry.</summary>
    long NextIndex { get; }

    /// <summary>The number of the next account.</summary>
    long NextAccount { get; }

    /// <summary>The time of the last entry.</summary>
    LedgerTime LastTime { get; }

    /// <summary>The refusals and notes so far; the next entry seals them.</summary>
    Remembered Remembered { get; }

    Account? Account(AccountPath path);

    Account? Account(long number);

    Outcome? Outcome(EntryId id);

    LinkedEntry? Linked(EntryId id);
}

/// <summary>
/// The part of a region's state that its writer holds in memory. A prefetched key that the store did not find is remembered as absent.
/// Asking for a key that was never prefetched throws: a decision can't mistake "not loaded" for "does not exist".
/// </summary>
public sealed class WorkingState(LedgerHead head) : ILedgerView
{
    private readonly Generations<AccountPath, Account?> _byPath = new();
    private readonly Generations<long, Account> _byNumber = new();
    private readonly Generations<EntryId, Outcome?> _outcomes = new();
    private readonly Generations<EntryId, LinkedEntry?> _linked = new();

    // Ids that have an outcome. Held longer than the outcomes: an outcome with its entry is a few dozen objects, which the garbage
    // collector would move and scan again and again.
    private readonly Generations<EntryId, bool> _ids = new();

    public RegionCode Region { get; } = head.Region;

    public long NextIndex { get; private set; } = head.Size;

    public long NextAccount { get; private set; } = head.Accounts + 1;

    public LedgerTime LastTime { get; private set; } = head.Time;

    public Remembered Remembered { get; private set; } = head.Remembered;

    /// <summary>How many values of all kinds are held.</summary>
    public int Count => _byPath.Count + _byNumber.Count + _outcomes.Count + _linked.Count + _ids.Count;

    public Account? Account(AccountPath path)
    {
        if (!_byPath.TryGet(path, out Account? account)) throw new KeyNotFoundException($"Account {path} was not prefetched.");
        // Touch it under its number too, so that both indexes keep it equally long: otherwise an older copy could come back under the
        // number.
        if (account is not null) _byNumber.TryGet(account.Number, out _);
        return account;
    }

    /// <summary>True where memory holds the account, or knows that it does not exist (null).</summary>
    public bool Holds(AccountPath path, out Account? account) => _byPath.TryGet(path, out account);

    public Account? Account(long number)
    {
        if (!_byNumber.TryGet(number, out Account? account)) return null;
        _byPath.TryGet(account.Path, out _);
        return account;
    }

    public Outcome? Outcome(EntryId id) => _outcomes.TryGet(id, out Outcome? outcome)
        ? outcome : throw new KeyNotFoundException($"Id {id} was not prefetched.");

    public LinkedEntry? Linked(EntryId id) => _linked.TryGet(id, out LinkedEntry? linked)
        ? linked : throw new KeyNotFoundException($"Entry {id} was not prefetched.");

    /// <summary>Drops the older half of each kind that has reached its bound. Anything used since the last call stays.</summary>
    public void Trim(int maxAccounts, int maxOutcomes, int maxIds)
    {
        _byPath.Age(maxAccounts);
        _byNumber.Age(maxAccounts);
        _outcomes.Age(maxOutcomes);
        _linked.Age(maxOutcomes);
        _ids.Age(maxIds);
    }

    /// <summary>
    /// Takes an id for new without a look-up, as nearly all ids are, unless memory knows that it has an outcome. Where the guess is wrong,
    /// the store's unique key refuses the batch; the writer then looks the ids up and decides again.
    /// </summary>
    public void Assume(EntryId id)
    {
        if (!_outcomes.TryGet(id, out _) && !_ids.TryGet(id, out _)) _outcomes[id] = null;
    }

    /// <summary>The keys to prefetch before these proposals can be decided and these ids and accounts read.</summary>
    public PrefetchKeys Missing(IEnumerable<Proposal> proposals, IEnumerable<EntryId> readIds, IEnumerable<AccountPath> readPaths)
    {
        HashSet<EntryId> ids = [], linked = [];
        HashSet<AccountPath> paths = [];
        foreach (EntryId id in readIds) Need(_outcomes, id, ids);
        foreach (AccountPath path in readPaths) NeedAccount(path);
        foreach (Proposal proposal in proposals)
        {
            NeedAccount(ClosedPeriods.Account);
            Need(_outcomes, proposal.Header.Id, ids);
            if (proposal.Of is { } of && !HoldsLinked(of)) linked.Add(of);
            foreach (ProposedTransfer transfer in proposal.Transfers)
            {
                NeedAccount(transfer.Debit.Path);
                NeedAccount(transfer.Credit.Path);
            }
            foreach (ProposedChange change in proposal.Changes) NeedAccount(change.Account);
            foreach (SeenAccount seen in proposal.Seen) NeedAccount(seen.Account);
        }
        return new PrefetchKeys(ids, paths, linked);

        void NeedAccount(AccountPath path)
        {
            if (!_byPath.TryGet(path, out Account? account)) paths.Add(path);
            else if (account is not null) _byNumber.TryGet(account.Number, out _);
        }
    }

    public void Load(PrefetchKeys keys, Prefetched found)
    {
        // Memory wins: it may already contain a batch that is still being written.
        foreach (EntryId id in keys.Ids)
        {
            if (!_outcomes.TryGet(id, out _)) _outcomes[id] = null;
        }
        foreach (AccountPath path in keys.Paths)
        {
            if (!_byPath.TryGet(path, out _)) _byPath[path] = null;
        }
        foreach (EntryId id in keys.Linked)
        {
            if (!_linked.TryGet(id, out _)) _linked[id] = null;
        }
        foreach (Outcome outcome in found.Outcomes)
        {
            if (!_outcomes.TryGet(outcome.Id, out Outcome? held) || held is null) Put(outcome);
        }
        foreach (Account account in found.Accounts)
        {
            Put(_byNumber.TryGet(account.Number, out Account? held) || (_byPath.TryGet(account.Path, out held) && held is not null)
                ? held : account);
        }
        foreach (LinkedEntry linked in found.Linked)
        {
            if (!_linked.TryGet(linked.Entry.Id, out LinkedEntry? held) || held is null) _linked[linked.Entry.Id] = linked;
        }
    }

    /// <summary>Applies a decision. <paramref name="proposal"/> names the earlier entry that the new one ended or reversed.</summary>
    public void Apply(Proposal proposal, Decision decision)
    {
        if (!decision.Stores) return;
        Outcome outcome = decision.Outcome;
        Put(outcome);
        if (outcome.Entry is not { } entry)
        {
            Remembered = Remembered.With(outcome);
            return;
        }
        Remembered = Remembered.Sealed();
        foreach (Account account in decision.Changed) Put(account);
        NextIndex = entry.Index + 1;
        NextAccount += entry.Opened.Length;
        LastTime = entry.Time;
        _linked[entry.Id] = new LinkedEntry(entry, null, null);
        if (proposal.Of is { } of)
        {
            LinkedEntry linked = Linked(of)!;
            _linked[of] = entry.Kind == EntryKind.Reverse
                ? linked with { ReversedBy = entry.Index } : linked with { EndedBy = entry.Index };
        }
    }

    private static void Need<TValue>(Generations<EntryId, TValue> held, EntryId id, HashSet<EntryId> missing)
    {
        if (!held.TryGet(id, out _)) missing.Add(id);
    }

    /// <summary>True where memory holds the entry and all of its accounts. The accounts may be forgotten before the entry.</summary>
    private bool HoldsLinked(EntryId id)
    {
        if (!_linked.TryGet(id, out LinkedEntry? linked)) return false;
        if (linked is null) return true;
        bool all = true;
        foreach (Transfer transfer in linked.Entry.Transfers) all &= Account(transfer.Debit) is not null & Account(transfer.Credit)
            is not null;
        return all;
    }

    private void Put(Outcome outcome)
    {
        _outcomes[outcome.Id] = outcome;
        _ids[outcome.Id] = true;
    }

    private void Put(Account account)
    {
        _byPath[account.Path] = account;
        _byNumber[account.Number] = account;
    }
}

/// <summary>
/// A dictionary in two generations that forgets values not used lately. A read moves a value to the young generation. When the young one is
/// full it becomes the old one, and the previous old one is dropped. Anything used since the call to <see cref="Age"/> before the last one
/// is still held.
/// </summary>
internal sealed class Generations<TKey, TValue> where TKey : notnull
{
    private Dictionary<TKey, TValue> _young = [], _old = [];

    public int Count => _young.Count + _old.Count;

    public TValue this[TKey key]
    {
        set => _young[key] = value;
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_young.TryGetValue(key, out value)) return true;
        if (!_old.Remove(key, out value)) return false;
        _young.Add(key, value);
        return true;
    }

    /// <summary>Begins a new generation once the young one holds half of <paramref name="bound"/>.</summary>
    public void Age(int bound)
    {
        if (_young.Count < Math.Max(1, bound / 2)) return;
        (_old, _young) = (_young, _old);
        _young.Clear();
    }
}

/// <summary>The keys that a batch looks up before it is decided.</summary>
/// <param name="Ids">Ids whose outcomes are needed.</param>
/// <param name="Paths">Accounts by path.</param>
/// <param name="Linked">Entries that proposals end or reverse; the store returns their accounts as well.</param>
public sealed record PrefetchKeys(IReadOnlyCollection<EntryId> Ids, IReadOnlyCollection<AccountPath> Paths,
    IReadOnlyCollection<EntryId> Linked)
{
    public bool IsEmpty => Ids.Count == 0 && Paths.Count == 0 && Linked.Count == 0;
}

/// <summary>The store's answer to <see cref="PrefetchKeys"/>. A key without an answer does not exist.</summary>
public sealed record Prefetched(IReadOnlyList<Outcome> Outcomes, IReadOnlyList<Account> Accounts, IReadOnlyList<LinkedEntry> Linked);
