using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>Prepaid fees whose server is lost between an entry and the agreement's state: nothing is drawn or given back twice.</summary>
public sealed class PrepaymentCrashTests : DistrictTests
{
    private static readonly OpaqueId Agreement = OpaqueId.Parse("0000000000F1");

    private static readonly DateOnly October = new(2026, 10, 31);

    private IPrepaymentGrain Grain => Here.Grains.GetGrain<IPrepaymentGrain>($"{Tianyuan}/{Agreement}");

    [Fact]
    public async Task A_month_whose_state_was_lost_is_drawn_once()
    {
        await PaidAsync();
        Command run = Here.Command("MAKER");
        Here.States.FailNext(PrepaymentGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Grain.DrawAsync(run, October));
        Assert.Equal(30_000, await Here.BalanceAsync(Chart.CustodyPath(Agreement, CustodyPart.Fees)));

        Assert.Equal(0, Value(await Grain.DrawAsync(Here.Command("OTHER"), October)));
        Assert.Equal(30_000, Value(await Grain.DrawAsync(run, October)));

        PrepaymentView view = (await Grain.GetAsync())!;
        Assert.Equal((1, 30_000), (view.Record.Draws.Length, view.Sums.Fees));
    }

    /// <summary>The month that the lost state knows nothing of is not earned a second time.</summary>
    [Fact]
    public async Task An_end_after_a_lost_draw_gives_back_what_is_there()
    {
        await PaidAsync();
        Here.States.FailNext(PrepaymentGrainState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Grain.DrawAsync(Here.Command("MAKER"), October));

        PrepaymentView ended = Value(await Grain.EndAsync(Here.Command("ELDER"), new DateOnly(2026, 11, 10), PrepaymentEnder.Elder));

        Assert.Equal(new CustodySums(10_000, 0, 22_000), ended.Sums);
    }

    /// <summary>The intention was stored, then the entry; the state after it was lost.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_whose_state_was_lost_is_finished_by_whoever_comes_next(bool retries)
    {
        await PaidAsync();
        Command end = Here.Command("ELDER");
        Here.States.FailNext(PrepaymentGrainState.Kind, after: 1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Grain.EndAsync(end, new DateOnly(2026, 11, 10), PrepaymentEnder.Elder));
        Here.MoveTo(new DateOnly(2026, 11, 12));

        // A retry says its own day of now; the entry has the first one.
        if (retries) Value(await Grain.EndAsync(end, new DateOnly(2026, 11, 12), PrepaymentEnder.Elder));
        else Assert.Equal(Reason.PrepaymentWrongState,
            (await Grain.EndAsync(Here.Command("OTHER"), new DateOnly(2026, 11, 12), PrepaymentEnder.Elder)).Reason);

        PrepaymentView view = (await Grain.GetAsync())!;
        Assert.Equal((PrepaymentState.Ended, "ELDER", new DateOnly(2026, 11, 10), 22_000),
            (view.Record.State, view.Record.End!.By, view.Record.End.LastDay, view.Record.End.BackFen));
        Assert.Equal(new CustodySums(40_000, 0, 22_000), view.Sums);
        Assert.Equal(40_000, Value(await Grain.DrawAsync(Here.Command("MAKER"), new DateOnly(2026, 11, 30))));
    }

    /// <summary>An end that moved nothing is finished before money comes in that it would leave behind.</summary>
    [Fact]
    public async Task An_end_without_money_whose_state_was_lost_is_finished_first()
    {
        await AgreedAsync();
        Command end = Here.Command("ELDER");
        Here.States.FailNext(PrepaymentGrainState.Kind, after: 1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Grain.EndAsync(end, First, PrepaymentEnder.Elder));

        Assert.Equal(Reason.PrepaymentWrongState, (await PayInAsync()).Reason);

        Assert.Equal((PrepaymentState.Ended, 0),
            (Value(await Grain.EndAsync(end, First, PrepaymentEnder.Elder)).Record.State, (await Grain.GetAsync())!.Sums.Fees));
    }

