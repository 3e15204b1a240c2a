using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>The promises of every store. Each engine runs these tests.</summary>
public abstract partial class LedgerStoreContract : IDisposable
{
    private protected abstract ILedgerStore Store { get; }

    private ILedgerReader Reader => (ILedgerReader)Store;

    [Fact]
    public async Task An_unwritten_region_has_an_empty_head_and_nothing_in_it()
    {
        Assert.True((await Store.ReadHeadAsync(Tianyuan, default)).IsAt(LedgerHead.Empty(Tianyuan)));
        Assert.Empty(await Reader.RegionsAsync(default));
        Assert.Empty(await Reader.EntriesAsync(Tianyuan, 0, 10, default));
        Assert.Empty(await Reader.AccountsAsync(Tianyuan, new AccountFilter(), 0, 10, default));
        Assert.Empty(await Reader.TrialBalanceAsync(Tianyuan, default));
        Assert.Null(await Reader.EntryAsync(Tianyuan, 0, default));
        Assert.Null(await Reader.AccountAsync(Tianyuan, Chart.DonatedPool().Path, default));
    }

    [Fact]
    public async Task The_same_requests_give_the_same_outcomes_bytes_and_root_as_memory()
    {
        var memory = new MemoryLedgerStore();
        List<Outcome> expected = await LiveADayAsync(new BatchWriter(memory, Tianyuan)),
            found = await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        Assert.Equal(expected.Select(Text), found.Select(Text));

        LedgerHead expectedHead = await memory.ReadHeadAsync(Tianyuan, default), head = await Store.ReadHeadAsync(Tianyuan, default);
        Assert.True(head.IsAt(expectedHead));
        Assert.Equal((expectedHead.Time, expectedHead.Accounts), (head.Time, head.Accounts));
        Assert.Equal((15L, 3L), (head.Size, head.Remembered.Count));
        // If this root changes, the stored format has changed, and old journals no longer verify.
        Assert.StartsWith("2cee8224b4162415cf997f1e9d2f5d48d22e1e310", head.Tree.Root.ToString(), StringComparison.Ordinal);

        IReadOnlyList<StoredEntry> expectedEntries = await memory.EntriesAsync(Tianyuan, 0, 100, default),
            entries = await Reader.EntriesAsync(Tianyuan, 0, 100, default);
        Assert.Equal(expectedEntries.Select(entry => (Convert.ToHexString(entry.Bytes), Convert.ToHexString(entry.Salt), entry.Leaf)),
            entries.Select(entry => (Convert.ToHexString(entry.Bytes), Convert.ToHexString(entry.Salt), entry.Leaf)));
        Assert.Equal(await memory.AccountsAsync(Tianyuan, new AccountFilter(), 0, 100, default),
            await Reader.AccountsAsync(Tianyuan, new AccountFilter(), 0, 100, default));
        Assert.Equal(await memory.TrialBalanceAsync(Tianyuan, default), await Reader.TrialBalanceAsync(Tianyuan, default));
        Assert.Equal([Tianyuan], await Reader.RegionsAsync(default));
    }

    [Fact]
    public async Task A_day_decides_as_the_rules_say()
    {
        List<Outcome> outcomes = await LiveADayAsync(new BatchWriter(Store, Tianyuan));
        Assert.Equal(
            [(7, Reason.InsufficientBalance, "account=fund/lottery/available;available=400000;needed=500000;unit=CNY"),
                (17, Reason.AccountFrozen, $"account=voucher/{Id("v2")}")],
            outcomes.Index().Where(outcome => outcome.Item.Refusal is not null)
            .Select(outcome => (outcome.Index, outcome.Item.Refusal!.Reason, outcome.Item.Refusal.Detail)));
    }

