using Microsoft.Extensions.Logging.Abstractions;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// The writer call by call: which calls wait, share a batch, or find their outcome forgotten. As in a grain, one thing runs at a time.
/// </summary>
public sealed class LedgerWriterTests
{
    private static readonly RegionCode Region = RegionCode.Parse("430211");
    private static readonly OpaqueId Elder = OpaqueId.Parse("000000000001");
    private static readonly AccountPath Account = Chart.PersonHours(Elder, HoursOrigin.Issued).Path;

    private readonly FragileStore _store = new() { Gate = new TaskCompletionSource() };
    private readonly LedgerWriter _writer;

    public LedgerWriterTests() => _writer = new LedgerWriter(
        Region, _store, new BusinessClock(TimeProvider.System), new RandomSaltSource(), new LedgerOptions { MaxQueue = 50, MaxBatch = 10 },
            NullLogger.Instance);

    [Fact]
    public Task What_comes_while_a_batch_is_stored_goes_into_the_next_ones() => TurnsAsync(async () =>
    {
        Task<Outcome>[] calls = [.. Enumerable.Range(0, 25).Select(at => _writer.SubmitAsync(Issue(at, 10)))];
        // A read sees everything decided before it, and is answered only once that is durable.
        Task<IReadOnlyList<Account>> read = _writer.AccountsAsync([Account]);
        Assert.All(calls, call => Assert.False(call.IsCompleted));

        _store.Gate!.SetResult();
        Outcome[] outcomes = await Task.WhenAll(calls);

        Assert.Equal(Enumerable.Range(0, 25).Select(at => (long)at), outcomes.Select(outcome => outcome.Entry!.Index));
        Assert.Equal(250, Assert.Single(await read).Balance);
        Assert.Equal([1, 10, 10, 4], _store.Batches);
    });

    [Fact]
    public Task Past_its_bound_the_queue_takes_nobody_and_what_it_refuses_may_come_again() => TurnsAsync(async () =>
    {
        // The store writes one call, fifty wait: the queue's bound.
        Task<Outcome>[] calls = [.. Enumerable.Range(0, 53).Select(at => _writer.SubmitAsync(Issue(at, 1)))];
        Assert.Equal([false, true, true], calls[50..].Select(call => call.IsCompleted));

        _store.Gate!.SetResult();
        Outcome[] outcomes = await Task.WhenAll(calls);

        Assert.All(outcomes[..51], outcome => Assert.Null(outcome.Refusal));
        Assert.All(outcomes[51..], outcome => Assert.Equal(Reason.QueueFull, outcome.Refusal!.Reason));
        Assert.Null((await _writer.SubmitAsync(Issue(52, 1))).Refusal);
    });