    [Fact]
    public async Task Nothing_of_an_elder_who_died_is_drawn_after_that_day_or_comes_in()
    {
        OpaqueId elder = await PaidAsync();
        Value(await Here.Elder(elder.Text).RecordNoticeAsync(Here.Command("STAFF"), new NoticeRecord(
            ElderNoticeKind.Deceased, new DateOnly(2026, 10, 10), ChinaTime.DateOf(Here.Now), Benefits.None, "", "civil", "1", "STAFF")));

        // 300 yuan by 10 of 31 days, rounded down.
        Assert.Equal(9_677, Value(await Grain.DrawAsync(Here.Command("MAKER"), October)));
        Assert.Equal(Reason.PrepaymentElderGone, (await PayInAsync("流水 2")).Reason);
        PrepaymentView ended = Value(await Grain.EndAsync(Here.Command("MAKER"), new DateOnly(2026, 11, 2), PrepaymentEnder.Finance));

        Assert.Equal(new CustodySums(0, 0, 52_323), ended.Sums);
        Assert.Equal(new DateOnly(2026, 10, 10), ended.Record.End!.LastDay);
    }

    /// <summary>Two agreements take one movement at the bank at once: one gets it.</summary>
    [Fact]
    public async Task A_movement_of_the_bank_is_booked_once()
    {
        await AgreedAsync();
        PrepaymentRecord first = (await Grain.GetAsync())!.Record;
        string[] ids = ["0000000000F2", "0000000000F3", "0000000000F4"];
        foreach (string id in ids)
        {
            IPrepaymentGrain other = Here.Grains.GetGrain<IPrepaymentGrain>($"{Tianyuan}/{id}");
            Value(await other.ProposeAsync(
                Here.Command("CLERK"), first with { Id = id, State = PrepaymentState.Proposed, DepositFen = 0, History = [] }));
            Value(await other.AgreeAsync(Here.Command("ELDER")));
        }

        Reply<PrepaymentView>[] replies = await Task.WhenAll(ids.Select(id => Here.Grains
            .GetGrain<IPrepaymentGrain>($"{Tianyuan}/{id}").PayInAsync(
                Here.Command("MAKER") with { Memo = "流水 7" }, new PrepaymentBank("main", First, AllowRepeat: false), 60_000, 0)));

        Assert.Equal([Reason.None, Reason.PrepaymentReferenceUsed, Reason.PrepaymentReferenceUsed],
            replies.Select(reply => reply.Refusal?.Reason ?? Reason.None).Order());
    }

    [Fact]
    public async Task A_dry_run_leaves_no_trace()
    {
        await PaidAsync();
        Here.MoveTo(new DateOnly(2026, 11, 10));
        string before = await Here.EverythingAsync();
        Command command = Here.Command("ELDER") with { IsDryRun = true };

        Assert.Equal(30_000, Value(await Grain.DrawAsync(command, October)));
        PrepaymentView ended = Value(await Grain.EndAsync(command, new DateOnly(2026, 11, 10), PrepaymentEnder.Elder));

        Assert.Equal(new CustodySums(40_000, 0, 22_000), ended.Sums);
        Assert.Equal(before, await Here.EverythingAsync());
    }

    /// <summary>Two months from October, 300 yuan each, and a deposit of 20: all of it in custody.</summary>
    private async Task<OpaqueId> PaidAsync()
    {
        OpaqueId elder = await AgreedAsync();
        Value(await PayInAsync());
        Here.MoveTo(new DateOnly(2026, 11, 2));
        return elder;
    }

    private Task<Reply<PrepaymentView>> PayInAsync(string reference = "流水 1") => Grain.PayInAsync(
        Here.Command("MAKER") with { Memo = reference }, new PrepaymentBank("main", First, AllowRepeat: false), 60_000, 2_000);

    private async Task<OpaqueId> AgreedAsync()
    {
        string provider = await Here.ProviderAsync(ServiceType.Meal);
        OpaqueId elder = await Here.ElderAsync(1940);
        await Here.BankAccountAsync("main");
        Value(await Grain.ProposeAsync(Here.Command("CLERK"), new PrepaymentRecord(
            Agreement.Text, PrepaymentState.Proposed, provider, elder.Text, ServiceType.Meal, "午餐", 30_000, 1_000, First, 2, 2_000, false,
            [], [])));
        Value(await Grain.AgreeAsync(Here.Command("ELDER")));
        return elder;
    }
}
