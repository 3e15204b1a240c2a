namespace TimeBank.Ledger;

/// <summary>Decides proposals one after the other on a working state, and gathers what must be stored for them.</summary>
/// <param name="salt">Gives 16 unpredictable bytes for each entry's leaf.</param>
public sealed class BatchDraft(LedgerHead before, WorkingState state, Func<byte[]> salt)
{
    private readonly List<AppendedEntry> _entries = [];
    private readonly List<Outcome> _remembered = [];
    private readonly Dictionary<long, Account> _changed = [];
    private MerkleFrontier _tree = before.Tree;

    /// <summary>Bytes of the entries so far, to bound a batch.</summary>
    public long Bytes { get; private set; }

    public int Count => _entries.Count + _remembered.Count;

    /// <summary>The outcome to answer with, once the batch is stored.</summary>
    public Outcome Add(Proposal proposal, LedgerTime clock)
    {
        Decision decision = Decide.Entry(state, proposal, clock);
        state.Apply(proposal, decision);
        if (!decision.Stores) return decision.Outcome;
        if (decision.Outcome.Entry is not { } entry)
        {
            _remembered.Add(decision.Outcome);
            return decision.Outcome;
        }
        byte[] bytes = EntryCodec.Encode(entry), entrySalt = salt();
        Digest leaf = MerkleFrontier.EntryLeaf(entrySalt, bytes);
        _entries.Add(new AppendedEntry(entry, bytes, entrySalt, leaf, decision.Balances));
        _tree = _tree.Append(leaf);
        Bytes += bytes.Length;
        foreach (Account account in decision.Changed) _changed[account.Number] = account;
        return decision.Outcome;
    }

    /// <summary>Whether an entry of the batch touches an account.</summary>
    public bool Touches(long account) => _changed.ContainsKey(account);

    public LedgerAppend Finish()
    {
        var after = new LedgerHead(before.Region, _tree, state.LastTime, state.NextAccount - 1, state.Remembered);
        return new LedgerAppend(
            before, after, _entries,
            [.. _changed.Values.Where(account => account.Number <= before.Accounts)],
            [.. _changed.Values.Where(account => account.Number > before.Accounts)],
            _remembered);
    }
}
