using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

public sealed class ClearingGrainTests : DistrictTests
{
    [Fact]
    public async Task Hours_leave_here_and_arrive_there_and_are_counted_once()
    {
        (string home, string away) = await TwiceEnrolledAsync(600);
        Command command = Here.Command();

        TransferredHours first = Value(await TransferAsync(away, home, 200, command));
        TransferredHours again = Value(await TransferAsync(away, home, 200, command));

        Assert.Equal(first, again);
        Assert.NotNull(first.Arrival);
        Assert.Equal(400, (await Here.HoursAsync(away, Lusong)).Earned);
        PersonHours there = await Here.HoursAsync(home);
        Assert.Equal((200, 0), (there.Earned, there.Lifetime));
        Assert.Equal([new ClearingPosition(RegionCode.Parse(Lusong), 0, 200)],
            (await PositionsAsync(Tianyuan)).Where(position => position.Counterpart.ToString() == Lusong));
        Assert.Equal([new ClearingPosition(RegionCode.Parse(Tianyuan), 200, 0)],
            (await PositionsAsync(Lusong)).Where(position => position.Counterpart.ToString() == Tianyuan));
    }

    [Fact]
    public async Task Hours_go_back_and_forth_between_both_enrolments()
    {
        (string home, string away) = await TwiceEnrolledAsync(600);

        Value(await TransferAsync(away, home, 200));
        Value(await Here.Grains.GetGrain<IClearingGrain>(Tianyuan)
            .TransferAsync(Here.Command(), OpaqueId.Parse(home), GrainKey.Parse($"{Lusong}/{away}"), 50));

        Assert.Equal((150, 450), ((await Here.HoursAsync(home)).Earned, (await Here.HoursAsync(away, Lusong)).Earned));
        Assert.Contains(new ClearingPosition(RegionCode.Parse(Lusong), 50, 200), await PositionsAsync(Tianyuan));
    }

    [Fact]
    public async Task Transfer_is_refused_and_nothing_leaves()
    {
        (string home, string away) = await TwiceEnrolledAsync(600);
        string stranger = await Here.EnrolAsync(), neighbour = await Here.EnrolAsync(region: Lusong);

        await RefusedThereAsync(Reason.TransferNotSamePerson, () => TransferAsync(away, stranger, 10));
        await RefusedThereAsync(Reason.VolunteerNotFound, () => TransferAsync(away, "000000000000", 10));
        await RefusedThereAsync(Reason.VolunteerNotFound, () => TransferAsync("000000000000", home, 10));
        await RefusedThereAsync(Reason.InsufficientBalance, () => TransferAsync(away, home, 601));
        await RefusedThereAsync(Reason.TransferSameRegion, () => Here.Grains.GetGrain<IClearingGrain>(Lusong)
            .TransferAsync(Here.Command(), OpaqueId.Parse(away), GrainKey.Parse($"{Lusong}/{neighbour}"), 10));
    }

    [Fact]
    public async Task Hours_that_left_before_a_crash_arrive_by_themselves()
    {
        (string home, string away) = await TwiceEnrolledAsync(600);
        // Write the entry beside the sender's grain, as if the grain had crashed right after it.
        var header = Here.Command().Header(ChinaTime.DateOf(Here.Now), "", ("to", $"{Tianyuan}/{home}"), ("from", away));
        await Here.Ledger(Lusong)
            .SubmitAsync(HourEntries.ClearOut(header, OpaqueId.Parse(away), RegionCode.Parse(Tianyuan), new Minutes(70)));
        Assert.Equal((0, 70), ((await Here.HoursAsync(home)).Earned, await OnTheirWayAsync(away)));

        await DeliverAsync();
        await DeliverAsync();

        Assert.Equal(0, await OnTheirWayAsync(away));
        Assert.Equal((70, 0), ((await Here.HoursAsync(home)).Earned, (await Here.HoursAsync(home)).Lifetime));
    }

    [Fact]
    public async Task Hours_that_cannot_arrive_now_arrive_later_once()
    {
        (string home, string away) = await TwiceEnrolledAsync(600);
        await Here.CreditAsync(home, 1);
        AccountPath account = Chart.PersonHours(OpaqueId.Parse(home), HoursOrigin.Earned).Path;
        await Here.Ledger().SubmitAsync(Entries.Freeze(Here.Command().Header(ChinaTime.DateOf(Here.Now), ""), account));
        Command command = Here.Command();

        Assert.Null(Value(await TransferAsync(away, home, 30, command)).Arrival);
        await DeliverAsync();
        Assert.Equal((1, 30), ((await Here.HoursAsync(home)).Earned, await OnTheirWayAsync(away)));
        await Here.ForgetAsync(Here.Grains.GetGrain<IClearingGrain>(Lusong));
        Assert.Equal(30, await OnTheirWayAsync(away));
        await Here.Ledger().SubmitAsync(Entries.Thaw(Here.Command().Header(ChinaTime.DateOf(Here.Now), ""), account));

        Assert.NotNull(Value(await TransferAsync(away, home, 30, command)).Arrival);
        await DeliverAsync();
        Assert.Equal(0, await OnTheirWayAsync(away));
        Assert.Equal((31, 570), ((await Here.HoursAsync(home)).Earned, (await Here.HoursAsync(away, Lusong)).Earned));
    }

