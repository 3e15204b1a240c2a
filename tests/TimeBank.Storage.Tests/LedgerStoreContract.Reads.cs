using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <content>The promises to readers of statements and lists.</content>
public abstract partial class LedgerStoreContract
{
    private static readonly PostingCursor Start = PostingCursor.Start;
    private static readonly LedgerTime Begin = new(0), End = LedgerTime.Parse("2100-01-01T00:00:00.000000Z");

    [Fact]
    public async Task Entries_of_an_event_come_newest_first_with_what_happened_to_them()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        async Task<(long, long?)[]> ListAsync(EntryFilter filter, long before = long.MaxValue, int limit = 10) =>
            [.. (await Reader.EntriesAsync(Tianyuan, filter, before, limit, default))
                .Select(linked => (linked.Entry.Index, linked.ReversedBy ?? linked.EndedBy))];

        var redemptions = new EntryFilter(EntryCode.RedeemVoucher);
        Assert.Equal([(6, null), (5, 7), (4, null)], await ListAsync(redemptions));
        Assert.Equal([(5, 7)], await ListAsync(redemptions, before: 6, limit: 1));
        Assert.Equal([(5, 7)], await ListAsync(redemptions with { Reversed = true }));
        Assert.Equal([(6, null), (4, null)], await ListAsync(redemptions with { Reversed = false }));
        Assert.Equal([(5, 7), (4, null)],
            await ListAsync(
            redemptions with
            {
                Touching = [new AccountFilter(Owner: Provider.Text),
            new AccountFilter(PathPrefix: $"voucher/{Id("v1")}")]
            }));
        Assert.Empty(
            await ListAsync(
            redemptions with { Touching = [new AccountFilter(Owner: Provider.Text), new AccountFilter(PathPrefix: "fund/")] }));
        Assert.Equal([(6, null), (5, 7), (4, null)],
            await ListAsync(redemptions with { Touching = [new AccountFilter(Owner: Elder.Text, Group: Meals.Text)] }));
        LedgerTime fifth = (await Reader.EntryAsync(Tianyuan, 5, default))!.Entry.Time;
        Assert.Equal([(6, null), (5, 7)], await ListAsync(redemptions with { From = fifth }));
        Assert.Equal([(4, null)], await ListAsync(redemptions with { Until = fifth }));
    }

    [Fact]
    public async Task Accounts_with_a_last_day_come_earliest_first()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        async Task<string[]> ListAsync(DateOnly afterDay, string afterPath, int limit = 10) =>
            [.. (await Reader.AccountsByLastDayAsync(Tianyuan, new AccountFilter("voucher/"), afterDay, afterPath, limit, default))
                .Select(account => account.Path.Text)];
        string first = $"voucher/{Id("v2")}", second = $"voucher/{Id("v1")}";

        Assert.Equal([first, second], await ListAsync(DateOnly.MinValue, ""));
        Assert.Equal([first], await ListAsync(DateOnly.MinValue, "", limit: 1));
        Assert.Equal([second], await ListAsync(new DateOnly(2026, 10, 15), first));
        Assert.Empty(await ListAsync(new DateOnly(2026, 10, 31), second));
    }

    /// <summary>A database must not take the day for something else: PostgreSQL has dates that are infinite.</summary>
    [Fact]
    public async Task Accounts_without_a_last_day_are_stored_read_and_paged_after_all_others()
    {
        var writer = new BatchWriter(Store, Tianyuan);
        await LiveADayAsync(writer);
        VoucherTerms never = MealTerms() with { UseBy = VoucherTerms.Never, ClaimBy = VoucherTerms.Never };
        foreach (string name in new[] { "n1", "n2", "n3" })
            Assert.Null((await writer.WriteAsync(VoucherEntries.Issue(Header(name), Id(name), never, 1)))[0].Refusal);

        List<Account> paged = [];
        (DateOnly Day, string Path) after = (DateOnly.MinValue, "");
        // Bounded: a page that comes twice is a failure and no endless loop.
        for (int page = 0; page < 5; page++)
        {
            IReadOnlyList<Account> some = await Reader.AccountsByLastDayAsync(
                Tianyuan, new AccountFilter("voucher/"), after.Day, after.Path, 2, default);
            paged.AddRange(some);
            if (some.Count > 0) after = (some[^1].Terms!.Until!.Value, some[^1].Path.Text);
        }

        string[] last = [.. new[] { "n1", "n2", "n3" }.Select(name => $"voucher/{Id(name)}").Order(StringComparer.Ordinal)];
        Assert.Equal([$"voucher/{Id("v2")}", $"voucher/{Id("v1")}", .. last], paged.Select(account => account.Path.Text));
        Assert.All(paged.Skip(2), account => Assert.Equal((never.UseBy, false), (VoucherTerms.Of(account).UseBy,
            VoucherTerms.Of(account).Expires)));
        Assert.Empty(await Reader.AccountsAsync(
            Tianyuan, new AccountFilter($"voucher/{Id("n1")}", UntilBefore: new DateOnly(9999, 1, 1)), 0, 10, default));
    }

    [Fact]
    public async Task Flows_sum_what_each_event_moved_and_keep_reversals_apart()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        AccountPath units = Chart.ProgrammeUnits(Meals, Unit.Meal).Path;

        var filter = new AccountFilter("voucher/", Group: Meals.Text);
        IReadOnlyList<Flow> vouchers = await Reader.FlowsAsync(Tianyuan, filter, byCounter: false, [100], default);
        Assert.Equal(
            [
                new Flow(EntryCode.RedeemVoucher, false, true, Unit.Meal, null, 3, 3),
                new Flow(EntryCode.IssueVoucher, false, false, Unit.Meal, null, 30, 2),
                new Flow(EntryCode.RedeemVoucher, true, false, Unit.Meal, null, 1, 1),
            ],
            vouchers);
        Assert.Equal((30, 2, 1), (vouchers.NetCredit(EntryCode.IssueVoucher), vouchers.NetDebit(EntryCode.RedeemVoucher),
            vouchers.ReversedDebit(EntryCode.RedeemVoucher)));
        IReadOnlyList<Flow> byCounter = await Reader.FlowsAsync(Tianyuan, filter, byCounter: true, [100], default);
        Assert.Equal(vouchers.Select(flow => flow with { Counter = units }), byCounter);
    }

    [Fact]
    public async Task Flows_are_of_a_moment_and_of_stretches_before_it()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        var vouchers = new AccountFilter("voucher/", Group: Meals.Text);
        IReadOnlyList<Posting>[] legs = await Task.WhenAll((await Reader.AccountsAsync(Tianyuan, vouchers, 0, 10, default))
            .Select(account => Reader.PostingsAsync(Tianyuan, account.Number, Begin, End, Start, 100, default).AsTask()));
        Posting[] all = [.. legs.SelectMany(leg => leg)];

        foreach (long[] sizes in new long[][] { [0], [3], [6], [15], [100], [2, 6, 7], [0, 3, 3, 5, 15], [7, 100] })
        {
            IReadOnlyList<Flow> flows = await Reader.FlowsAsync(Tianyuan, vouchers, byCounter: false, sizes, default);
            foreach ((int stretch, long end) in sizes.Index())
            {
                Posting[] within = [.. all.Where(leg => leg.Entry.Index < end && (stretch == 0 || leg.Entry.Index >= sizes[stretch - 1]))];
                foreach (bool isDebit in new[] { true, false })
                {
                    Flow[] side = [.. flows.Where(flow => flow.Stretch == stretch && flow.IsDebit == isDebit)];
                    Posting[] own = [.. within.Where(leg => leg.IsDebit == isDebit)];
                    Assert.Equal(own.Sum(leg => leg.Amount), side.Sum(flow => (long)flow.Amount));
                    Assert.Equal(own.Length, side.Sum(flow => flow.Legs));
                }
            }
            Assert.All(flows, flow => Assert.InRange(flow.Stretch, 0, sizes.Length - 1));
        }
    }

    [Fact]
    public async Task Turnovers_sum_a_stretch_by_event_and_by_the_classes_of_both_accounts()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));

        IReadOnlyList<Turnover> all = await Reader.TurnoversAsync(Tianyuan, 0, 100, null, default);
        Assert.Equal(
            [
                new Turnover(EntryCode.RedeemVoucher, false, Unit.Meal, "voucher/*", "programme/meals/units", 3, 3),
                new Turnover(EntryCode.RedeemVoucher, true, Unit.Meal, "programme/meals/units", "voucher/*", 1, 1),
            ],
            all.Where(turnover => turnover.Code == EntryCode.RedeemVoucher && turnover.Unit == Unit.Meal));
        Assert.Equal(await Reader.TurnoversAsync(Tianyuan, 0, 100, (new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 1)), default), all);
        Assert.Empty(await Reader.TurnoversAsync(Tianyuan, 0, 100, (new DateOnly(2026, 10, 2), new DateOnly(2026, 10, 31)), default));

        // Stretches add up to the whole, whatever the cuts.
        IReadOnlyList<Turnover> one = await Reader.TurnoversAsync(Tianyuan, 0, 5, null, default),
            other = await Reader.TurnoversAsync(Tianyuan, 5, 100, null, default);
        Assert.Equal(all.Sum(turnover => (long)turnover.Amount), one.Concat(other).Sum(turnover => (long)turnover.Amount));
        Assert.Equal(all.Sum(turnover => turnover.Transfers), one.Concat(other).Sum(turnover => turnover.Transfers));
    }

    [Fact]
    public async Task Due_holds_come_earliest_first_and_without_those_that_ended()
    {
        var writer = new BatchWriter(Store, Tianyuan);
        await writer.WriteAsync(
            IssueHours("hours", 600), HoldHours("third", 10, "2026-10-04T00:00:00.000000Z"),
                HoldHours("first", 10, "2026-10-02T00:00:00.000000Z"),
            HoldHours("second", 10, "2026-10-03T00:00:00.000000Z"), HoldHours("ended", 10, "2026-10-02T00:00:00.000000Z"),
            HoldHours("for ever", 10));
        await writer.WriteAsync(HourEntries.ReleaseService(Header("release"), Entry("ended")));
        async Task<string[]> Due(string at, int limit = 10) =>
            [.. (await Reader.DueHoldsAsync(Tianyuan, LedgerTime.Parse(at), limit, default)).Select(entry => entry.Detail("name"))];
        Assert.Empty(await Due("2026-10-01T23:59:59.999999Z"));
        Assert.Equal(["first"], await Due("2026-10-02T00:00:00.000000Z"));
        Assert.Equal(["first", "second", "third"], await Due("2027-01-01T00:00:00.000000Z"));
        Assert.Equal(["first", "second"], await Due("2027-01-01T00:00:00.000000Z", limit: 2));

        writer.Now = LedgerTime.Parse("2026-10-02T00:00:01.000000Z");
        Assert.Null((await writer.WriteOneAsync(HourEntries.ExpireService(Header("expire"), Entry("first")))).Refusal);
        Assert.Equal(["second", "third"], await Due("2027-01-01T00:00:00.000000Z"));
    }

    [Fact]
    public async Task An_entry_is_found_by_index_and_by_id()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        StoredEntry byIndex = (await Reader.EntryAsync(Tianyuan, 5, default))!,
            byId = (await Reader.EntryAsync(Tianyuan, Entry("meal 2"), default))!;
        Assert.Equal("meal 2", byIndex.Entry.Detail("name"));
        Assert.Equal(byIndex.Bytes, byId.Bytes);
        Assert.Equal(MerkleFrontier.EntryLeaf(byId.Salt, byId.Bytes), byId.Leaf);
        Assert.Null(await Reader.EntryAsync(Tianyuan, Entry("too much"), default));
        Assert.Null(await Reader.EntryAsync(Tianyuan, Entry("never"), default));
    }

    [Fact]
    public async Task Entries_are_paged()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        Assert.Equal([3L, 4L], (await Reader.EntriesAsync(Tianyuan, 3, 2, default)).Select(stored => stored.Entry.Index));
        Assert.Equal([14L], (await Reader.EntriesAsync(Tianyuan, 14, 2, default)).Select(stored => stored.Entry.Index));
    }

    [Fact]
    public async Task Postings_come_in_order_whatever_the_page_and_each_carries_on_from_the_last()
    {
        var writer = new BatchWriter(Store, Tianyuan);
        await LiveADayAsync(writer);
        Account committed = (await Reader.AccountAsync(Tianyuan, Chart.ProgrammeCommitted(Meals).Path, default))!;
        IReadOnlyList<Posting> all = await Reader.PostingsAsync(Tianyuan, committed.Number, Begin, End, Start, 100, default);
        // Two issues, three redemptions of two transfers each, one refund of two transfers.
        Assert.Equal(10, all.Count);
        Counters running = default;
        foreach (Posting posting in all)
        {
            running = posting.IsDebit ? running with { DebitsPosted = running.DebitsPosted + posting.Amount }
                : running with { CreditsPosted = running.CreditsPosted + posting.Amount };
            Assert.Equal(running, posting.After);
        }
        Assert.Equal(committed.Counters, running);
        Assert.Equal(Chart.ProviderPayable(Provider).Path, all[2].CounterAccount);

        for (int size = 1; size <= 4; size++)
        {
            List<Posting> paged = [];
            PostingCursor after = Start;
            while (paged.Count <= all.Count
                && await Reader.PostingsAsync(Tianyuan, committed.Number, Begin, End, after, size, default) is { Count: > 0 } page)
            {
                Assert.True(page.Count <= size);
                paged.AddRange(page);
                after = page[^1].Cursor;
            }
            Assert.Equal(all.Select(Key), paged.Select(Key));
        }
    }

    [Fact]
    public async Task Postings_of_a_period_begin_with_it_and_end_before_the_next()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        Account fund = (await Reader.AccountAsync(Tianyuan, Chart.FundAvailable(Lottery).Path, default))!;
        IReadOnlyList<Posting> all = await Reader.PostingsAsync(Tianyuan, fund.Number, Begin, End, Start, 100, default);
        Assert.Equal([(false, 1_000_000L), (true, 600_000L)], all.Select(posting => (posting.IsDebit, posting.Amount)));
        LedgerTime allotted = all[1].Entry.Time;
        Assert.Equal([600_000L], (await Reader.PostingsAsync(Tianyuan, fund.Number, allotted, End, Start, 100, default))
            .Select(posting => posting.Amount));
        Assert.Equal([1_000_000L], (await Reader.PostingsAsync(Tianyuan, fund.Number, Begin, allotted, Start, 100, default))
            .Select(posting => posting.Amount));
        Assert.Empty(await Reader.PostingsAsync(Tianyuan, fund.Number, End, End, Start, 100, default));
    }

    [Fact]
    public async Task Holds_are_on_no_statement_until_they_are_posted()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        Account elder = (await Reader.AccountAsync(Tianyuan, Chart.PersonHours(Elder, HoursOrigin.Issued).Path, default))!;
        Assert.Equal(
            [("hours", false, 600L), ("render", true, 90L)],
            (await Reader.PostingsAsync(Tianyuan, elder.Number, Begin, End, Start, 100, default))
            .Select(posting => (posting.Entry.Detail("name"), posting.IsDebit, posting.Amount)));
        Assert.Equal(60, elder.Counters.DebitsPending);
    }

    [Fact]
    public async Task Counters_before_a_time_are_those_of_the_last_posting_before_it()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        Account committed = (await Reader.AccountAsync(Tianyuan, Chart.ProgrammeCommitted(Meals).Path, default))!;
        IReadOnlyList<Posting> all = await Reader.PostingsAsync(Tianyuan, committed.Number, Begin, End, Start, 100, default);
        Assert.Equal(default, await Reader.CountersBeforeAsync(Tianyuan, committed.Number, all[0].Entry.Time, default));
        foreach (Posting posting in all)
        {
            Counters expected = all.LastOrDefault(earlier => earlier.Entry.Time < posting.Entry.Time)?.After ?? default;
            Assert.Equal(expected, await Reader.CountersBeforeAsync(Tianyuan, committed.Number, posting.Entry.Time, default));
        }
        Assert.Equal(committed.Counters, await Reader.CountersBeforeAsync(Tianyuan, committed.Number, End, default));
    }

    [Fact]
    public async Task The_last_entry_of_each_account_is_the_one_that_posted_to_it_last()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        IReadOnlyList<Account> accounts = await Reader.AccountsAsync(Tianyuan, new AccountFilter(), 0, 100, default);
        Dictionary<long, long> expected = [];
        foreach (Account account in accounts)
        {
            if (await Reader.LatestPostingsAsync(Tianyuan, account.Number, Begin, End, PostingCursor.End, 1, default)
                is [var posting]) expected[account.Number] = posting.Entry.Index;
        }
        long held = accounts.First(account => account.Counters.DebitsPending > 0).Number;
        IReadOnlyDictionary<long, JournalEntry> last =
            await Reader.LastEntriesAsync(Tianyuan, [.. accounts.Select(account => account.Number), 999], default);
        Assert.Equal(expected.OrderBy(one => one.Key), last.ToDictionary(one => one.Key, one => one.Value.Index).OrderBy(one => one.Key));
        Assert.NotEqual(EntryKind.Hold, last[held].Kind);
        Assert.Empty(await Reader.LastEntriesAsync(Tianyuan, [], default));
        Assert.Empty(await Reader.LastEntriesAsync(Lusong, [accounts[0].Number], default));
    }

    [Fact]
    public async Task Accounts_are_filtered_and_paged_by_number()
    {
        var writer = new BatchWriter(Store, Tianyuan);
        await LiveADayAsync(writer);
        await writer.WriteAsync(
            Entries.Thaw(Header("thaw"), Chart.VoucherPath(Id("v2"))),
                VoucherEntries.Expire(Header("expire v2"), Id("v2"), MealTerms(), 9));
        async Task<string[]> Listed(AccountFilter filter, long after = 0, int limit = 100) =>
            [.. (await Reader.AccountsAsync(Tianyuan, filter, after, limit, default)).Select(account => account.Path.Text)];
        string v1 = $"voucher/{Id("v1")}", v2 = $"voucher/{Id("v2")}", issued = $"person/{Elder}/hours/issued";

        Assert.Equal([v1, v2], await Listed(new AccountFilter(PathPrefix: "voucher/")));
        Assert.Equal([v1, v2, issued], await Listed(new AccountFilter(Owner: Elder.Text)));
        Assert.Equal([v1, v2], await Listed(new AccountFilter(Group: "meals")));
        Assert.Equal([v2], await Listed(new AccountFilter(UntilBefore: new DateOnly(2026, 10, 16))));
        Assert.Empty(await Listed(new AccountFilter(UntilBefore: new DateOnly(2026, 10, 15))));
        Assert.Equal([v1], await Listed(new AccountFilter(Group: "meals", UntilBefore: new DateOnly(2026, 12, 1), NotEmpty: true)));
        Assert.Empty(await Listed(new AccountFilter(PathPrefix: "vouch/")));

        string[] all = await Listed(new AccountFilter());
        List<string> paged = [];
        long after = 0;
        while (paged.Count <= all.Length
            && await Reader.AccountsAsync(Tianyuan, new AccountFilter(), after, 3, default) is { Count: > 0 } page)
        {
            paged.AddRange(page.Select(account => account.Path.Text));
            after = page[^1].Number;
        }
        Assert.Equal(all, paged);
    }

    [Fact]
    public async Task An_account_keeps_its_terms()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        Account voucher = (await Reader.AccountAsync(Tianyuan, Chart.VoucherPath(Id("v1")), default))!;
        Assert.Equal(MealTerms().ToAccountTerms(), voucher.Terms);
        Assert.Null((await Reader.AccountAsync(Tianyuan, Chart.Bank(Bank).Path, default))!.Terms);
    }

    [Fact]
    public async Task The_trial_balance_sums_every_unit_to_zero()
    {
        await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        IReadOnlyList<UnitTotals> totals = await Reader.TrialBalanceAsync(Tianyuan, default);
        Assert.Equal(["CNY", "MEAL", "MIN"], totals.Select(total => total.Unit.Code));
        Assert.All(totals, total => Assert.True(total.Balances));
        Assert.Equal(60, totals[2].Totals.DebitsPending);
    }

    private static (long Index, int Position, bool IsDebit, long Amount, Counters After, AccountPath Counter) Key(Posting posting) =>
        (posting.Entry.Index, posting.Position, posting.IsDebit, posting.Amount, posting.After, posting.CounterAccount);
}
