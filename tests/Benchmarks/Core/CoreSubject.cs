using Microsoft.Extensions.Logging.Abstractions;
using TimeBank.Benchmarks.Measures;
using TimeBank.Grains;
using TimeBank.Ledger;

namespace TimeBank.Benchmarks.Core;

/// <summary>Our core: the writer of one region's journal over a real store, as the grain runs it, one thing at a time.</summary>
internal sealed class CoreSubject(string name, Func<ILedgerStore> open, Action close, int people = CoreSubject.People) : ISubject
{
    public const int People = 10_000;

    private readonly TaskScheduler _turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly Workload _workload = new(people, seed: 430211);
    private LedgerWriter? _writer;

    public string Name => name;

    public IReadOnlyList<Scene> Scenes => Scene.All;

    public async Task OpenAsync()
    {
        Restart();
        await FundAsync(0, people);
    }

    /// <summary>A new writer, which knows nothing yet.</summary>
    public void Restart() => _writer = new LedgerWriter(
        Workload.Region, open(), new BusinessClock(TimeProvider.System), new RandomSaltSource(), new LedgerOptions(), NullLogger.Instance);

    public Task<Round> RunAsync(Scene scene, TimeSpan time) => Load.RunAsync(scene.Callers, time, _ => WriteAsync(_workload.Gift(scene.Payees)), _turns);

    public Task FundAsync(int from, int until) => WriteAllAsync(Enumerable.Range(from, until - from).Select(_workload.Fund));

    public Task GiveAsync(long entries) => WriteAllAsync(Enumerable.Range(0, checked((int)entries)).Select(_ => _workload.Gift(Payees.Uniform)));

    /// <summary>One answer that only the store can give.</summary>
    public Task AskAsync() => Task.Factory.StartNew(() => WriteAsync(_workload.Gift(Payees.Uniform)), CancellationToken.None, TaskCreationOptions.None, _turns).Unwrap();

    public ValueTask DisposeAsync()
    {
        close();
        return ValueTask.CompletedTask;
    }

    /// <summary>Large batches, through the same writer.</summary>
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
