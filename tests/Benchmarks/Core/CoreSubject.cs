using Microsoft.Extensions.Logging.Abstractions;
using TimeBank.Benchmarks.Measures;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Benchmarks.Core;

/// <summary>Our core: one region's writer over a real store, run as the grain runs it, one turn at a time.</summary>
internal sealed class CoreSubject(string name, Func<ILedgerStore> open, Action close, int people = CoreSubject.People) : ISubject
{
    public const int People = 10_000;

    private readonly TaskScheduler _turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly Workload _workload = new(people, seed: 430211);
    private ILedgerStore? _store;
    private LedgerWriter? _writer;

    public string Name => name;

    public IReadOnlyList<Scene> Scenes => Scene.All;

    public async Task OpenAsync()
    {
        Restart();
        await FundAsync(0, people);
    }

    /// <summary>Starts a new writer with empty memory.</summary>
    public void Restart() => _writer = new LedgerWriter(
        Workload.Region, _store = open(), new BusinessClock(TimeProvider.System), new RandomSaltSource(), new LedgerOptions(),
            NullLogger.Instance);

    public Task<Round> RunAsync(Scene scene, TimeSpan time) =>
        Load.RunAsync(scene.Callers, time, _ => WriteAsync(_workload.Gift(scene.Payees)), _turns);

    public Task FundAsync(int from, int until) => WriteAllAsync(Enumerable.Range(from, until - from).Select(_workload.Fund));

    public Task GiveAsync(long entries) =>
        WriteAllAsync(Enumerable.Range(0, checked((int)entries)).Select(_ => _workload.Gift(Payees.Uniform)));

    /// <summary>Writes one gift, which a new writer can't answer without the store.</summary>
    public Task AskAsync() => Task.Factory.StartNew(() => WriteAsync(_workload.Gift(Payees.Uniform)), CancellationToken.None,
        TaskCreationOptions.None, _turns).Unwrap();

    /// <summary>
    /// Reads a page of a hundred gifts and a page of the hottest account's postings, each down from an entry, as lists and statements do.
    /// </summary>
    public async Task PageAsync(long gift, long posting)
    {
        const int Page = 100;
        var ledger = (ILedgerReader)_store!;
        IReadOnlyList<LinkedEntry> gifts =
            await ledger.EntriesAsync(Workload.Region, new EntryFilter(EntryCode.GiftHours), gift, Page, default);
        IReadOnlyList<StoredTransfer> transfers =
            await ledger.TransfersAsync(Workload.Region, [.. gifts.Select(one => one.Entry.Index)], default);
        Account payee = (await ledger.AccountAsync(Workload.Region, Workload.HotPayee, default))!;
        IReadOnlyList<Posting> postings =
            await ledger.LatestPostingsAsync(Workload.Region, payee.Number, new LedgerTime(0), new LedgerTime(long.MaxValue),
            new PostingCursor(posting, 0), Page, default);
        if (gifts.Count != Page || transfers.Count < Page || postings.Count != Page) throw new InvalidOperationException(
            $"There are {gifts.Count} gifts below {gift}, with {transfers.Count} transfers, "
                + $"and {postings.Count} postings below {posting}.");
    }

    public ValueTask DisposeAsync()
    {
        close();
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes large batches through the same writer.</summary>
    private Task WriteAllAsync(IEnumerable<Proposal> proposals) => Task.Factory.StartNew(
        async () =>
        {
            foreach (Proposal[] chunk in proposals.Chunk(8_192)) await Task.WhenAll(chunk.Select(WriteAsync));
        },
        CancellationToken.None, TaskCreationOptions.None, _turns).Unwrap();

    private async Task WriteAsync(Proposal proposal)
    {
        Outcome outcome = await _writer!.SubmitAsync(proposal);
        if (outcome.Refusal is { } refusal) throw new InvalidOperationException($"The writer refused: {refusal}.");
    }
}
