using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>
/// Whatever happens between a journal, its books and a process's memory of them, no writer decides on outdated accounts.
/// </summary>
public sealed class BookkeeperTests : IDisposable
{
    private const int Never = 1_000_000;
    private readonly TempFolder _folder = new();
    private readonly List<SqliteLedgerStore> _stores = [];

    private SqliteDatabase Database => new(_folder.File("timebank.db"));

    private SqliteLedgerStore Open()
    {
        var store = SqliteLedgerStore.Open(Database, Never);
        _stores.Add(store);
        return store;
    }

    private Finding? Verify() => SqliteVerifier.Verify(Database, default).Finding;

    public void Dispose()
    {
        _stores.ForEach(store => store.Dispose());
        _folder.Dispose();
    }

    /// <summary>
    /// A store like <see cref="SqliteLedgerStore"/> that can lose the answer of a commit, and has a hook where it reads the database.
    /// </summary>
    private sealed class Lossy(SqliteLedgerStore inner, SqliteReaders readers, Bookkeeper keeper) : ILedgerStore
    {
        public bool LoseNext { get; set; }

        public Func<Task>? WhileReading { get; set; }

        public async ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation)
        {
            LedgerHead head = await ((ILedgerReader)inner).ReadHeadAsync(region, cancellation);
            keeper.Loaded(head);
            return head;
        }