    [Theory]
    [InlineData("volunteer")]
    [InlineData("clearing")]
    public async Task A_crash_before_a_state_is_written_loses_and_doubles_nothing(string state)
    {
        (string home, string away) = await TwiceEnrolledAsync(600);
        Command command = Here.Command();
        Here.States.FailNext(state);
        try
        {
            await TransferAsync(away, home, 30, command);
            await DeliverAsync();
        }
        catch (StorageUnavailableException)
        {
            // The sender's own state was not written: its caller gets no answer and tries again.
        }

        Assert.NotNull(Value(await TransferAsync(away, home, 30, command)).Arrival);
        await DeliverAsync();

        PersonHours there = await Here.HoursAsync(home);
        Assert.Equal((30, 0), (there.Earned, there.Lifetime));
        Assert.Equal(570, (await Here.HoursAsync(away, Lusong)).Earned);
    }

    [Fact]
    public async Task Who_takes_nothing_is_asked_less_often_uses_no_ids_up_and_holds_nobody_up()
    {
        (string home, string away) = await TwiceEnrolledAsync(600);
        (string other, string otherAway) = await TwiceEnrolledAsync(600);
        await Here.CreditAsync(home, 1);
        AccountPath account = Chart.PersonHours(OpaqueId.Parse(home), HoursOrigin.Earned).Path;
        await Here.Ledger().SubmitAsync(Entries.Freeze(Here.Command().Header(ChinaTime.DateOf(Here.Now), ""), account));
        for (int time = 0; time < 20; time++) Assert.Null(Value(await TransferAsync(away, home, 15)).Arrival);
        long Remembered() => Here.Journal.ReadHeadAsync(RegionCode.Parse(Tianyuan), default).AsTask().Result.Remembered.Count;
        long remembered = Remembered();

        Assert.NotNull(Value(await TransferAsync(otherAway, other, 15)).Arrival);
        for (int round = 0; round < 10; round++) await DeliverAsync();

        Assert.Equal(remembered, Remembered());
        Assert.Equal((300, 0), (await OnTheirWayAsync(away), await OnTheirWayAsync(otherAway)));
        await Here.Ledger().SubmitAsync(Entries.Thaw(Here.Command().Header(ChinaTime.DateOf(Here.Now), ""), account));
        for (int round = 0; round < 4; round++) await DeliverAsync();
        Assert.Equal((301, 0), ((await Here.HoursAsync(home)).Earned, await OnTheirWayAsync(away)));
    }

    /// <summary>Enrols one person in both districts, with earned minutes in the second.</summary>
    private async Task<(string Home, string Away)> TwiceEnrolledAsync(long minutes)
    {
        string home = await Here.EnrolAsync(), away = await Here.EnrolAsync(region: Lusong, home: $"{Tianyuan}/{home}");
        await Here.CreditAsync(away, minutes, Lusong);
        return (home, away);
    }

    private Task<Reply<TransferredHours>> TransferAsync(string away, string home, long minutes, Command? command = null) =>
        Here.Grains.GetGrain<IClearingGrain>(Lusong)
            .TransferAsync(command ?? Here.Command(), OpaqueId.Parse(away), GrainKey.Parse($"{Tianyuan}/{home}"), minutes);

    private Task DeliverAsync() => Here.Grains.GetGrain<IClearingGrain>(Lusong).DeliverAsync();

    private async Task<long> OnTheirWayAsync(string volunteer) =>
        await Here.Grains.GetGrain<IClearingGrain>(Lusong).OnTheirWayAsync(OpaqueId.Parse(volunteer));

    private async Task<ClearingPosition[]> PositionsAsync(string region) =>
        [.. (await Here.Grains.GetGrain<IClearingGrain>(region).PositionsAsync())];

    private async Task RefusedThereAsync(Reason reason, Func<Task<Reply<TransferredHours>>> call)
    {
        string before = await Here.CountersAsync(Lusong);
        await RefusedAsync(reason, call);
        Assert.Equal(before, await Here.CountersAsync(Lusong));
    }
}
