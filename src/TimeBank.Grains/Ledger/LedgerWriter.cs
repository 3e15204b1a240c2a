using Microsoft.Extensions.Logging;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>
/// The writer of a region's journal. Batching is natural: while one batch is being stored the next one gathers, and when idle an
/// entry is stored at once; there is no timer. Calls interleave, but only <see cref="RunAsync"/> touches the working state.
/// Whoever calls it runs one thing at a time: a grain's turns, or a simulator's.
/// </summary>
public sealed class LedgerWriter(RegionCode region, ILedgerStore store, BusinessClock clock, ISaltSource salts, LedgerOptions options, ILogger log, IJournalWatch? watch = null)
{
    private const int AttemptsAgainstOtherWriters = 3;

    private readonly Queue<LedgerCall> _queue = [];
    private LedgerHead? _head;
    private WorkingState? _state;
    private bool _running;

    /// <summary>Decides a proposal and answers once its outcome is durable.</summary>
    public Task<Outcome> SubmitAsync(Proposal proposal)
    {
        var call = new SubmitCall(proposal);
        Enqueue(call);
        return call.Answer;
    }

    /// <summary>What would become of a proposal after everything asked before; nothing of it is stored.</summary>
    public Task<Trial> TryAsync(Proposal proposal)
    {
        var call = new TrialCall(proposal);
        Enqueue(call);
        return call.Answer;
    }

    /// <summary>What became of an id; null where it is not known.</summary>
    /// <exception cref="StorageUnavailableException">Nothing can be said now.</exception>
    public Task<Outcome?> FindAsync(EntryId id)
    {
        var call = new ReadCall<Outcome?>(id, [], state => state.Outcome(id));
        Enqueue(call);
        return call.Answer;
    }

    /// <summary>Accounts as they are after everything asked before; those that don't exist are left out.</summary>
    /// <exception cref="StorageUnavailableException">Nothing can be said now.</exception>
    public Task<IReadOnlyList<Account>> AccountsAsync(IReadOnlyList<AccountPath> paths)
    {
        var call = new ReadCall<IReadOnlyList<Account>>(null, paths, state => [.. paths.Select(state.Account).OfType<Account>()]);
        Enqueue(call);
        return call.Answer;
    }

    private void Enqueue(LedgerCall call)
    {
        if (_queue.Count >= options.MaxQueue)
        {
            call.Fail(Reason.QueueFull);
            return;
        }
        _queue.Enqueue(call);
        if (_running) return;
        _running = true;
        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        var batch = new List<LedgerCall>();
        while (_queue.Count > 0)
        {
            batch.Clear();
            while (batch.Count < options.MaxBatch && _queue.TryDequeue(out LedgerCall? call)) batch.Add(call);
            await AnswerAsync(batch);
        }
        _running = false;
    }

    private async Task AnswerAsync(List<LedgerCall> batch)
    {
        try
        {
            int answered = 0;
            while (answered < batch.Count) answered += await StoreAsync(batch[answered..]);
        }
        catch (StorageUnavailableException error)
        {
            log.LogWarning(error, "The journal of {Region} can't be written now.", region);
            Forget();
            batch.ForEach(call => call.Fail(Reason.StoreUnavailable));
        }
        catch (JournalRolledBackException error)
        {
            log.LogCritical(error, "The journal of {Region} must not be written.", region);
            Forget();
            batch.ForEach(call => call.Fail(Reason.JournalRolledBack));
        }
        catch (Exception error) when (batch.Count > 1)
        {
            // One bad proposal must not take the others with it.
            log.LogError(error, "A batch of {Region} failed; its calls are stored one by one.", region);
            Forget();
            foreach (LedgerCall call in batch) await AnswerAsync([call]);
        }
        catch (Exception error)
        {
            // A broken invariant: nobody gets an answer that might be wrong, and the next batch starts from what is stored.
            log.LogError(error, "A call to {Region} failed.", region);
            Forget();
            batch[0].Fail(Reason.InternalError);
        }
    }

    /// <summary>Decides and stores as many calls as fit one batch, and answers them.</summary>
    /// <returns>How many were answered.</returns>
    private async Task<int> StoreAsync(List<LedgerCall> calls)
    {
        for (int attempt = 1; ; attempt++)
        {
            (WorkingState state, LedgerHead head) = await LoadAsync(calls);
            var draft = new BatchDraft(head, state, salts.Next);
            int decided = 0;
            while (decided < calls.Count && draft.Bytes < options.MaxBatchBytes) calls[decided++].Decide(state, draft, LedgerTime.From(clock.Now));
            LedgerAppend append = draft.Finish();

            if (append.IsEmpty || await AppendAsync(append))
            {
                // From here on the batch is durable, and nothing may fail.
                _head = append.After;
                if (!append.IsEmpty) watch?.Stored(append.After);
                calls.GetRange(0, decided).ForEach(call => call.Complete());
                return decided;
            }
            Forget();
            if (attempt == AttemptsAgainstOtherWriters) throw new StorageUnavailableException($"Another writer is at work on the journal of {region}.");
        }
    }

    private async Task<(WorkingState State, LedgerHead Head)> LoadAsync(List<LedgerCall> calls)
    {
        if (_state is { Count: var held } && held > options.MaxHeld) _state = new WorkingState(_head!);
        _head ??= await ReadHeadAsync();
        _state ??= new WorkingState(_head);
        PrefetchKeys missing = _state.Missing(
            calls.Select(call => call.Proposal).OfType<Proposal>(),
            calls.Where(call => call.Id is not null).Select(call => call.Id!.Value),
            calls.SelectMany(call => call.Paths));
        if (!missing.IsEmpty) _state.Load(missing, await store.PrefetchAsync(region, missing, CancellationToken.None));
        return (_state, _head);
    }

    private ValueTask<LedgerHead> ReadHeadAsync()
    {
        ValueTask<LedgerHead> Read() => store.ReadHeadAsync(region, CancellationToken.None);
        return watch is null ? Read() : watch.LoadAsync(region, Read, CancellationToken.None);
    }

    /// <summary>False: the batch is not stored and must be decided again from what is.</summary>
    private async Task<bool> AppendAsync(LedgerAppend append)
    {
        try
        {
            return await store.AppendAsync(append, CancellationToken.None);
        }
        catch (StorageUnavailableException error)
        {
            // Uncertain: the commit may have arrived. Salts make every root another one, so the head tells of a batch with entries. Of one that only
            // remembers it tells nothing: as many by another writer leave the same head. Then the ids do, when it is decided again.
            log.LogWarning(error, "An append to the journal of {Region} is uncertain; its head decides, or its ids.", region);
            Forget();
            return append.Entries.Count > 0 && (await store.ReadHeadAsync(region, CancellationToken.None)).IsAt(append.After);
        }
    }

    private void Forget()
    {
        _head = null;
        _state = null;
    }
}
