using Microsoft.Extensions.Logging;
using TimeBank.Ledger;

namespace TimeBank.Writer;

/// <summary>
/// The writer of a region's journal. Batching is natural: while one batch is being stored the next one is decided on the state that the
/// first will
/// leave, and is sent once that one is durable; when idle an entry is stored at once; there is no timer. Where a batch fails, what was
/// decided on it is
/// thrown away, and all is decided again from what is stored. Calls interleave, but only <see cref="RunAsync"/> touches the working state.
/// Whoever calls it runs one thing at a time: a grain's turns, or a simulator's.
/// </summary>
public sealed class LedgerWriter(RegionCode region, ILedgerStore store, BusinessClock clock, ISaltSource salts, LedgerOptions options,
    ILogger log, IJournalWatch? watch = null)
{
    private const int AttemptsAgainstOtherWriters = 3;

    // After a start or a failure callers come again with ids that are known; then ids are looked up for some batches, and else taken for
    // new.
    private const int LookUpsAfterTrouble = 16;

    private readonly Queue<LedgerCall> _queue = [];
    private List<LedgerCall> _deciding = [];
    private BatchDraft? _draft;
    private SentBatch? _sent;
    private LedgerHead? _head;
    private WorkingState? _state;
    private TaskCompletionSource? _arrival;
    private int _lookUps = LookUpsAfterTrouble;
    private bool _running, _recovering, _doubts;

    /// <summary>Completes once everything that was asked until now is stored and answered.</summary>
    public Task Idle { get; private set; } = Task.CompletedTask;

    /// <summary>Decides a proposal and answers once its outcome is durable.</summary>
    public Task<Outcome> SubmitAsync(Proposal proposal)
    {
        var call = new SubmitCall(proposal);
        Enqueue(call);
        return call.Answer;
    }

    /// <summary>What would become of a proposal after everything asked before; nothing of it is stored.</summary>
    public Task<DryRun> DryRunAsync(Proposal proposal)
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

    /// <summary>Accounts as they are after everything that was answered before; those that don't exist are left out.</summary>
    /// <exception cref="StorageUnavailableException">Nothing can be said now.</exception>
    public Task<IReadOnlyList<Account>> AccountsAsync(IReadOnlyList<AccountPath> paths)
    {
        if (Durable(paths) is { } accounts) return Task.FromResult(accounts);
        var call = new ReadCall<IReadOnlyList<Account>>(null, paths, state => [.. paths.Select(state.Account).OfType<Account>()]);
        Enqueue(call);
        return call.Answer;
    }

    /// <summary>Accounts of which memory has nothing that isn't durable yet; null where that can't be said of all of them.</summary>
    private IReadOnlyList<Account>? Durable(IReadOnlyList<AccountPath> paths)
    {
        if (_state is null || _recovering) return null;
        var accounts = new List<Account>(paths.Count);
        foreach (AccountPath path in paths)
        {
            if (!_state.Holds(path, out Account? account)) return null;
            if (account is null) continue;
            if (_draft?.Touches(account.Number) == true || _sent?.Draft.Touches(account.Number) == true) return null;
            accounts.Add(account);
        }
        return accounts;
    }

    private void Enqueue(LedgerCall call)
    {
        if (_queue.Count >= options.MaxQueue)
        {
            call.Fail(Reason.QueueFull);
            return;
        }
        _queue.Enqueue(call);
        _arrival?.TrySetResult();
        if (_running) return;
        _running = true;
        Idle = RunAsync();
    }

    private async Task RunAsync()
    {
        while (_queue.Count > 0 || _deciding.Count > 0 || _sent is not null)
        {
            try
            {
                if (_queue.Count > 0 && Room > 0)
                {
                    await DecideAsync();
                    // More may have come meanwhile.
                    if (_sent is { Stored.IsCompleted: false }) continue;
                }
                if (_sent is null) Send();
                else if (_queue.Count > 0) await _sent.Stored;
                else await ArrivalAsync(_sent.Stored);
                if (_sent is { Stored.IsCompleted: true }) await LandAsync();
            }
            catch (Exception error)
            {
                _recovering = true;
                await RecoverAsync(error);
                _recovering = false;
            }
        }
        _running = false;
    }

    /// <summary>
    /// How many calls the batch being decided still takes: half of all that wait, so that both halves keep on the way, or all where they
    /// are few.
    /// </summary>
    private int Room
    {
        get
        {
            if (_draft?.Bytes >= options.MaxBatchBytes) return 0;
            int all = (_sent?.Calls.Count ?? 0) + _deciding.Count + _queue.Count;
            return Math.Min(options.MaxBatch, all < 2 * options.MinHalf ? all : (all + 1) / 2) - _deciding.Count;
        }
    }

    /// <summary>Decides what waits, as far as there is room. Calls stay in the queue until it is their turn.</summary>
    private async Task DecideAsync()
    {
        if (_deciding.Count == 0) _state?.Trim(options.MaxHeldAccounts, options.MaxHeldOutcomes, options.MaxHeldIds);
        List<LedgerCall> calls = [.. _queue.Take(Room)];
        (WorkingState state, LedgerHead head) = await LoadAsync(calls, assumesIds: _lookUps == 0);
        _draft ??= new BatchDraft(_sent?.Append.After ?? head, state, salts.Next);
        for (int at = 0; at < calls.Count && _draft.Bytes < options.MaxBatchBytes; at++)
        {
            LedgerCall call = _queue.Dequeue();
            _deciding.Add(call);
            call.Decide(state, _draft, Clock());
        }
    }

    private void Send()
    {
        if (_draft is null) return;
        LedgerAppend append = _draft.Finish();
        _sent = new SentBatch(_deciding, _draft, append, append.IsEmpty ? Task.FromResult(true) : AppendAsync(append));
        (_deciding, _draft) = ([], null);
    }

    private async Task LandAsync()
    {
        SentBatch landed = _sent!;
        if (!await landed.Stored) throw new StorageUnavailableException($"The head of region {region} has moved.");
        _sent = null;
        if (_lookUps > 0) _lookUps--;
        // The database first: it works while the callers get their answers.
        if (_draft is not null) Send();
        Answer(landed.Append, landed.Calls);
    }

    /// <summary>What was sent may or may not be stored; what was decided on it is void. Both are decided again, and more slowly.</summary>
    private async Task RecoverAsync(Exception error)
    {
        // An id that is known after all is no trouble, and looks the same as a bug until it has been looked up.
        if (error is AppendRefusedException) log.LogInformation("The store of {Region} refuses a batch: its ids are looked up.", region);
        else log.LogWarning(error, "What was decided for {Region} is decided again.", region);
        SentBatch? sent = _sent;
        List<LedgerCall> calls = _deciding;
        (_sent, _deciding, _draft) = (null, [], null);
        bool stored = false;
        try
        {
            stored = sent is not null && await sent.Stored;
        }
        catch (Exception failure)
        {
            // It is decided again, by what is stored: whatever it was, the callers still wait.
            if (failure != error) log.LogWarning(failure, "What was sent for {Region} is decided again.", region);
        }
        Forget();
        if (sent is not null && stored) Answer(sent.Append, sent.Calls);
        else if (sent is not null) await AnswerAsync(sent.Calls);
        // At least one call is answered, so that a store that is down isn't asked for ever.
        while (calls.Count < options.MaxBatch && _queue.TryDequeue(out LedgerCall? call)) calls.Add(call);
        if (calls.Count > 0) await AnswerAsync(calls);
    }

    /// <summary>From here on the batch is durable, and nothing may fail.</summary>
    private void Answer(LedgerAppend append, List<LedgerCall> calls)
    {
        if (_state is not null) _head = append.After;
        if (!append.IsEmpty) watch?.Stored(append.After);
        clock.Saw(append.After.Time);
        foreach (LedgerCall call in calls) call.Complete();
    }

    /// <summary>
    /// Waits for a call or for the batch on its way, and then lets everybody in who is at the door: they are decided together.
    /// </summary>
    private async Task ArrivalAsync(Task stored)
    {
        _arrival = new TaskCompletionSource();
        await Task.WhenAny(stored, _arrival.Task);
        _arrival = null;
        if (!stored.IsCompleted) await Task.Yield();
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
            batch.ForEach(call => call.Fail(error.Reason));
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
            (WorkingState state, LedgerHead head) = await LoadAsync(calls, assumesIds: false);
            var draft = new BatchDraft(head, state, salts.Next);
            int decided = 0;
            while (decided < calls.Count && draft.Bytes < options.MaxBatchBytes) calls[decided++].Decide(state, draft, Clock());
            LedgerAppend append = draft.Finish();

            if (append.IsEmpty || await AppendAsync(append))
            {
                Answer(append, calls.GetRange(0, decided));
                return decided;
            }
            Forget();
            if (attempt == AttemptsAgainstOtherWriters) throw new StorageUnavailableException(
                $"Another writer is at work on the journal of {region}.");
        }
    }

    private async Task<(WorkingState State, LedgerHead Head)> LoadAsync(List<LedgerCall> calls, bool assumesIds)
    {
        _head ??= await ReadHeadAsync();
        _state ??= new WorkingState(_head);
        if (assumesIds)
        {
            foreach (LedgerCall call in calls)
            {
                // What is refused for its shape is not stored, and neither is a trial, so nothing would find out that their id is known.
                if (call is SubmitCall { Proposal: { } proposal } && Shape.Check(proposal) is null) _state.Assume(proposal.Header.Id);
            }
        }
        PrefetchKeys missing = _state.Missing(
            calls.Select(call => call.Proposal).OfType<Proposal>(),
            calls.Where(call => call.Id is not null).Select(call => call.Id!.Value),
            calls.SelectMany(call => call.Paths));
        if (!missing.IsEmpty) _state.Load(missing, await store.PrefetchAsync(region, missing, CancellationToken.None));
        return (_state, _head);
    }

    private async ValueTask<LedgerHead> ReadHeadAsync()
    {
        ValueTask<LedgerHead> Read() => store.ReadHeadAsync(region, CancellationToken.None);
        LedgerHead head = await (watch is null ? Read() : watch.LoadAsync(region, Read, CancellationToken.None));
        clock.Saw(head.Time);
        return head;
    }

    /// <summary>The time to date an entry with; null where the clock is doubted.</summary>
    private LedgerTime? Clock()
    {
        DateTimeOffset now = clock.Now;
        string? doubt = clock.Doubt(now);
        // Once, and not for every call that is refused.
        if (doubt is not null && !_doubts) log.LogCritical("CLOCK_DOUBTFUL: region {Region} is not written. {Explanation}", region, doubt);
        _doubts = doubt is not null;
        return doubt is null ? LedgerTime.From(now) : null;
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
            // Uncertain: the commit may have arrived. Salts make every root another one, and the chain knows one refusal from another, so
            // the head tells.
            log.LogWarning(error, "An append to the journal of {Region} is uncertain; its head decides.", region);
            return (await store.ReadHeadAsync(region, CancellationToken.None)).IsAt(append.After);
        }
    }

    private void Forget()
    {
        _head = null;
        _state = null;
        _lookUps = LookUpsAfterTrouble;
    }

    /// <summary>A batch on its way to the store.</summary>
    /// <param name="Stored">False: it isn't, since the head has moved.</param>
    private sealed record SentBatch(List<LedgerCall> Calls, BatchDraft Draft, LedgerAppend Append, Task<bool> Stored);
}

/// <summary>Bounds of a region's writer.</summary>
public sealed class LedgerOptions
{
    /// <summary>Proposals in one batch, and so in one SQL transaction.</summary>
    public int MaxBatch { get; set; } = 512;

    /// <summary>Calls from which on those at hand are parted into two batches: one is decided while the other is being stored.</summary>
    public int MinHalf { get; set; } = 16;

    /// <summary>Bytes of entries in one batch.</summary>
    public int MaxBatchBytes { get; set; } = 1 << 20;

    /// <summary>Calls that may wait; past it callers are refused at once.</summary>
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>
    /// Accounts held in memory, at up to half a kilobyte each; past it the writer forgets those that it hasn't used lately.
    /// </summary>
    public int MaxHeldAccounts { get; set; } = 1_000_000;

    /// <summary>
    /// Outcomes held in memory, and entries, at some kilobytes each; past it the writer forgets those that it hasn't used lately.
    /// </summary>
    public int MaxHeldOutcomes { get; set; } = 4_096;

    /// <summary>Ids held in memory that are known to have an outcome; of older ones the store finds out.</summary>
    public int MaxHeldIds { get; set; } = 100_000;
}