    [Fact]
    public async Task Every_outcome_is_given_again_to_a_writer_that_knows_nothing()
    {
        var writer = new BatchWriter(Store, Tianyuan);
        await LiveADayAsync(writer);
        LedgerHead head = await Store.ReadHeadAsync(Tianyuan, default);

        writer.Forget();
        Outcome[] again = await writer.WriteAsync(Receive("gift", 1_000_000), Allot("too much", 500_000), Entries.Note(Header("note")),
            RedeemMeal("meal 1", "v1"));
        Assert.All(again, outcome => Assert.True(outcome.Replayed));
        Assert.Equal([0L, null, null, 4L], again.Select(outcome => outcome.Entry?.Index));
        Assert.Equal(new Refusal(Reason.InsufficientBalance, "account=fund/lottery/available;available=400000;needed=500000;unit=CNY"),
            again[1].Refusal);
        Assert.Null(again[2].Refusal);
        Assert.True(head.IsAt(await Store.ReadHeadAsync(Tianyuan, default)));
    }

    [Theory]
    [InlineData("gift")]
    [InlineData("too much")]
    [InlineData("note")]
    public async Task An_id_with_another_command_is_a_conflict(string name)
    {
        var writer = new BatchWriter(Store, Tianyuan);
        await LiveADayAsync(writer);
        writer.Forget();
        Outcome outcome = await writer.WriteOneAsync(MoneyEntries.Receive(Header(name, "other"), Bank, Lottery, new Fen(1)));
        Assert.Equal(Reason.RequestIdReused, outcome.Refusal!.Reason);
    }

    [Fact]
    public async Task Of_two_writers_one_loses_and_goes_on_after_reading_again()
    {
        BatchWriter first = new(Store, Tianyuan), second = new(Store, Tianyuan);
        await first.WriteAsync(Receive("a", 100));
        await second.WriteAsync(Receive("b", 100));
        Assert.Null(await first.TryWriteAsync(Receive("c", 100)));
        Assert.Null(await Reader.EntryAsync(Tianyuan, Entry("c"), default));
        Assert.Equal(2, (await first.WriteOneAsync(Receive("c", 100))).Entry!.Index);
    }

    [Fact]
    public async Task Two_first_writers_do_not_both_win()
    {
        BatchWriter first = new(Store, Tianyuan), second = new(Store, Tianyuan);
        (LedgerAppend one, _) = await first.DraftAsync(Receive("a", 100));
        (LedgerAppend other, _) = await second.DraftAsync(Receive("b", 100));
        Assert.True(await Store.AppendAsync(one, default));
        Assert.False(await Store.AppendAsync(other, default));
        Assert.Single(await Reader.EntriesAsync(Tianyuan, 0, 10, default));
    }

    [Fact]
    public async Task A_writer_overtaken_between_its_head_and_its_prefetch_loses()
    {
        BatchWriter first = new(Store, Tianyuan), second = new(Store, Tianyuan);
        await second.DraftAsync();
        await first.WriteAsync(Receive("a", 100));
        Assert.Null(await second.TryWriteAsync(Receive("b", 100)));
        Assert.Equal(1, (await second.WriteOneAsync(Receive("b", 100))).Entry!.Index);
    }

    [Fact]
    public async Task A_head_of_the_same_size_with_another_root_is_another_head()
    {
        BatchWriter here = new(Store, Tianyuan), elsewhere = new(new MemoryLedgerStore(), Tianyuan);
        await here.WriteAsync(Receive("a", 100));
        await elsewhere.WriteAsync(Receive("b", 100));
        (LedgerAppend foreign, _) = await elsewhere.DraftAsync(Receive("c", 100));
        Assert.False(await Store.AppendAsync(foreign, default));
        Assert.Equal(1, (await Store.ReadHeadAsync(Tianyuan, default)).Size);
    }

