using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Testing;

/// <summary>
/// A plain writer of a region, without a grain: prefetch, decide, append. Salts and times come from counters, so two runs are equal.
/// </summary>
public sealed class BatchWriter(ILedgerStore store, RegionCode region)
{
    private LedgerHead? _head;
    private WorkingState? _state;
    private int _salts;

    /// <summary>The time of the last batch. Each batch is a second later.</summary>
    public LedgerTime Now { get; set; } = LedgerTime.Parse("2026-10-01T00:00:00.000000Z");

    /// <summary>All entries stored by this writer, in order.</summary>
    public List<AppendedEntry> Appended { get; } = [];

    /// <summary>Decides and stores a batch. After an exception or a lost race the writer reads everything from the store again.</summary>
    public async Task<Outcome[]?> TryWriteAsync(params Proposal[] proposals)
    {
        (LedgerAppend append, Outcome[] outcomes) = await DraftAsync(proposals);
        bool stored = false;
        try
        {
            stored = await store.AppendAsync(append, default);
        }
        finally
        {
            if (stored) _head = append.After; else Forget();
        }
        if (!stored) return null;
        Appended.AddRange(append.Entries);
        return outcomes;
    }

    public async Task<Outcome[]> WriteAsync(params Proposal[] proposals)
    {
        Outcome[]? outcomes = await TryWriteAsync(proposals);
        return outcomes ?? throw new InvalidOperationException("Another writer was faster.");
    }

    public async Task<Outcome> WriteOneAsync(Proposal proposal) => (await WriteAsync(proposal))[0];

    public async Task<(LedgerAppend Append, Outcome[] Outcomes)> DraftAsync(params Proposal[] proposals)
    {
        _head ??= await store.ReadHeadAsync(region, default);
        _state ??= new WorkingState(_head);
        PrefetchKeys missing = _state.Missing(proposals, [], []);
        _state.Load(missing, await store.PrefetchAsync(region, missing, default));
        Now = new LedgerTime(Now.Microseconds + 1_000_000);
        var draft = new BatchDraft(_head, _state, Salt);
        Outcome[] outcomes = [.. proposals.Select(proposal => draft.Add(proposal, Now))];
        return (draft.Finish(), outcomes);
    }

    public void Forget() => (_head, _state) = (null, null);

    private byte[] Salt() => Digest.Of([.. BitConverter.GetBytes(_salts++)]).ToArray()[..16];
}
