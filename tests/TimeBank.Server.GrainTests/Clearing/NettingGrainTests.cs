using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>Nettings between the five districts of Zhuzhou (430200): what they post, once, and how they go on after a fault.</summary>
public sealed class NettingGrainTests : DistrictTests
{
    private const string Hetang = "430202", Shifeng = "430204", Lukou = "430212", Zhuzhou = "430200", Hunan = "430000";

    private static readonly string[] Districts = [Hetang, Lusong, Shifeng, Tianyuan, Lukou];

    private INettingGrain October => Netting("2026-10");

    [Fact]
    public async Task A_ring_nets_to_nothing()
    {
        foreach ((string from, string to) in Districts.Zip([.. Districts[1..], Districts[0]])) await MoveAsync(from, to, 90);
        Here.MoveTo(new DateOnly(2026, 11, 2));

        NettingRecord proposed = Value(await October.ProposeAsync(Here.Command("MAKER")));
        Assert.Empty(proposed.Settlements);
        Assert.All(proposed.Books, books => Assert.Equal((90, 90, 0), (books.OwesMinutes, books.OwedMinutes, books.FromSize)));
        NettingRecord posted = Value(await October.ApproveAsync(Here.Command("CHECKER")));

        Assert.Equal((NettingState.Posted, "MAKER", "CHECKER"), (posted.State, posted.ProposedBy, posted.ApprovedBy));
        await NettedAsync(posted);
        foreach (string region in Districts) Assert.Equal(0, await SettledAsync(region));
    }

    [Fact]
    public async Task A_chain_ends_in_one_settlement_and_hours_in_flight_wait_for_the_next_netting()
    {
        foreach ((string from, string to) in Districts.Zip(Districts[1..])) await MoveAsync(from, to, 60);
        await LeaveAsync(Hetang, Lusong, 25, "late");
        Here.MoveTo(new DateOnly(2026, 11, 2));
        // What comes after the month's end counts in the next one.
        await ArriveAsync(Hetang, Lusong, 25, "late");
        await MoveAsync(Lusong, Hetang, 5);

        NettingRecord october = await NetAsync("2026-10");

        Assert.Equal([new NettedSettlement(Hetang, Lukou, 60)], october.Settlements);
        Assert.Equal((85, 60, 25), (october.Pairs[0].LeftMinutes, october.Pairs[0].ArrivedMinutes, october.Pairs[0].ToPair().InFlight));
        Assert.Equal(
            [(60, 0), (60, 60), (60, 60), (60, 60), (0, 60)],
            Districts.Select(region => october.Books.Single(books => books.Region == region))
                .Select(books => (books.OwesMinutes, books.OwedMinutes)));
        Assert.Equal((60, -60), (await SettledAsync(Hetang), await SettledAsync(Lukou)));
        // They pay each other although no hours went from one to the other.
        Assert.Contains(
            new ClearingPosition(RegionCode.Parse(Lukou), 0, 0, 60), await Here.Grains.GetGrain<IClearingGrain>(Hetang).PositionsAsync());
        Assert.Equal((25, 5), await PositionAsync(Hetang, Lusong));
        Here.MoveTo(new DateOnly(2026, 12, 1));

        NettingRecord november = await NetAsync("2026-11");

        Assert.Equal([new NettedSettlement(Hetang, Lusong, 20)], november.Settlements);
        Assert.Equal(october.Books.Select(books => (books.Region, books.ToSize)), november.Books
            .Select(books => (books.Region, books.FromSize)));
        Assert.Equal((0, 0), await PositionAsync(Hetang, Lusong));
        Assert.Equal((80, -60, -20), (await SettledAsync(Hetang), await SettledAsync(Lukou), await SettledAsync(Lusong)));
        Assert.Equal(0, (await NetAsync("2026-11", Hunan)).Books.Sum(books => books.OwesMinutes));
    }