    [Fact]
    public async Task A_batch_of_refusals_alone_moves_the_head_so_that_another_writer_sees_it()
    {
        BatchWriter first = new(Store, Tianyuan), second = new(Store, Tianyuan);
        await first.WriteAsync(Receive("seed", 1));
        (LedgerAppend funded, _) = await second.DraftAsync(Receive("gift", 100), Allot("allot", 101));
        Assert.Equal(Reason.InsufficientBalance, (await first.WriteOneAsync(Allot("allot", 101))).Refusal!.Reason);
        Assert.False(await Store.AppendAsync(funded, default));
        second.Forget();
        Assert.Equal(Reason.InsufficientBalance, (await second.WriteAsync(Receive("gift", 100), Allot("allot", 101)))[1].Refusal!.Reason);
    }

    [Fact]
    public async Task Many_writers_at_once_keep_one_dense_journal()
    {
        const int Callers = 8, Each = 5;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var writer = new BatchWriter(Store, Tianyuan);
            for (int at = 0; at < Each; at++)
            {
                while (await writer.TryWriteAsync(Receive($"{caller}/{at}", 1)) is null) { }
            }
        })));
        LedgerHead head = await Store.ReadHeadAsync(Tianyuan, default);
        Assert.Equal(Callers * Each, head.Size);
        Assert.Equal(Callers * Each, (await Reader.AccountAsync(Tianyuan, Chart.FundAvailable(Lottery).Path, default))!.Balance);
    }

    [Fact]
    public async Task Regions_do_not_see_each_other()
    {
        await new BatchWriter(Store, Tianyuan).WriteAsync(Receive("a", 100));
        Outcome outcome = await new BatchWriter(Store, Lusong).WriteOneAsync(Receive("a", 50));
        Assert.False(outcome.Replayed);
        Assert.Equal(0, outcome.Entry!.Index);
        Assert.Equal([Lusong, Tianyuan], await Reader.RegionsAsync(default));
        Assert.Equal(100, (await Reader.AccountAsync(Tianyuan, Chart.FundAvailable(Lottery).Path, default))!.Balance);
    }

    [Fact]
    public async Task A_hold_ends_once_also_for_a_writer_that_knows_nothing()
    {
        var writer = new BatchWriter(Store, Tianyuan);
        await LiveADayAsync(writer);
        writer.Forget();
        Outcome[] outcomes = await writer.WriteAsync(Render("again", "hold 1", 120, 30),
            HourEntries.ReleaseService(Header("void again"), Entry("hold 3")), Render("late", "hold 2", 60, 60));
        Assert.Equal([Reason.HoldEnded, Reason.HoldEnded, null], outcomes.Select(outcome => outcome.Refusal?.Reason));
        Account elder = (await Reader.AccountAsync(Tianyuan, Chart.PersonHours(Elder, HoursOrigin.Issued).Path, default))!;
        Assert.Equal(new Counters(0, 150, 0, 600), elder.Counters);
    }

    [Fact]
    public async Task An_entry_is_reversed_once_also_for_a_writer_that_knows_nothing()
    {
        var writer = new BatchWriter(Store, Tianyuan);
        await LiveADayAsync(writer);
        writer.Forget();
        Outcome[] outcomes = await writer.WriteAsync(
            VoucherEntries.Refund(Header("refund again"), Entry("meal 2")), VoucherEntries.Refund(Header("refund 1"), Entry("meal 1")),
                VoucherEntries.Refund(Header("refund nothing"), Entry("nothing")));
        Assert.Equal([Reason.EntryAlreadyReversed, null, Reason.EntryNotFound], outcomes.Select(outcome => outcome.Refusal?.Reason));
    }

    [Theory]
    [InlineData("negative counter")]
    [InlineData("overdrawn")]
    [InlineData("closed with money")]
    [InlineData("id there already")]
    [InlineData("id remembered already")]
    [InlineData("unknown account changed")]
    [InlineData("index skipped")]
    [InlineData("time not later")]
    [InlineData("hold ended twice")]
    [InlineData("ends what is no hold")]
    [InlineData("reversed twice")]
    [InlineData("head too far")]
    [InlineData("refusals unsealed")]
    [InlineData("other refusals sealed")]
    [InlineData("sealed refusals kept")]
    public async Task The_store_refuses_a_batch_that_the_rules_would_not_have_made(string forgery)
    {
        var writer = new BatchWriter(Store, Tianyuan);
        await LiveADayAsync(writer);
        LedgerHead head = await Store.ReadHeadAsync(Tianyuan, default);
        Account fund = (await Reader.AccountAsync(Tianyuan, Chart.FundAvailable(Lottery).Path, default))!;
        (LedgerAppend sound, _) = await writer.DraftAsync(Receive("more", 100));

        LedgerAppend forged = forgery switch
        {
            "negative counter" => sound with { Changed = [fund with { Counters = fund.Counters with { DebitsPending = -1 } }] },
            "overdrawn" => sound with { Changed = [fund with { Counters = fund.Counters with { DebitsPosted = 1_000_001 } }] },
            "closed with money" => sound with { Changed = [fund with { Flags = fund.Flags | AccountFlags.Closed }] },
            "id there already" => Rewrite(sound, entry => entry with { Header = Header("gift") }),
            "id remembered already" => Rewrite(sound, entry => entry with { Header = Header("too much") }),
            "unknown account changed" => sound with { Changed = [fund with { Number = 1_000 }] },
            "index skipped" => Rewrite(sound, entry => entry with { Index = entry.Index + 1 }),
            "time not later" => Rewrite(sound, entry => entry with { Time = head.Time }, sound.After with { Time = head.Time }),
            "hold ended twice" => Rewrite(sound, entry => entry with { Kind = EntryKind.VoidHold, Of = IndexOf("hold 1") }),
            "ends what is no hold" => Rewrite(sound, entry => entry with { Kind = EntryKind.VoidHold, Of = 0L }),
            "reversed twice" => Rewrite(sound, entry => entry with { Kind = EntryKind.Reverse, Of = IndexOf("meal 2") }),
            "head too far" => sound with { After = sound.After with { Accounts = sound.After.Accounts + 1 } },
            "refusals unsealed" => Rewrite(sound, entry => entry with { Seals = null }),
            "other refusals sealed" => Rewrite(sound, entry => entry with { Seals = entry.Seals! with { Chain = Digest.Of([1]) } }),
            "sealed refusals kept" => sound with { After = sound.After with { Remembered = head.Remembered } },
            _ => throw new ArgumentOutOfRangeException(nameof(forgery)),
        };
        await Assert.ThrowsAsync<AppendRefusedException>(async () => await Store.AppendAsync(forged, default));
        Assert.True(head.IsAt(await Store.ReadHeadAsync(Tianyuan, default)));
        Assert.Null(await Reader.EntryAsync(Tianyuan, head.Size, default));
        Assert.Equal(fund, await Reader.AccountAsync(Tianyuan, fund.Path, default));

        // The store goes on after a refusal.
        Assert.True(await Store.AppendAsync(sound, default));

        long IndexOf(string name) => Reader.EntryAsync(Tianyuan, Entry(name), default).AsTask().Result!.Entry.Index;
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Close();

    private static LedgerAppend Rewrite(LedgerAppend append, Func<JournalEntry, JournalEntry> forge, LedgerHead? after = null)
    {
        AppendedEntry appended = append.Entries[0];
        JournalEntry entry = forge(appended.Entry);
        return append with { Entries = [appended with { Entry = entry, Bytes = EntryCodec.Encode(entry) }], After = after ?? append.After };
    }

    private static string Text(Outcome outcome) =>
        $"{outcome.Id} {outcome.RequestDigest} {outcome.Refusal} "
            + $"{(outcome.Entry is null ? "" : Convert.ToHexString(EntryCodec.Encode(outcome.Entry)))} {outcome.Replayed}";
}