    [Fact]
    public Task Another_writers_refusal_is_not_taken_for_ones_own_whose_answer_was_lost() => TurnsAsync(async () =>
    {
        _store.Gate = null;
        var other = new LedgerWriter(Region, _store.Inner, new BusinessClock(TimeProvider.System), new RandomSaltSource(),
            new LedgerOptions(), NullLogger.Instance);
        int failures = 1;
        _store.IsDown = _ =>
        {
            if (failures-- == 0) return false;
            // The other writer's refusal moves the head exactly as the failed batch would have moved it.
            Assert.NotNull(other.SubmitAsync(Expire(1)).Result.Refusal);
            return true;
        };

        Outcome outcome = await _writer.SubmitAsync(Expire(2));

        Assert.Equal(Reason.InsufficientBalance, outcome.Refusal!.Reason);
        Assert.Equal(2, (await _store.Inner.ReadHeadAsync(Region, default)).Remembered.Count);
        Assert.Equal(outcome.Refusal, (await other.FindAsync(outcome.Id))!.Refusal);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task What_is_decided_on_a_batch_that_fails_is_decided_again(bool stored) => TurnsAsync(async () =>
    {
        Task<Outcome> first = _writer.SubmitAsync(Issue(1, 10)), second = _writer.SubmitAsync(Expire(2)),
            third = _writer.SubmitAsync(Expire(3));
        int failures = 1;
        if (stored) _store.LosesAnswer = _ => failures-- > 0;
        else _store.IsDown = _ => failures-- > 0;
        // Let the writer decide the second and third call while the store writes the first.
        await Task.Yield();

        _store.Gate!.SetResult();

        Assert.Equal(0, (await first).Entry!.Index);
        Assert.Equal(1, (await second).Entry!.Index);
        Assert.Equal(Reason.InsufficientBalance, (await third).Refusal!.Reason);
        LedgerHead head = await _store.ReadHeadAsync(Region, default);
        Assert.Equal((2, 1), (head.Size, head.Remembered.Count));
    });

    [Fact]
    public Task What_was_forgotten_is_found_again() => TurnsAsync(async () =>
    {
        _store.Gate = null;
        var writer = new LedgerWriter(
            Region, _store, new BusinessClock(TimeProvider.System), new RandomSaltSource(),
                new LedgerOptions { MaxHeldAccounts = 4, MaxHeldOutcomes = 4, MaxHeldIds = 4 }, NullLogger.Instance);
        Outcome refused = await writer.SubmitAsync(Expire(1));
        Outcome written = await writer.SubmitAsync(Issue(2, 100));
        Outcome hold = await writer.SubmitAsync(
            HourEntries.HoldService(Header(3), Elder, Id(9_000), new HoursSpent(new Minutes(20), Minutes.Zero, Minutes.Zero), null));
        for (int at = 10; at < 60; at++) Assert.Equal(
            at - 8, (await writer.SubmitAsync(HourEntries.Issue(Header(at), Id(at), new Minutes(1)))).Entry!.Index);

        // From now on the writer takes an id for new until the store says that it isn't.
        Assert.Equal((refused.Refusal, true), (await writer.SubmitAsync(Expire(1))) is var again
            ? (again.Refusal, again.Replayed) : default);
        Assert.Equal((written.Entry!.Index, true), (await writer.SubmitAsync(Issue(2, 100))) is var same
            ? (same.Entry!.Index, same.Replayed) : default);
        Assert.Equal(Reason.RequestIdReused,
            (await writer.SubmitAsync(HourEntries.Issue(Header(2) with { RequestDigest = Digest.Of([2]) }, Elder, new Minutes(0))))
            .Refusal!.Reason);
        Assert.Null((await writer.SubmitAsync(HourEntries.ReleaseService(Header(4), hold.Id))).Refusal);
        Assert.Equal(Reason.HoldEnded, (await writer.SubmitAsync(HourEntries.ReleaseService(Header(5), hold.Id))).Refusal!.Reason);
        Assert.Equal(new Counters(0, 0, 0, 100), Assert.Single(await writer.AccountsAsync([Account])).Counters);
        Assert.Equal(53, (await _store.ReadHeadAsync(Region, default)).Size);
    });

    /// <summary>Runs a test one turn at a time, as a grain runs its calls.</summary>
    internal static Task TurnsAsync(Func<Task> test) =>
        Task.Factory.StartNew(test, CancellationToken.None, TaskCreationOptions.None,
            new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();

    private static OpaqueId Id(int number) => OpaqueId.From(new EntryId((UInt128)number));

    private static Proposal Issue(int request, long minutes) => HourEntries.Issue(Header(request), Elder, new Minutes(minutes));

    private static Proposal Expire(int request) => HourEntries.Expire(Header(request), Elder, new Minutes(10));

    private static EntryHeader Header(int request) => new(
        EntryId.Of("TEST", new Guid(request, 0, 0, new byte[8])), Digest.Of([1]), "TEST", "", new DateOnly(2026, 10, 1), "", "",
            EntryHeader.NoDetails);
}