    [Fact]
    public async Task A_region_that_refuses_its_entry_gets_it_later_and_the_others_keep_theirs()
    {
        await ChainAsync();
        AccountPath account = Chart.ClearingDueTo(RegionCode.Parse(Tianyuan)).Path;
        Assert.Null((await Here.Ledger(Shifeng).SubmitAsync(Entries.Freeze(Header("freeze"), account))).Refusal);
        Value(await October.ProposeAsync(Here.Command("MAKER")));
        Command approve = Here.Command("CHECKER");

        Assert.Equal(Reason.AccountFrozen, (await October.ApproveAsync(approve)).Reason);

        Assert.Equal(Reason.AccountFrozen, (await October.ApproveAsync(approve)).Reason);
        NettingRecord stopped = (await October.GetAsync())!;
        Assert.Equal(NettingState.Approved, stopped.State);
        Assert.Equal([true, true, false, false, false], stopped.Books.Select(books => books.Entry is not null));
        Assert.Equal(Reason.NettingWrongState, (await October.WithdrawAsync(Here.Command("MAKER"))).Reason);
        Assert.Equal(Reason.MakerIsChecker, (await October.ApproveAsync(Here.Command("MAKER"))).Reason);
        Assert.Equal(Reason.NettingOpen, (await Netting("2026-09").ProposeAsync(Here.Command("MAKER"))).Reason);
        Assert.Null((await Here.Ledger(Shifeng).SubmitAsync(Entries.Thaw(Header("thaw"), account))).Refusal);
        NettingRecord posted = Value(await October.ApproveAsync(Here.Command("OTHER")));
        Assert.Equal("CHECKER", posted.ApprovedBy);
        await NettedAsync(posted);
        Assert.Equal(NettingState.Posted, Value(await October.ApproveAsync(approve)).State);
        await NettedAsync(posted);
    }

    /// <summary>The state is written once for the approval, once after each of five entries, and once at the end.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public async Task A_crash_between_two_entries_loses_and_doubles_nothing(int after, bool retries)
    {
        await ChainAsync();
        Value(await October.ProposeAsync(Here.Command("MAKER")));
        Command approve = Here.Command("CHECKER");
        Here.States.FailNext(NettingGrainState.Kind, after);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => October.ApproveAsync(approve));

        // Whoever comes next finishes: the same command again, or the netting that wants the desk.
        if (retries) Value(await October.ApproveAsync(approve));
        else Value(await Netting("2026-09").ProposeAsync(Here.Command("MAKER")));

