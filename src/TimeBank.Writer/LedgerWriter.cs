using System.Diagnostics;
using Microsoft.Extensions.Logging;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Writer;

/// <summary>
/// The writer of a region's journal. While the store writes one batch, the writer decides the next one on the state that the first will
/// leave, and sends it once the first is durable. An idle writer stores an entry at once; there is no timer. If a batch fails, the writer
/// discards everything decided on top of it and decides all of it again from what the store has. Calls interleave, but only
/// <see cref="RunAsync"/> touches the working state. Not thread-safe: the owner runs one thing at a time, a grain by its turns, the
/// simulator by its own.
/// </summary>
public sealed class LedgerWriter(RegionCode region, ILedgerStore store, BusinessClock clock, ISaltSource salts, LedgerOptions options,
    ILogger log, IJournalWatch? watch = null)
{
    private const int AttemptsAgainstOtherWriters = 3;

    // After a start or a failure callers retry with ids that are known already: for so many batches the writer looks ids up. Otherwise it
    // takes them for new.
    private const int LookUpsAfterTrouble = 16;

    private readonly WriterFigures _figures = WriterFigures.Of(region);
    private readonly Queue<LedgerCall> _queue = [];
    private List<LedgerCall> _deciding = [];
    private BatchDraft? _draft;
    private SentBatch? _sent;
    private LedgerHead? _head;
    private WorkingState? _state;
    private TaskCompletionSource? _arrival;
    private int _lookUps = LookUpsAfterTrouble;
    private bool _running, _recovering, _doubts;

    /// <summary>Completes once everything asked so far is stored and answered.</summary>
    public Task Idle { get; private set; } = Task.CompletedTask;

    /// <summary>Decides a proposal. Answers once the outcome is durable.</summary>
    public Task<Outcome> SubmitAsync(Proposal proposal)
    {
        var call = new SubmitCall(proposal);
        Enqueue(call);
        return call.Answer;
    }

    /// <summary>The outcome that a proposal would have after everything asked before. Stores nothing.</summary>
    public Task<DryRun> DryRunAsync(Proposal proposal)
    {
        var call = new TrialCall(proposal);
        Enqueue(call);
        return call.Answer;
    }

    /// <summary>The outcome stored under an id; null where the id is unknown.</summary>
    /// <exception cref="StorageUnavailableException">The writer can't tell now.</exception>
    public Task<Outcome?> FindAsync(EntryId id)
    {
        var call = new ReadCall<Outcome?>(id, [], state => state.Outcome(id));
        Enqueue(call);
        return call.Answer;
    }

    /// <summary>Accounts after everything answered before. Accounts that don't exist are left out.</summary>
    /// <exception cref="StorageUnavailableException">The writer can't tell now.</exception>
    public Task<IReadOnlyList<Account>> AccountsAsync(IReadOnlyList<AccountPath> paths)
    {
        if (Durable(paths) is { } accounts) return Task.FromResult(accounts);
        var call = new ReadCall<IReadOnlyList<Account>>(null, paths, state => [.. paths.Select(state.Account).OfType<Account>()]);
        Enqueue(call);
        return call.Answer;
    }

    /// <summary>Reads accounts from memory. Null where memory lacks one, or holds a change of one that is not durable yet.</summary>
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
        _figures.Waiting(_queue.Count);
        _arrival?.TrySetResult();
        if (_running) return;
        _running = true;
        Idle = RunAsync();
    }

    private async Task RunAsync()
    {
        // The loop goes on for other callers: it is no part of the trace of the one who woke it.
        Activity.Current = null;
        while (_queue.Count > 0 || _deciding.Count > 0 || _sent is not null)
        {
            try
            {
                if (_queue.Count > 0 && Room > 0)
                {
                    await DecideAsync();
                    // More calls may have arrived meanwhile.
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
    /// How many more calls the batch being decided takes: half of all waiting calls, so that the store and the writer work at the same
    /// time; all of them where they are few.
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

    /// <summary>Decides waiting calls while there is room. A call stays in the queue until its turn, in case loading fails.</summary>
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
        _figures.Waiting(_queue.Count);
    }

    private void Send()
    {
        if (_draft is null) return;
        LedgerAppend append = _draft.Finish();
        _sent = new SentBatch(_deciding, _draft, append, append.IsEmpty ? Task.FromResult(true) : AppendAsync(append, _deciding));
        (_deciding, _draft) = ([], null);
    }

    private async Task LandAsync()
    {
        SentBatch landed = _sent!;
        if (!await landed.Stored) throw new StorageUnavailableException($"The head of region {region} has moved.");
        _sent = null;
        if (_lookUps > 0) _lookUps--;
        // Send first: the database works while the callers get their answers.
        if (_draft is not null) Send();
        Answer(landed.Append, landed.Calls);
    }

    /// <summary>
    /// The sent batch may or may not be stored, and decisions on top of it are void. Decides both again from the store, one batch at a
    /// time.
    /// </summary>
    private async Task RecoverAsync(Exception error)
    {
        // An id that turns out to be known is no trouble, but it looks like a bug until the writer has looked it up.
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
            // Whatever failed, callers are waiting: decide their calls again from what the store has.
            if (failure != error) log.LogWarning(failure, "What was sent for {Region} is decided again.", region);
        }
        Forget();
        if (sent is not null && stored) Answer(sent.Append, sent.Calls);
        else if (sent is not null) await AnswerAsync(sent.Calls);
        // Answer at least one call, so that the loop ends even while the store is down.
        while (calls.Count < options.MaxBatch && _queue.TryDequeue(out LedgerCall? call)) calls.Add(call);
        _figures.Waiting(_queue.Count);
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

    /// <summary>Waits for a call or for the batch being stored. Then yields once: other calls that are ready join the same batch.</summary>
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
            // One bad proposal must not fail the other calls.
            log.LogError(error, "A batch of {Region} failed; its calls are stored one by one.", region);
            Forget();
            foreach (LedgerCall call in batch) await AnswerAsync([call]);
        }
        catch (Exception error)
        {
            // A broken invariant: fail the call rather than give a wrong answer. The next batch starts from what the store has.
            log.LogError(error, "A call to {Region} failed.", region);
            Forget();
            batch[0].Fail(Reason.InternalError);
        }
    }

    /// <summary>Decides and stores as many calls as one batch takes, and answers them.</summary>
    /// <returns>The number of answered calls.</returns>
    private async Task<int> StoreAsync(List<LedgerCall> calls)
    {
        for (int attempt = 1; ; attempt++)
        {
            (WorkingState state, LedgerHead head) = await LoadAsync(calls, assumesIds: false);
            var draft = new BatchDraft(head, state, salts.Next);
            int decided = 0;
            while (decided < calls.Count && draft.Bytes < options.MaxBatchBytes) calls[decided++].Decide(state, draft, Clock());
            LedgerAppend append = draft.Finish();

            List<LedgerCall> batch = calls.GetRange(0, decided);
            if (append.IsEmpty || await AppendAsync(append, batch))
            {
                Answer(append, batch);
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
                // Neither a refusal for shape, nor one for what has moved, nor a dry run is stored, so the append would not notice that the
                // id is taken: look it up now.
                if (call is SubmitCall { Proposal: { Seen.IsEmpty: true } proposal } && Shape.Check(proposal) is null)
                    _state.Assume(proposal.Header.Id);
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

    /// <summary>The time for the next entry; null where the clock is doubted.</summary>
    private LedgerTime? Clock()
    {
        DateTimeOffset now = clock.Now;
        string? doubt = clock.Doubt(now);
        // Log once, not for every refused call.
        if (doubt is not null && !_doubts) log.LogCritical("CLOCK_DOUBTFUL: region {Region} is not written. {Explanation}", region, doubt);
        _doubts = doubt is not null;
        return doubt is null ? LedgerTime.From(now) : null;
    }

    /// <summary>False: the batch is not stored; decide it again from what the store has.</summary>
    private async Task<bool> AppendAsync(LedgerAppend append, List<LedgerCall> calls)
    {
        try
        {
            return await _figures.MeasureAsync(calls, () => store.AppendAsync(append, CancellationToken.None));
        }
        catch (StorageUnavailableException error)
        {
            // Uncertain: the commit may have arrived. The head tells: salts make every root unique, and the chain tells refusals apart.
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

    /// <summary>A batch that the store is writing.</summary>
    /// <param name="Stored">False: not stored, because the head has moved.</param>
    private sealed record SentBatch(List<LedgerCall> Calls, BatchDraft Draft, LedgerAppend Append, Task<bool> Stored);
}

/// <summary>The limits of a region's writer.</summary>
public sealed class LedgerOptions
{
    /// <summary>The maximum of calls in one batch, and so in one SQL transaction.</summary>
    public int MaxBatch { get; set; } = 512;

    /// <summary>
    /// From twice this many calls on, the writer splits them into two batches: it decides one while the store writes the other.
    /// </summary>
    public int MinHalf { get; set; } = 16;

    /// <summary>The maximum bytes of entries in one batch. The entry that passes it still belongs to the batch.</summary>
    public int MaxBatchBytes { get; set; } = 1 << 20;

    /// <summary>The maximum of waiting calls. Above it the writer refuses callers at once.</summary>
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>
    /// The maximum of accounts in memory, at up to half a kilobyte each. Above it the writer forgets accounts not used lately.
    /// </summary>
    public int MaxHeldAccounts { get; set; } = 1_000_000;

    /// <summary>
    /// The maximum of outcomes, and of entries, in memory, at some kilobytes each. Above it the writer forgets those not used lately.
    /// </summary>
    public int MaxHeldOutcomes { get; set; } = 4_096;

    /// <summary>The maximum of ids in memory that are known to have an outcome. The store finds out about older ones.</summary>
    public int MaxHeldIds { get; set; } = 100_000;
}
