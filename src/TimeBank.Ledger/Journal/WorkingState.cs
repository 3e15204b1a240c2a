namespace TimeBank.Ledger;

/// <summary>
/// The part of a region's state that its writer has in memory. What was prefetched and isn't there is remembered as absent, and
/// asking for what was never prefetched is a bug, so a decision can't mistake "not loaded" for "not existing".
/// </summary>
public sealed class WorkingState(LedgerHead head) : ILedgerView
{
    private readonly Dictionary<AccountPath, Account?> _byPath = [];
    private readonly Dictionary<long, Account> _byNumber = [];
    private readonly Dictionary<EntryId, Outcome?> _outcomes = [];
    private readonly Dictionary<EntryId, LinkedEntry?> _linked = [];

    public RegionCode Region { get; } = head.Region;

    public long NextIndex { get; private set; } = head.Size;

    public long NextAccount { get; private set; } = head.Accounts + 1;

    public LedgerTime LastTime { get; private set; } = head.Time;

    /// <summary>How much is held, to bound it.</summary>
    public int Count => _byPath.Count + _outcomes.Count + _linked.Count;

    public Account? Account(AccountPath path) => _byPath[path];

    public Account? Account(long number) => _byNumber.GetValueOrDefault(number);

    public Outcome? Outcome(EntryId id) => _outcomes[id];

    public LinkedEntry? Linked(EntryId id) => _linked[id];

    /// <summary>What must be prefetched before these proposals can be decided, and these ids and accounts read.</summary>
    public PrefetchKeys Missing(IEnumerable<Proposal> proposals, IEnumerable<EntryId> readIds, IEnumerable<AccountPath> readPaths)
    {
        var ids = readIds.Where(id => !_outcomes.ContainsKey(id)).ToHashSet();
        var paths = readPaths.Where(path => !_byPath.ContainsKey(path)).ToHashSet();
        var linked = new HashSet<EntryId>();
        foreach (Proposal proposal in proposals)
        {
            if (!_outcomes.ContainsKey(proposal.Header.Id)) ids.Add(proposal.Header.Id);
            if (proposal.Of is { } of && !_linked.ContainsKey(of)) linked.Add(of);
            foreach (ProposedTransfer transfer in proposal.Transfers)
            {
                if (!_byPath.ContainsKey(transfer.Debit.Path)) paths.Add(transfer.Debit.Path);
                if (!_byPath.ContainsKey(transfer.Credit.Path)) paths.Add(transfer.Credit.Path);
            }
            foreach (ProposedChange change in proposal.Changes)
            {
                if (!_byPath.ContainsKey(change.Account)) paths.Add(change.Account);
            }
        }
        return new PrefetchKeys(ids, paths, linked);
    }

    public void Load(PrefetchKeys keys, Prefetched found)
    {
        foreach (EntryId id in keys.Ids) _outcomes[id] = null;
        foreach (AccountPath path in keys.Paths) _byPath[path] = null;
        foreach (EntryId id in keys.Linked) _linked[id] = null;
        foreach (Outcome outcome in found.Outcomes) _outcomes[outcome.Id] = outcome;
        // An account in memory may be further than the store's copy of it when a linked entry brings it along.
        foreach (Account account in found.Accounts.Where(account => !_byNumber.ContainsKey(account.Number))) Put(account);
        foreach (LinkedEntry linked in found.Linked) _linked[linked.Entry.Id] = linked;
    }

    /// <summary>Takes over what was decided. <paramref name="proposal"/> says which earlier entry the new one ended or reversed.</summary>
    public void Apply(Proposal proposal, Decision decision)
    {
        if (!decision.Stores) return;
        Outcome outcome = decision.Outcome;
        _outcomes[outcome.Id] = outcome;
        if (outcome.Entry is not { } entry) return;
        foreach (Account account in decision.Changed) Put(account);
        NextIndex = entry.Index + 1;
        NextAccount += entry.Opened.Length;
        LastTime = entry.Time;
        _linked[entry.Id] = new LinkedEntry(entry, null, null);
        if (proposal.Of is { } of)
        {
            LinkedEntry linked = _linked[of]!;
            _linked[of] = entry.Kind == EntryKind.Reverse ? linked with { ReversedBy = entry.Index } : linked with { EndedBy = entry.Index };
        }
    }

    private void Put(Account account)
    {
        _byPath[account.Path] = account;
        _byNumber[account.Number] = account;
    }
}