        NettingRecord posted = (await October.GetAsync())!;
        Assert.Equal(NettingState.Posted, posted.State);
        await NettedAsync(posted);
    }

    [Fact]
    public async Task One_netting_at_a_time_is_open_in_a_province()
    {
        await ChainAsync();
        INettingGrain hunan = Netting("2026-10", Hunan);
        Here.States.FailNext(NettingGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => hunan.ProposeAsync(Here.Command("MAKER")));

        // The province's desk was taken, and nothing came of it.
        Command propose = Here.Command("MAKER");
        NettingRecord first = Value(await October.ProposeAsync(propose));
        Assert.Equal(Reason.NettingOpen, (await hunan.ProposeAsync(Here.Command("MAKER"))).Reason);
        Assert.Equal(Reason.NettingOpen, (await hunan.ProposeAsync(Here.Command("MAKER") with { IsDryRun = true })).Reason);
        Assert.Equal(Reason.NettingWrongState, (await October.ProposeAsync(Here.Command("MAKER"))).Reason);
        Assert.Equal(first.ProposedAt, Value(await October.ProposeAsync(propose)).ProposedAt);
        Assert.Equal(NettingState.Withdrawn, Value(await October.WithdrawAsync(Here.Command("MAKER"))).State);

        Value(await hunan.ProposeAsync(Here.Command("MAKER")));
        Assert.Equal(Reason.NettingOpen, (await October.ProposeAsync(Here.Command("MAKER"))).Reason);
        await NettedAsync(Value(await hunan.ApproveAsync(Here.Command("CHECKER"))));
        Assert.Empty((await NetAsync("2026-10")).Pairs);
    }

    [Fact]
    public async Task A_dry_run_shows_the_statement_and_writes_nothing()
    {
        await ChainAsync();
        string before = await Here.EverythingAsync();
        Command propose = Here.Command("MAKER") with { IsDryRun = true };

        NettingRecord shown = Value(await October.ProposeAsync(propose));

        Assert.Equal([new NettedSettlement(Hetang, Lukou, 60)], shown.Settlements);
        Assert.Null(await October.GetAsync());
        Assert.Equal(before, await Here.EverythingAsync());
        Value(await October.ProposeAsync(propose with { IsDryRun = false }));
        before = await Here.EverythingAsync();
        Command approve = Here.Command("CHECKER") with { IsDryRun = true };
        Assert.Equal(NettingState.Posted, Value(await October.ApproveAsync(approve)).State);
        Assert.Equal(before, await Here.EverythingAsync());
        Assert.Equal(NettingState.Proposed, (await October.GetAsync())!.State);
        await NettedAsync(Value(await October.ApproveAsync(approve with { IsDryRun = false })));
    }

    [Fact]
    public async Task A_month_that_is_not_over_and_a_netting_that_nobody_proposed_are_refused()
    {
        await MoveAsync(Hetang, Lusong, 60);
        Assert.Equal(Reason.NettingMonthNotOver, (await October.ProposeAsync(Here.Command("MAKER"))).Reason);
        Assert.Equal(Reason.NettingNotFound, (await October.ApproveAsync(Here.Command("CHECKER"))).Reason);
        Assert.Equal(Reason.NettingNotFound, (await October.WithdrawAsync(Here.Command("MAKER"))).Reason);
        Assert.Null(await October.GetAsync());
    }

    private INettingGrain Netting(string month, string region = Zhuzhou) => Here.Grains.GetGrain<INettingGrain>($"{region}/{month}");

    private async Task<NettingRecord> NetAsync(string month, string region = Zhuzhou)
    {
        Value(await Netting(month, region).ProposeAsync(Here.Command("MAKER")));
        return Value(await Netting(month, region).ApproveAsync(Here.Command("CHECKER")));
    }

    /// <summary>Sixty minutes go from each district to the next one, in October, which then is over.</summary>
    private async Task ChainAsync()
    {
        foreach ((string from, string to) in Districts.Zip(Districts[1..])) await MoveAsync(from, to, 60);
        Here.MoveTo(new DateOnly(2026, 11, 2));
    }

    private async Task MoveAsync(string from, string to, long minutes)
    {
        string name = $"{Here.Command().RequestId}";
        await LeaveAsync(from, to, minutes, name);
        await ArriveAsync(from, to, minutes, name);
    }

    /// <summary>Hours leave a volunteer, who got them from a region outside of Hunan.</summary>
    private async Task LeaveAsync(string from, string to, long minutes, string name)
    {
        OpaqueId giver = OpaqueId.Parse("V00000000001");
        Assert.Null((await Here.Ledger(from).SubmitAsync(HourEntries.ClearIn(
            Header($"credit {from} {name}"), RegionCode.Parse("420100"), giver, new Minutes(minutes)))).Refusal);
        Assert.Null((await Here.Ledger(from).SubmitAsync(HourEntries.ClearOut(
            Header($"out {from} {name}", ("from", giver.Text), ("to", $"{to}/{giver}")), giver, RegionCode.Parse(to),
            new Minutes(minutes)))).Refusal);
    }

    private async Task ArriveAsync(string from, string to, long minutes, string name) => Assert.Null((await Here.Ledger(to).SubmitAsync(
        HourEntries.ClearIn(Header($"in {to} {name}"), RegionCode.Parse(from), OpaqueId.Parse("V00000000001"), new Minutes(minutes))))
        .Refusal);

    private EntryHeader Header(string name, params (string Key, string Value)[] details) => Named(name).Header(Here.Today, "", details);

    /// <summary>Each region has the one entry that the record names; between the regions nothing stands open by pairs.</summary>
    private async Task NettedAsync(NettingRecord netting)
    {
        foreach (string region in Districts)
        {
            JournalEntry[] entries = [.. (await Here.Journal.EntriesAsync(RegionCode.Parse(region), 0, 10_000, default))
                .Select(stored => stored.Entry).Where(entry => entry.Code == EntryCode.NetClearing)];
            Assert.Equal(Assert.Single(entries).Index, netting.Books.Single(books => books.Region == region).Entry);
            Assert.Equal(0, (await Here.Ledger(region).AccountAsync(Chart.ClearingNet().Path))!.Balance);
            Assert.All(
                (await Here.Grains.GetGrain<IClearingGrain>(region).PositionsAsync())
                    .Where(position => $"{position.Counterpart}" != "420100"),
                position => Assert.Equal((0, 0), (position.DueTo, position.DueFrom)));
            await Here.CountersAsync(region);
        }
    }

    /// <summary>What nettings have a region pay (above zero) or be paid, over all others.</summary>
    private async Task<long> SettledAsync(string region) =>
        (await Here.Journal.AccountsByPathAsync(RegionCode.Parse(region), new AccountFilter("clearing/"), "", 100, default))
        .Where(account => account.Path.Text.EndsWith("/settled", StringComparison.Ordinal)).Sum(account => account.Balance);

    private async Task<(long DueTo, long DueFrom)> PositionAsync(string region, string other)
    {
        ClearingPosition position = (await Here.Grains.GetGrain<IClearingGrain>(region).PositionsAsync())
            .Single(position => $"{position.Counterpart}" == other);
        return (position.DueTo, position.DueFrom);
    }
}
