using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>
/// The promises of stores whose books follow their journal: no reader notices the delay, whichever process wrote the journal and whenever
/// the books are written.
/// </summary>
public abstract class LedgerBooksContract : IDisposable
{
    private const int Never = 1_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Never)]
    public async Task Whenever_books_are_written_they_say_what_memory_says(int bookFrom)
    {
        var memory = new MemoryLedgerStore();
        await LiveADayAsync(new BatchWriter(memory, Tianyuan));
        ILedgerStore store = Open(bookFrom);
        await LiveADayAsync(new BatchWriter(store, Tianyuan));
        await AssertSameAsync(memory, (ILedgerReader)store);
    }

    [Fact]
    public async Task Another_process_finishes_books_that_a_crash_left()
    {
        var memory = new MemoryLedgerStore();
        await LiveADayAsync(new BatchWriter(memory, Tianyuan));
        await LiveADayAsync(new BatchWriter(Open(Never), Tianyuan));
        Assert.Equal((15L, (long?)0), await Books().ProgressAsync(Tianyuan));

        ILedgerStore other = Open(Never);
        await AssertSameAsync(memory, (ILedgerReader)other);
        Assert.Equal((15L, (long?)15), await Books().ProgressAsync(Tianyuan));
        Assert.Equal(100, (await new BatchWriter(other, Tianyuan).WriteOneAsync(Receive("more", 100))).Entry!.Transfers[0].Posted);
    }

    [Fact]
    public async Task A_writer_of_another_process_decides_by_all_that_is_in_the_journal()
    {
        await new BatchWriter(Open(Never), Tianyuan).WriteAsync(Receive("gift", 100));
        Assert.Null((await new BatchWriter(Open(Never), Tianyuan).WriteOneAsync(Allot("all of it", 100))).Refusal);
        Assert.Equal(Reason.InsufficientBalance,
            (await new BatchWriter(Open(Never), Tianyuan).WriteOneAsync(Allot("more", 1))).Refusal!.Reason);
    }

    [Fact]
    public async Task A_region_that_goes_to_another_process_and_comes_back_is_not_decided_by_what_was_left_in_memory()
    {
        ILedgerStore here = Open(Never), there = Open(Never);
        await new BatchWriter(here, Tianyuan).WriteAsync(Receive("gift", 100));
        await new BatchWriter(there, Tianyuan).WriteAsync(Allot("there", 70));
        Assert.Equal(Reason.InsufficientBalance, (await new BatchWriter(here, Tianyuan).WriteOneAsync(Allot("here", 31))).Refusal!.Reason);
        Assert.Null((await new BatchWriter(here, Tianyuan).WriteOneAsync(Allot("the rest", 30))).Refusal);
        Assert.Null((await new BatchWriter(there, Tianyuan).WriteOneAsync(Receive("again", 5))).Refusal);
        Assert.Equal(5, (await ((ILedgerReader)here).AccountAsync(Tianyuan, Chart.FundAvailable(Lottery).Path, default))!.Balance);
        Assert.Null(Verify());
    }

    [Fact]
    public async Task A_hold_that_is_not_in_the_books_yet_ends_with_its_accounts()
    {
        ILedgerStore store = Open(Never);
        await new BatchWriter(store, Tianyuan).WriteAsync(IssueHours("hours", 600), HoldHours("hold", 60));
        Assert.Null((await new BatchWriter(store, Tianyuan).WriteOneAsync(HourEntries.ReleaseService(Header("release"), Entry("hold"))))
            .Refusal);
        Account hours = (await ((ILedgerReader)store).AccountAsync(Tianyuan, Chart.PersonHours(Elder, HoursOrigin.Issued).Path, default))!;
        Assert.Equal(new Counters(0, 0, 0, 600), hours.Counters);
    }

    [Fact]
    public async Task Verifying_holds_books_that_lag_behind_against_what_they_have()
    {
        ILedgerStore store = Open(Never);
        var writer = new BatchWriter(store, Tianyuan);
        await LiveADayAsync(writer);
        Assert.Null(Verify());
        await ((ILedgerReader)store).TrialBalanceAsync(Tianyuan, default);
        await writer.WriteAsync(Receive("more", 100));
        Assert.Equal((16L, (long?)15), await Books().ProgressAsync(Tianyuan));
        Assert.Equal(15, await ((ILedgerReader)store).BookedAsync(Tianyuan, default));
        Assert.Null(Verify());
    }

    [Fact]
    public async Task Many_processes_at_once_write_one_journal_and_the_same_books()
    {
        const int Callers = 4, Each = 8;
        ILedgerStore[] stores = [Open(1), Open(3), Open(Never), Open(5)];
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var writer = new BatchWriter(stores[caller], Tianyuan);
            for (int at = 0; at < Each; at++)
            {
                while (await writer.TryWriteAsync(Receive($"{caller}/{at}", 1)) is null) { }
            }
        })));
        foreach (ILedgerStore store in stores)
        {
            Assert.Equal(
                Callers * Each, (await ((ILedgerReader)store).AccountAsync(Tianyuan, Chart.FundAvailable(Lottery).Path, default))!.Balance);
        }
        Assert.Null(Verify());
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the store of one more process on the same database.</summary>
    private protected abstract ILedgerStore Open(int bookFrom);

    private protected abstract IBooks Books();

    private protected abstract Finding? Verify();

    private protected abstract void Close();

    private static async Task AssertSameAsync(MemoryLedgerStore expected, ILedgerReader found)
    {
        IReadOnlyList<Account> accounts = await expected.AccountsAsync(Tianyuan, new AccountFilter(), 0, 100, default);
        Assert.Equal(accounts, await found.AccountsAsync(Tianyuan, new AccountFilter(), 0, 100, default));
        long[] entries = [.. Enumerable.Range(0, 15).Select(index => (long)index)];
        Assert.Equal(await expected.TransfersAsync(Tianyuan, entries, default), await found.TransfersAsync(Tianyuan, entries, default));
        Assert.Equal(await expected.TrialBalanceAsync(Tianyuan, default), await found.TrialBalanceAsync(Tianyuan, default));
        Assert.Equal((await expected.ReadHeadAsync(Tianyuan, default)).Tree,
            (await found.TrialBalanceByClassAsync(Tianyuan, default)).Head.Tree);
    }
}