        public ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation) =>
            keeper.PrefetchAsync(region, keys, async rest =>
        {
            Prefetched found = await readers.ReadAsync(session => SqlitePrefetch.Read(session, region, rest), cancellation);
            if (WhileReading is { } hook)
            {
                WhileReading = null;
                await hook();
            }
            return found;
        });

        public async ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation)
        {
            await keeper.MakeRoomAsync(append.Before.Region);
            bool stored = await inner.AppendAsync(append, cancellation);
            if (LoseNext)
            {
                LoseNext = false;
                throw new StorageUnavailableException("The answer got lost.");
            }
            if (stored) keeper.Stored(append);
            return stored;
        }
    }

    [Fact]
    public async Task A_tail_that_is_forgotten_while_a_writer_looks_something_up_is_looked_up_again()
    {
        SqliteLedgerStore inner = Open();
        using var readers = new SqliteReaders(Database);
        var keeper = new Bookkeeper(inner, Never);
        var store = new Lossy(inner, readers, keeper);

        var writer = new BatchWriter(store, Tianyuan);
        await writer.WriteAsync(IssueHours("hours", 600), HoldHours("hold 1", 60));
        await keeper.CatchUpAsync(Tianyuan);
        await writer.WriteAsync(HoldHours("hold 2", 540)); // Now 600 of 600 are held; the books know of 60.

        // Do as LedgerWriter does: while batch A is being stored, prefetch and decide batch B on the state that A will leave. Memory has
        // evicted the accounts of the holds.
        LedgerHead head = await store.ReadHeadAsync(Tianyuan, default);
        var state = new WorkingState(head);
        var clock = new LedgerTime(writer.Now.Microseconds + 10_000_000);
        int salt = 100;
        byte[] Salt() => Digest.Of([.. BitConverter.GetBytes(salt++)]).ToArray()[..16];
        async Task<LedgerAppend> DraftAsync(LedgerHead before, Proposal proposal)
        {
            PrefetchKeys missing = state.Missing([proposal], [], []);
            state.Load(missing, await store.PrefetchAsync(Tianyuan, missing, default));
            var draft = new BatchDraft(before, state, Salt);
            Outcome outcome = draft.Add(proposal, clock);
            Assert.Null(outcome.Refusal);
            clock = new LedgerTime(clock.Microseconds + 1_000_000);
            return draft.Finish();
        }

        LedgerAppend a = await DraftAsync(head, Receive("gift", 100));
        bool stored = false;
        store.WhileReading = async () =>
        {
            store.LoseNext = true;
            try
            {
                await store.AppendAsync(a, default);
            }
            catch (StorageUnavailableException)
            {
                stored = (await store.ReadHeadAsync(Tianyuan, default)).IsAt(a.After); // LedgerWriter.AppendAsync
            }
        };
        LedgerAppend b = await DraftAsync(a.After, HourEntries.ReleaseService(Header("release"), Entry("hold 1")));
        Assert.True(stored);
        Assert.True(await store.AppendAsync(b, default));
        // Hold 2 still holds 540 minutes, so 600 are not free.
        PrefetchKeys keys = state.Missing([HoldHours("hold 3", 600)], [], []);
        state.Load(keys, await store.PrefetchAsync(Tianyuan, keys, default));
        Assert.Equal(Reason.InsufficientBalance, new BatchDraft(b.After, state, Salt).Add(HoldHours("hold 3", 600), clock).Refusal!.Reason);
        Assert.Null(Verify());
    }

    [Fact]
    public async Task What_was_lost_while_books_caught_up_is_not_taken_for_booked()
    {
        SqliteLedgerStore inner = Open();
        using var readers = new SqliteReaders(Database);
        await new BatchWriter(inner, Tianyuan).WriteAsync(Receive("gift", 100));
        var books = new Hooked(inner);
        var store = new Lossy(inner, readers, new Bookkeeper(books, Never));
        (LedgerAppend c, _) = await new BatchWriter(inner, Tianyuan).DraftAsync(Allot("c", 100));
        books.AfterProgress = async () =>
        {
            store.LoseNext = true;
            await Assert.ThrowsAsync<StorageUnavailableException>(async () => await store.AppendAsync(c, default));
            Assert.True((await store.ReadHeadAsync(Tianyuan, default)).IsAt(c.After));
        };
        await store.PrefetchAsync(Tianyuan, new PrefetchKeys([], [Chart.FundAvailable(Slug.Parse("other")).Path], []), default);
        Prefetched later = await store.PrefetchAsync(Tianyuan, new PrefetchKeys([], [Chart.FundAvailable(Lottery).Path], []), default);
        Assert.Equal(0, later.Accounts.Single().Balance);
    }

    [Fact]
    public async Task What_the_database_has_lost_is_not_booked_from_memory()
    {
        SqliteLedgerStore here = Open();
        var writer = new BatchWriter(here, Tianyuan);
        await writer.WriteAsync(Receive("gift", 100));
        here.WriterRuns("CREATE TABLE backup AS SELECT * FROM ledger_head");
        await writer.WriteAsync(Receive("lost", 900));
        // As after a failover to a standby without the last commit, or after a restore.
        here.WriterRuns("DELETE FROM outcomes WHERE idx >= 1");
        here.WriterRuns("DELETE FROM entries WHERE idx >= 1");
        here.WriterRuns("DELETE FROM ledger_head");
        here.WriterRuns("INSERT INTO ledger_head SELECT * FROM backup");
        here.WriterRuns("DROP TABLE backup");
        long balance = (await ((ILedgerReader)here).AccountAsync(Tianyuan, Chart.FundAvailable(Lottery).Path, default))!.Balance;
        Assert.Equal(100, balance);
        Assert.Equal(Reason.InsufficientBalance,
            (await new BatchWriter(here, Tianyuan).WriteOneAsync(Allot("all", 1_000))).Refusal!.Reason);
        Assert.Null(Verify());
    }

    [Fact]
    public async Task Accounts_of_an_append_that_was_booked_in_two_parts_leave_the_tail()
    {
        (LedgerAppend append, _) = await new BatchWriter(Open(), Tianyuan).DraftAsync(Receive("one", 1), Receive("two", 1));
        var tail = new UnbookedTail();
        tail.Add(append);
        tail.Booked(1); // Another process read the journal up to its limit.
        tail.Booked(2);
        Assert.Equal(0, tail.Entries);
        Assert.False(tail.TryFind(1, out _));
    }

    [Fact]
    public async Task A_late_answer_of_an_older_writer_brings_nothing_back()
    {
        SqliteLedgerStore store = Open();
        var writer = new BatchWriter(store, Tianyuan);
        (LedgerAppend a, _) = await writer.DraftAsync(Receive("one", 100));
        Assert.True(await store.AppendAsync(a, default));
        (LedgerAppend b, _) = await new BatchWriter(store, Tianyuan) { Now = writer.Now }.DraftAsync(Allot("two", 100));
        var tail = new UnbookedTail();
        tail.EndsAt(b.After); // Another activation goes on from here.
        Assert.True(tail.Complete(tail.Age));
        tail.Add(a); // The answer of the older activation's append comes now.
        Assert.False(tail.IsComplete && tail.TryFind(Chart.FundAvailable(Lottery).Path, out Account? stale) && stale.Balance == 100);
    }

    [Fact]
    public async Task Books_that_end_behind_the_journal_or_are_missing_are_an_outage_and_not_a_guess()
    {
        SqliteLedgerStore here = Open();
        await new BatchWriter(here, Tianyuan).WriteAsync(Receive("gift", 100));
        await ((ILedgerReader)here).TrialBalanceAsync(Tianyuan, default);
        here.WriterRuns("UPDATE books SET size = 2");
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await ((ILedgerReader)here).TrialBalanceAsync(Tianyuan, default));
        here.WriterRuns("DELETE FROM books");
        await Assert.ThrowsAsync<StorageUnavailableException>(
            async () => await new BatchWriter(Open(), Tianyuan).WriteOneAsync(Allot("all", 100)));
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_the_books_stops_nobody_elses_booking()
    {
        SqliteLedgerStore here = Open();
        await new BatchWriter(here, Tianyuan).WriteAsync(Receive("gift", 100));
        var gate = new TaskCompletionSource();
        var keeper = new Bookkeeper(new Hooked(here) { BeforeBooking = () => gate.Task }, Never);
        using var patience = new CancellationTokenSource();

        Task impatient = keeper.CatchUpAsync(Tianyuan, patience.Token).AsTask(), patient = keeper.CatchUpAsync(Tianyuan).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(patient.IsCompleted);
        gate.SetResult();
        await patient;

        Assert.Equal((1, 1), await ((IBooks)here).ProgressAsync(Tianyuan));
    }

    [Fact]
    public async Task Verify_sees_that_the_books_were_deleted()
    {
        SqliteLedgerStore here = Open();
        await new BatchWriter(here, Tianyuan).WriteAsync(Receive("gift", 100));
        await ((ILedgerReader)here).TrialBalanceAsync(Tianyuan, default);
        here.WriterRuns("DELETE FROM transfers");
        here.WriterRuns("DELETE FROM accounts");
        here.WriterRuns("UPDATE books SET size = -1");
        Assert.NotNull(Verify());
    }

    private sealed class Hooked(IBooks inner) : IBooks
    {
        public Func<Task>? AfterProgress { get; set; }

        public async ValueTask<(long Journal, long? Books)> ProgressAsync(RegionCode region)
        {
            (long, long?) progress = await inner.ProgressAsync(region);
            if (AfterProgress is { } hook)
            {
                AfterProgress = null;
                await hook();
            }
            return progress;
        }

        public ValueTask<LedgerHead> BooksHeadAsync(RegionCode region) => inner.BooksHeadAsync(region);

        public ValueTask<IReadOnlyList<StoredEntry>> JournalAsync(RegionCode region, long from, int limit) =>
            inner.JournalAsync(region, from, limit);

        public ValueTask<IReadOnlyList<Account>> BookedAccountsAsync(RegionCode region, IReadOnlyCollection<long> numbers) =>
            inner.BookedAccountsAsync(region, numbers);

        public Func<Task> BeforeBooking { get; init; } = () => Task.CompletedTask;

        public async ValueTask<bool> BookAsync(Bookings bookings)
        {
            await BeforeBooking();
            return await inner.BookAsync(bookings);
        }
    }
}
