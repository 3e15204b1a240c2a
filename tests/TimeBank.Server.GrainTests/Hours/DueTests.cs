using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>Hours and holds that are due end at the next look, with or without a run.</summary>
public sealed class DueTests : DistrictTests
{
    private static readonly DateTimeOffset November = ChinaTime.StartOf(new DateOnly(2026, 11, 1));

    [Fact]
    public async Task Hours_of_October_pay_for_nothing_in_November()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord asked = Value(await Here.RequestAsync($"elders/{elder}", November.AddDays(3) - Here.Now));
        Here.Now = November.AddDays(1);

        Reply<OrderRecord> request = await Here.RequestAsync($"elders/{elder}", TimeSpan.FromDays(1), 60);
        Reply<OrderRecord> acceptance = await Here.AcceptAsync(asked.Id, volunteer);

        Assert.Equal((Reason.InsufficientBalance, Reason.InsufficientBalance), (request.Reason, acceptance.Reason));
        PersonHours hours = await Here.HoursAsync(elder);
        Assert.Equal((0, 0, 0), (hours.Issued, hours.Available, hours.Held));
        Assert.Equal(1, await Here.CountAsync(EntryCode.ExpireHours));
        Assert.Equal(0, Value(await Here.Elder(elder).EndHoursAsync(Here.Command())));
    }

    [Fact]
    public async Task Hours_that_a_cancellation_gives_back_after_their_month_have_ended()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord october = await AcceptedAsync(elder, volunteer, November.AddDays(1).AddHours(9) - Here.Now);
        Here.Now = November.AddMinutes(25);
        Value(await Here.Elder(elder).IssueHoursAsync(Here.Command(), MonthOf(Here.Now)));
        Value(await Here.Order(october.Id).CancelAsync(Here.Step($"elders/{elder}", "ill")));

        Assert.Equal((240, 240), ((await Here.HoursAsync(elder)).Issued, (await Here.HoursAsync(elder)).Available));
        await AcceptedAsync(elder, volunteer, TimeSpan.FromDays(2));
        await AcceptedAsync(elder, volunteer, TimeSpan.FromDays(2) + TimeSpan.FromHours(3));
        Assert.Equal(Reason.InsufficientBalance, (await Here.RequestAsync($"elders/{elder}", TimeSpan.FromDays(3))).Reason);
    }

    [Fact]
    public async Task Hours_held_for_what_is_long_over_are_there_again()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord first = await AcceptedAsync(elder, volunteer, TimeSpan.FromHours(1));
        OrderRecord second = await AcceptedAsync(elder, volunteer, TimeSpan.FromHours(5));
        Here.Now = Here.Now.AddDays(16);

        OrderRecord wanted = Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromDays(3), 60));

        Assert.Equal((240, 0), ((await Here.HoursAsync(elder)).Available, (await Here.HoursAsync(elder)).Held));
        Assert.Equal(2, await Here.CountAsync(EntryCode.ReleaseService));
        Assert.Empty(await Here.Journal.OpenHoldsAsync(RegionCode.Parse(Tianyuan), -1, 10, default));
        foreach (OrderRecord over in (OrderRecord[])[first, second])
            Assert.Equal(OrderState.Cancelled, (await Here.Order(over.Id).GetAsync())!.State);
        Assert.Equal(OrderState.Accepted, Value(await Here.AcceptAsync(wanted.Id, volunteer)).State);
    }

    [Fact]
    public async Task A_request_that_nobody_took_is_cancelled_once_its_planned_end_is_over()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord asked = Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromHours(1), 60));
        Here.Now = asked.Start.AddMinutes(59);
        Assert.Equal(OrderState.Requested, (await Here.Order(asked.Id).GetAsync())!.State);
        Here.Now = asked.Start.AddMinutes(60);

        Assert.Equal(Reason.OrderWrongState, (await Here.AcceptAsync(asked.Id, volunteer)).Reason);
        OrderRecord over = (await Here.Order(asked.Id).GetAsync())!;
        Assert.Equal((OrderState.Cancelled, Here.Now), (over.State, over.Ended));
    }

    [Fact]
    public async Task What_was_only_held_is_there_for_a_gift_too()
    {
        string giver = await Here.EnrolAsync(70), spouse = await Here.EnrolAsync(70), volunteer = await Here.EnrolAsync();
        Value(await Here.Volunteer(giver).SetFamilyAsync(Here.Command(), [new FamilyRecord($"volunteers/{spouse}", Kinship.Spouse)]));
        await Here.CreditAsync(giver, 120);
        OrderRecord asked = Value(await Here.RequestAsync($"volunteers/{giver}"));
        Value(await Here.AcceptAsync(asked.Id, volunteer));
        Here.Now = Here.Now.AddDays(16);

        Value(await Here.Volunteer(giver).GiftAsync(Here.Command(), $"volunteers/{spouse}", 120));

        Assert.Equal((0, 120), ((await Here.HoursAsync(giver)).Available, (await Here.HoursAsync(spouse)).Gifted));
    }

    [Fact]
    public async Task Hours_on_a_frozen_account_have_ended_too_and_looking_writes_nothing()
    {
        string elder = await Here.RegisterWithHoursAsync();
        AccountPath account = Chart.PersonHours(OpaqueId.Parse(elder), HoursOrigin.Issued).Path;
        await Here.Ledger().SubmitAsync(Entries.Freeze(Here.Command().Header(ChinaTime.DateOf(Here.Now), ""), account));
        Here.Now = November.AddDays(1);
        string before = await Here.EverythingAsync();

        Assert.Equal((240, 0), ((await Here.HoursAsync(elder)).Issued, (await Here.HoursAsync(elder)).Available));
        Assert.Equal(before, await Here.EverythingAsync());
        await Here.Ledger().SubmitAsync(Entries.Thaw(Here.Command().Header(ChinaTime.DateOf(Here.Now), ""), account));
        Assert.Equal((0, 0), ((await Here.HoursAsync(elder)).Issued, (await Here.HoursAsync(elder)).Available));
    }

    private async Task<OrderRecord> AcceptedAsync(string elder, string volunteer, TimeSpan fromNow)
    {
        OrderRecord asked = Value(await Here.RequestAsync($"elders/{elder}", fromNow));
        return Value(await Here.AcceptAsync(asked.Id, volunteer));
    }
}
