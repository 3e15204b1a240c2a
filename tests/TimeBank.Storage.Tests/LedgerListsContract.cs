using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>
/// The lists that every store gives to readers of the journal. Each engine runs these tests, which compare lists with plain folds.
/// </summary>
public abstract class LedgerListsContract : IDisposable
{
    private static readonly LedgerTime Begin = new(0), End = LedgerTime.Parse("2100-01-01T00:00:00.000000Z");

    private protected abstract ILedgerStore Store { get; }

    private ILedgerReader Reader => (ILedgerReader)Store;

    [Fact]
    public async Task Accounts_come_by_path_whatever_the_page()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        string[] all = [.. (await Reader.AccountsAsync(Tianyuan, new AccountFilter(), 0, 100, default)).Select(account => account.Path.Text)
            .Order(StringComparer.Ordinal)];

        for (int size = 1; size <= 4; size++)
        {
            List<string> paged = [];
            while (await Reader.AccountsByPathAsync(Tianyuan, new AccountFilter(), paged.LastOrDefault() ?? "", size, default)
                is { Count: > 0 } page)
            {
                Assert.True(page.Count <= size);
                paged.AddRange(page.Select(account => account.Path.Text));
            }
            Assert.Equal(all, paged);
        }
    }

    [Theory]
    [InlineData("", "MIN")]
    [InlineData("person/", "MIN")]
    [InlineData("programme/", "MEAL")]
    [InlineData("programme/", null)]
    [InlineData("programme/", "BATH")]
    public async Task Accounts_by_path_are_filtered(string prefix, string? unit)
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        IEnumerable<Account> all = await Reader.AccountsAsync(Tianyuan, new AccountFilter(), 0, 100, default);

        Assert.Equal(
            all.Where(account => account.Path.Text.StartsWith(prefix, StringComparison.Ordinal)
                && (unit is null || account.Unit.Code == unit)).OrderBy(account => account.Path.Text, StringComparer.Ordinal),
            await Reader.AccountsByPathAsync(Tianyuan, new AccountFilter(prefix, Unit: unit is null ? null : Unit.Parse(unit)), "", 100,
            default));
    }

    [Fact]
    public async Task Entries_come_in_either_order_whatever_the_page()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));

        List<long> up = [], down = [];
        while (await Reader.EarliestEntriesAsync(Tianyuan, new EntryFilter(), up.Count == 0 ? -1 : up[^1], 4, default)
            is { Count: > 0 } page) up.AddRange(page.Select(linked => linked.Entry.Index));
        while (await Reader.EntriesAsync(Tianyuan, new EntryFilter(), down.Count == 0 ? long.MaxValue : down[^1], 4, default)
            is { Count: > 0 } page) down.AddRange(page.Select(linked => linked.Entry.Index));

        Assert.Equal(Enumerable.Range(0, 15).Select(index => (long)index), up);
        Assert.Equal(up.AsEnumerable().Reverse(), down);
    }

    [Fact]
    public async Task Entries_oldest_first_are_filtered_and_tell_what_happened_to_them()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        async Task<(long, long?)[]> ListAsync(EntryFilter filter, long after = -1, int limit = 10) =>
            [.. (await Reader.EarliestEntriesAsync(Tianyuan, filter, after, limit, default))
                .Select(linked => (linked.Entry.Index, linked.ReversedBy ?? linked.EndedBy))];

        var redemptions = new EntryFilter(EntryCode.RedeemVoucher);
        Assert.Equal([(4, null), (5, 7), (6, null)], await ListAsync(redemptions));
        Assert.Equal([(5, 7)], await ListAsync(redemptions, after: 4, limit: 1));
        Assert.Equal([(9, 12), (10, null), (11, 13)], await ListAsync(new EntryFilter(Kind: EntryKind.Hold)));
        LedgerTime fifth = (await Reader.EntryAsync(Tianyuan, 5, default))!.Entry.Time;
        Assert.Equal([(5, 7), (6, null)], await ListAsync(redemptions with { From = fifth }));
        Assert.Equal([(4, null)], await ListAsync(redemptions with { Until = fifth }));
        Assert.Empty(await ListAsync(redemptions with { From = End }));
        Assert.Equal([(4, null), (5, 7), (6, null)], await ListAsync(redemptions with { Until = End }));
    }

    [Fact]
    public async Task Accounts_as_of_any_size_are_folds_of_the_journal_so_far()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        Account[] now = [.. await Reader.AccountsByPathAsync(Tianyuan, new AccountFilter(), "", 100, default)];
        JournalEntry[] entries = [.. (await Reader.EntriesAsync(Tianyuan, 0, 100, default)).Select(stored => stored.Entry)];

        for (int size = 0; size <= entries.Length; size++)
        {
            var counters = now.ToDictionary(account => account.Number, _ => default(Counters));
            foreach (Transfer transfer in entries[..size].SelectMany(entry => entry.Transfers))
            {
                counters[transfer.Debit] = counters[transfer.Debit].Debit(transfer with { Held = 0, Released = 0 });
                counters[transfer.Credit] = counters[transfer.Credit].Credit(transfer with { Held = 0, Released = 0 });
            }
            List<Account> paged = [];
            while (await Reader.AccountsAsOfAsync(Tianyuan, new AccountFilter(), size, paged.LastOrDefault()?.Path.Text ?? "", 3, default)
                is { Count: > 0 } page) paged.AddRange(page);
            Assert.Equal(now.Where(account => account.Opened < size)
                .Select(account => account with { Counters = counters[account.Number] }), paged);
        }
        Assert.Equal(
            now.Where(account => account.Path.Text.StartsWith("person/", StringComparison.Ordinal)).Select(account => account.Path),
            (await Reader.AccountsAsOfAsync(Tianyuan, new AccountFilter("person/"), long.MaxValue, "", 100, default))
            .Select(account => account.Path));
    }

    [Fact]
    public async Task A_time_is_found_as_the_number_of_entries_before_it()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));

        foreach (JournalEntry entry in (await Reader.EntriesAsync(Tianyuan, 0, 100, default)).Select(stored => stored.Entry))
        {
            Assert.Equal(entry.Index, await Reader.IndexAtAsync(Tianyuan, entry.Time, default));
            Assert.Equal(entry.Index + 1, await Reader.IndexAtAsync(Tianyuan, new LedgerTime(entry.Time.Microseconds + 1), default));
        }
        Assert.Equal(0, await Reader.IndexAtAsync(Tianyuan, default, default));
        Assert.Equal(15, await Reader.IndexAtAsync(Tianyuan, End, default));
        Assert.Equal(0, await Reader.IndexAtAsync(Lusong, End, default));
    }

    [Fact]
    public async Task Open_holds_come_by_index_and_ended_ones_do_not()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        async Task<long[]> ListAsync(long after, int limit) =>
            [.. (await Reader.OpenHoldsAsync(Tianyuan, after, limit, default)).Select(hold => hold.Index)];

        Assert.Equal(new long[] { 10 }, await ListAsync(-1, 10));
        await new BatchWriter(Store, Tianyuan).WriteAsync(HoldHours("hold 4", 30), HoldHours("hold 5", 30));
        Assert.Equal(new long[] { 10, 15, 16 }, await ListAsync(-1, 10));
        Assert.Equal(new long[] { 15 }, await ListAsync(10, 1));
        Assert.Empty(await ListAsync(16, 10));
    }

    [Fact]
    public async Task Transfers_name_their_accounts_and_what_those_held_after()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        long[] every = [.. Enumerable.Range(0, 15).Select(index => (long)index)];
        Dictionary<long, AccountPath> paths = (await Reader.AccountsAsync(Tianyuan, new AccountFilter(), 0, 100, default))
            .ToDictionary(account => account.Number, account => account.Path);
        var counters = paths.Keys.ToDictionary(number => number, _ => default(Counters));
        List<StoredTransfer> expected = [];
        foreach (JournalEntry entry in (await Reader.EntriesAsync(Tianyuan, 0, 100, default)).Select(stored => stored.Entry))
        {
            foreach ((int at, Transfer transfer) in entry.Transfers.Index())
            {
                counters[transfer.Debit] = counters[transfer.Debit].Debit(transfer);
                counters[transfer.Credit] = counters[transfer.Credit].Credit(transfer);
                expected.Add(new StoredTransfer(
                    entry.Index, at, paths[transfer.Debit], paths[transfer.Credit], transfer,
                    counters[transfer.Debit] with { DebitsPending = 0, CreditsPending = 0 },
                    counters[transfer.Credit] with { DebitsPending = 0, CreditsPending = 0 }));
            }
        }

        Assert.Equal(expected, await Reader.TransfersAsync(Tianyuan, every, default));
        Assert.Equal(expected.Where(transfer => transfer.Index is 2 or 5), await Reader.TransfersAsync(Tianyuan, [5, 2, 99], default));
        Assert.Empty(await Reader.TransfersAsync(Tianyuan, [], default));
    }

    [Fact]
    public async Task Postings_newest_first_are_the_same_the_other_way_round()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        long account = (await Reader.AccountAsync(Tianyuan, Chart.ProgrammeCommitted(Meals).Path, default))!.Number;
        IReadOnlyList<Posting> all = await Reader.PostingsAsync(Tianyuan, account, Begin, End, PostingCursor.Start, 100, default);

        for (int size = 1; size <= 3; size++)
        {
            List<Posting> paged = [];
            PostingCursor before = PostingCursor.End;
            while (await Reader.LatestPostingsAsync(Tianyuan, account, Begin, End, before, size, default) is { Count: > 0 } page)
            {
                paged.AddRange(page);
                before = page[^1].Cursor;
            }
            Assert.Equal(all.Reverse().Select(posting => (posting.Cursor, posting.IsDebit, posting.After)),
                paged.Select(posting => (posting.Cursor, posting.IsDebit, posting.After)));
        }
        Assert.Equal(
            all.Skip(2).Reverse().Select(posting => posting.Cursor),
            (await Reader.LatestPostingsAsync(Tianyuan, account, all[2].Entry.Time, End, PostingCursor.End, 100, default))
            .Select(posting => posting.Cursor));
    }

    [Fact]
    public async Task Postings_of_a_period_go_on_from_any_cursor_also_from_one_outside_it()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        long account = (await Reader.AccountAsync(Tianyuan, Chart.ProgrammeCommitted(Meals).Path, default))!.Number;
        IReadOnlyList<Posting> all = await Reader.PostingsAsync(Tianyuan, account, Begin, End, PostingCursor.Start, 100, default);
        LedgerTime early = all[2].Entry.Time, late = all[8].Entry.Time;

        foreach ((LedgerTime from, LedgerTime until) in new[] { (Begin, late), (early, late), (early, End) })
        {
            foreach (PostingCursor cursor in all.Select(posting => posting.Cursor).Append(PostingCursor.Start).Append(PostingCursor.End))
            {
                static int Compare(PostingCursor left, PostingCursor right) =>
                    (left.Index, left.Position).CompareTo((right.Index, right.Position));
                PostingCursor[] within =
                    [.. all.Where(posting => posting.Entry.Time >= from && posting.Entry.Time < until).Select(posting => posting.Cursor)];
                Assert.Equal(within.Where(place => Compare(place, cursor) > 0),
                    (await Reader.PostingsAsync(Tianyuan, account, from, until, cursor, 100, default)).Select(posting => posting.Cursor));
                Assert.Equal(within.Where(place => Compare(place, cursor) < 0).Reverse(),
                    (await Reader.LatestPostingsAsync(Tianyuan, account, from, until, cursor, 100, default))
                    .Select(posting => posting.Cursor));
            }
        }
    }

    [Fact]
    public async Task The_trial_balance_adds_up_the_accounts_of_each_class()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        IReadOnlyList<Account> accounts = await Reader.AccountsAsync(Tianyuan, new AccountFilter(), 0, 100, default);

        TrialBalance balance = await Reader.TrialBalanceByClassAsync(Tianyuan, default);

        Assert.Equal((await Store.ReadHeadAsync(Tianyuan, default)).Tree, balance.Head.Tree);
        Assert.Equal(
            [
                "CNY bank/ccb", "CNY fund/lottery/available", "CNY programme/meals/allotted", "CNY programme/meals/committed",
                    "CNY provider/*/payable",
                "MEAL programme/meals/units", "MEAL voucher/*", "MIN hours/issued", "MIN person/*/hours/earned",
                    "MIN person/*/hours/issued",
            ],
            balance.Rows.Select(row => $"{row.Unit.Code} {row.Class}"));
        foreach (ClassTotals row in balance.Rows)
        {
            Account[] of = [.. accounts.Where(account => Chart.ClassOf(account.Path) == row.Class)];
            Assert.Equal(of.Length, row.Accounts);
            Assert.Equal(of.Aggregate(default(CounterTotals), (sum, account) => sum + account.Counters), row.Totals);
        }
    }

    [Fact]
    public async Task Sums_over_accounts_may_be_more_than_a_counter_could_hold()
    {
        const int banks = 5, receipts = 9_300;
        var writer = new BatchWriter(Store, Tianyuan);
        foreach (int[] some in Enumerable.Range(0, receipts).Chunk(1_000))
        {
            Outcome[] outcomes = await writer.WriteAsync([.. some.Select(at =>
                MoneyEntries.Receive(Header($"receipt {at}"), Slug.Parse($"bank-{at % banks}"), Slug.Parse($"fund-{at % banks}"),
                    new Fen(Shape.MaxAmount)))]);
            Assert.All(outcomes, outcome => Assert.Null(outcome.Refusal));
        }
        Int128 sum = (Int128)Shape.MaxAmount * receipts;

        UnitTotals unit = Assert.Single(await Reader.TrialBalanceAsync(Tianyuan, default));
        TrialBalance balance = await Reader.TrialBalanceByClassAsync(Tianyuan, default);
        IReadOnlyList<Flow> flows = await Reader.FlowsAsync(Tianyuan, new AccountFilter("fund/"), byCounter: false, [receipts], default);

        Assert.True(sum > long.MaxValue);
        Assert.Equal(new CounterTotals(0, sum, 0, sum), unit.Totals);
        Assert.Equal(sum, balance.Rows.Aggregate(Int128.Zero, (total, row) => total + row.Totals.DebitsPosted));
        Assert.Equal([new Flow(EntryCode.ReceiveMoney, false, false, Unit.Fen, null, sum, receipts)], flows);
    }

    [Fact]
    public async Task An_unwritten_region_has_an_empty_trial_balance()
    {
        TrialBalance balance = await Reader.TrialBalanceByClassAsync(Tianyuan, default);

        Assert.Empty(balance.Rows);
        Assert.Equal(0, balance.Head.Size);
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Close();
}
