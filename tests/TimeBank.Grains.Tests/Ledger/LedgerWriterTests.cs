using Microsoft.Extensions.Logging.Abstractions;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Grains.Tests;

/// <summary>What waits and what is gathered, call by call: nothing here runs beside anything else.</summary>
public sealed class LedgerWriterTests
{
    private static readonly RegionCode Region = RegionCode.Parse("430211");
    private static readonly OpaqueId Elder = OpaqueId.Parse("000000000001");
    private static readonly AccountPath Account = Chart.PersonHours(Elder, HoursOrigin.Issued).Path;

    private readonly FragileStore _store = new() { Gate = new TaskCompletionSource() };
    private readonly LedgerWriter _writer;

    public LedgerWriterTests() => _writer = new LedgerWriter(
        Region, _store, new BusinessClock(TimeProvider.System), new RandomSaltSource(), new LedgerOptions { MaxQueue = 50, MaxBatch = 10 }, NullLogger.Instance);

    [Fact]
    public async Task What_comes_while_a_batch_is_stored_goes_into_the_next_ones()
    {
        Task<Outcome>[] calls = [.. Enumerable.Range(0, 25).Select(at => _writer.SubmitAsync(Issue(at, 10)))];
        // Reads are answered with what was decided before them, and only once that is durable.
        Task<IReadOnlyList<Account>> read = _writer.AccountsAsync([Account]);
        Assert.All(calls, call => Assert.False(call.IsCompleted));

        _store.Gate!.SetResult();
        Outcome[] outcomes = await Task.WhenAll(calls);

        Assert.Equal(Enumerable.Range(0, 25).Select(at => (long)at), outcomes.Select(outcome => outcome.Entry!.Index));
        Assert.Equal(250, Assert.Single(await read).Balance);
        Assert.Equal([1, 10, 10, 4], _store.Batches);
    }

    [Fact]
    public async Task Past_its_bound_the_queue_takes_nobody_and_what_it_refuses_may_come_again()
    {
        // One is being stored, fifty wait.
        Task<Outcome>[] calls = [.. Enumerable.Range(0, 53).Select(at => _writer.SubmitAsync(Issue(at, 1)))];
        Assert.Equal([false, true, true], calls[50..].Select(call => call.IsCompleted));

        _store.Gate!.SetResult();
        Outcome[] outcomes = await Task.WhenAll(calls);

        Assert.All(outcomes[..51], outcome => Assert.Null(outcome.Refusal));
        Assert.All(outcomes[51..], outcome => Assert.Equal(Reason.QueueFull, outcome.Refusal!.Reason));
        Assert.Null((await _writer.SubmitAsync(Issue(52, 1))).Refusal);
    }

    [Fact]
    public async Task Another_writers_refusal_is_not_taken_for_ones_own_whose_answer_was_lost()
    {
        _store.Gate = null;
        var other = new LedgerWriter(Region, _store.Inner, new BusinessClock(TimeProvider.System), new RandomSaltSource(), new LedgerOptions(), NullLogger.Instance);
        int failures = 1;
        _store.IsDown = _ =>
        {
            if (failures-- == 0) return false;
            // As many remembered as the batch that fails: the head is where that one would have left it.
            Assert.NotNull(other.SubmitAsync(Expire(1)).Result.Refusal);
            return true;
        };

        Outcome outcome = await _writer.SubmitAsync(Expire(2));

        Assert.Equal(Reason.InsufficientBalance, outcome.Refusal!.Reason);
        Assert.Equal(2, (await _store.Inner.ReadHeadAsync(Region, default)).Remembered);
        Assert.Equal(outcome.Refusal, (await other.FindAsync(outcome.Id))!.Refusal);
    }

    private static Proposal Issue(int request, long minutes) => HourEntries.Issue(Header(request), Elder, new Minutes(minutes));

    private static Proposal Expire(int request) => HourEntries.Expire(Header(request), Elder, new Minutes(10));

    private static EntryHeader Header(int request) => new(
        EntryId.Of("TEST", new Guid(request, 0, 0, new byte[8])), Digest.Of([1]), "TEST", "", new DateOnly(2026, 10, 1), "", "", EntryHeader.NoDetails);
}
