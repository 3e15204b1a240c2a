using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>What a decision may look at: a region's accounts, outcomes and earlier entries as they stand.</summary>
public interface ILedgerView
{
    RegionCode Region { get; }

    /// <summary>The index of the next entry.</summary>
    long NextIndex { get; }

    /// <summary>The number of the next account.</summary>
    long NextAccount { get; }

    /// <summary>The time of the last entry.</summary>
    LedgerTime LastTime { get; }

    /// <summary>What the next entry seals.</summary>
    Remembered Remembered { get; }

    Account? Account(AccountPath path);

    Account? Account(long number);

    Outcome? Outcome(EntryId id);

    LinkedEntry? Linked(EntryId id);
}

/// <summary>
/// The part of a region's state that its writer has in memory. What was prefetched and isn't there is remembered as absent, and
/// asking for what was never prefetched is a bug, so a decision can't mistake "not loaded" for "not existing".
/// </summary>
public sealed class WorkingState(LedgerHead head) : ILedgerView
{
    private readonly Generations<AccountPath, Account?> _byPath = new();
    private readonly Generations<long, Account> _byNumber = new();
    private readonly Generations<EntryId, Outcome?> _outcomes = new();
    private readonly Generations<EntryId, LinkedEntry?> _linked = new();

    // Ids that have an outcome, held longer than that: an entry is a few dozen objects, which would be moved and scanned again and again by
    // the collector.
    private readonly Generations<EntryId, bool> _ids = new();

    public RegionCode Region { get; } = head.Region;

    public long NextIndex { get; private set; } = head.Size;

    public long NextAccount { get; private set; } = head.Accounts + 1;

    public LedgerTime LastTime { get; private set; } = head.Time;

    public Remembered Remembered { get; private set; } = head.Remembered;

    /// <summary>How much is held.</summary>
    public int Count => _byPath.Count + _byNumber.Count + _outcomes.Count + _linked.Count + _ids.Count;

    public Account? Account(AccountPath path)
    {
        if (!_byPath.TryGet(path, out Account? account)) throw new KeyNotFoundException($"Account {path} was not prefetched.");
        // Under its number it must be as young, or an older copy could come back under that.
        if (account is not null) _byNumber.TryGet(account.Number, out _);
        return account;
    }

    /// <summary>Whether an account is held, or held to be absent, which is null.</summary>
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

    /// <summary>
    /// Forgets the half that was used longest ago where more of a kind is held than may be. What was used since the last call stays.
    /// </summary>
    public void Trim(int maxAccounts, int maxOutcomes, int maxIds)
    {
        _byPath.Age(maxAccounts);
        _byNumber.Age(maxAccounts);
        _outcomes.Age(maxOutcomes);
        _linked.Age(maxOutcomes);
        _ids.Age(maxIds);
    }

    /// <summary>
    /// Takes an id for new without looking it up, unless it is known to have an outcome, since nearly all are. The store's constraint finds
    /// out where it isn't:
    /// then the batch is refused, and decided again on what is looked up.
    /// </summary>
    public void Assume(EntryId id)
    {
        if (!_outcomes.TryGet(id, out _) && !_ids.TryGet(id, out _)) _outcomes[id] = null;
    }

    /// <summary>What must be prefetched before these proposals can be decided, and these ids and accounts read.</summary>
    public PrefetchKeys Missing(IEnumerable<Proposal> proposals, IEnumerable<EntryId> readIds, IEnumerable<AccountPath> readPaths)
    {
        HashSet<EntryId> ids = [], linked = [];
        HashSet<AccountPath> paths = [];
        foreach (EntryId id in readIds) Need(_outcomes, id, ids);
        foreach (AccountPath path in readPaths) NeedAccount(path);
        foreach (Proposal proposal in proposals)
        {
            Need(_outcomes, proposal.Header.Id, ids);
            if (proposal.Of is { } of && !HoldsLinked(of)) linked.Add(of);
            foreach (ProposedTransfer transfer in proposal.Transfers)
            {
                NeedAccount(transfer.Debit.Path);
                NeedAccount(transfer.Credit.Path);
            }
            foreach (ProposedChange change in proposal.Changes) NeedAccount(change.Account);
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
        // What is in memory is never older than what the store says: it may be ahead by what is being stored.
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

    /// <summary>Takes over what was decided. <paramref name="proposal"/> says which earlier entry the new one ended or reversed.</summary>
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

    /// <summary>Whether an entry is held with all of its accounts, which may have been forgotten before it.</summary>
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
/// A dictionary that forgets what has not been asked for lately, in two generations: what is asked for moves to the young one, and where
/// that is
/// full it becomes the old one and the old one goes. So whatever was used since the last <see cref="Age"/> but one is still there.
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

    /// <summary>Begins a new generation where the young one has reached its share of <paramref name="bound"/>.</summary>
    public void Age(int bound)
    {
        if (_young.Count < Math.Max(1, bound / 2)) return;
        (_old, _young) = (_young, _old);
        _young.Clear();
    }
}

/// <summary>What a batch needs to know before it can be decided.</summary>
/// <param name="Ids">Ids whose outcomes are asked for.</param>
/// <param name="Paths">Accounts by path.</param>
/// <param name="Linked">Entries that proposals end or reverse; their accounts come along.</param>
public sealed record PrefetchKeys(IReadOnlyCollection<EntryId> Ids, IReadOnlyCollection<AccountPath> Paths,
    IReadOnlyCollection<EntryId> Linked)
{
    public bool IsEmpty => Ids.Count == 0 && Paths.Count == 0 && Linked.Count == 0;
}

/// <summary>What the store holds of <see cref="PrefetchKeys"/>; a key that it doesn't answer isn't there.</summary>
public sealed record Prefetched(IReadOnlyList<Outcome> Outcomes, IReadOnlyList<Account> Accounts, IReadOnlyList<LinkedEntry> Linked);
