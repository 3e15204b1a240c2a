using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>What was forgotten, what is recorded days later, and who did not come.</summary>
public sealed class OrderLateTests : OrderTests
{
    [Fact]
    public async Task A_forgotten_check_out_keeps_nobody_from_other_orders_and_earns_what_staff_can_prove()
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        string other = await Here.RegisterWithHoursAsync();
        OrderRecord next = Value(await Here.AcceptAsync(
            Value(await Here.RequestAsync($"elders/{other}", TimeSpan.FromHours(14))).Id, volunteer));
        Here.Now = order.Start;
        Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        // Twelve hours after the planned end (policy) the volunteer may still check out, and is still there.
        Here.Now = order.Start.AddHours(12.5);
        await RefusedAsync(Reason.StillCheckedIn, () => Here.Order(next.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Here.Now = order.Start.AddHours(14).AddSeconds(1);

        Value(await Here.Order(next.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Assert.Contains(("time", "2026-10-01 23:00"), (await RefusedAsync(
            Reason.CheckOutForgotten, () => Here.Order(order.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}")))).Values);
        OrderRecord recorded = Value(await RecordAsync(order, volunteer, null, 75, EvidenceSource.Call));

        Assert.Equal((OrderState.CheckedOut, 75L, order.Start.AddMinutes(75)), (recorded.State, recorded.Served, recorded.CheckedOut));
        Assert.Equal((EvidenceGrade.OneSide, EvidenceGrade.Call), (recorded.Begin!.Grade, recorded.End!.Grade));
        Assert.Equal((false, ""), (recorded.Record!.BothEnds, recorded.Record.Document));
        Assert.Equal(OrderState.CheckedIn, (await Here.Order(next.Id).GetAsync())!.State);
        Assert.Equal(OrderState.InReview, Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}"))).State);
    }

    [Fact]
    public async Task A_service_that_nobody_recorded_is_recorded_within_days_and_not_later()
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        Here.Now = order.Start.AddMinutes(119);
        await RefusedAsync(Reason.ServiceNotOver, () => RecordAsync(order, volunteer, 0, 60));
        Here.Now = order.Start.AddDays(7);
        await RefusedAsync(Reason.ServiceOutsidePlan, () => RecordAsync(order, volunteer, null, 60));
        await RefusedAsync(Reason.ServiceOutsidePlan, () => RecordAsync(order, volunteer, -31, 60));
        await RefusedAsync(Reason.ServiceOutsidePlan, () => RecordAsync(order, volunteer, 0, 25 * 60));
        await RefusedAsync(Reason.ServiceOutsidePlan, () => RecordAsync(order, volunteer, 60, 60));
        await RefusedAsync(Reason.PartyNotAllowed, () => RecordAsync(order, "000000000000", 0, 60));

        OrderRecord recorded = Value(await RecordAsync(order, volunteer, -30, 104));

        Assert.Equal((OrderState.CheckedOut, 120L, true, "P-17"),
            (recorded.State, recorded.Served, recorded.Record!.BothEnds, recorded.Record.Document));
        Assert.Equal((order.Start.AddMinutes(-30), order.Start.AddMinutes(104)), (recorded.CheckedIn, recorded.CheckedOut));
        Assert.Equal((0, 120), ((await Here.HoursAsync(volunteer)).Earned, (await Here.HoursAsync(elder)).Held));
        (_, string late, OrderRecord later) = await AcceptedAsync();
        Here.Now = later.Start.AddDays(8);
        Assert.Contains(("days", "7"), (await RefusedAsync(Reason.ServiceTooLongAgo, () => RecordAsync(later, late, 0, 60))).Values);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_record_is_taken_back_to_what_was_before(bool checkedIn)
    {
        (_, string volunteer, OrderRecord order) = await AcceptedAsync();
        Here.Now = order.Start;
        if (checkedIn) Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Here.Now = order.Start.AddDays(1);
        OrderRecord before = (await Here.Order(order.Id).GetAsync())!;
        Value(await RecordAsync(order, volunteer, checkedIn ? null : 0, 60));

        OrderRecord back = Value(await Here.Order(order.Id).UndoAsync(
            new StepUndo(Here.Command("desk-a"), $"volunteers/{volunteer}", ServiceStep.Record)));

        Assert.Equal(before, back);
        Assert.Equal(105, Value(await RecordAsync(order, volunteer, checkedIn ? null : 10, checkedIn ? 105 : 115)).Served);
    }

    [Theory]
    [InlineData(true, OrderSide.Volunteer)]
    [InlineData(false, OrderSide.Recipient)]
    public async Task Who_did_not_come_is_said_by_the_other_side_and_the_hours_are_free(bool byElder, OrderSide absent)
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        string party = byElder ? $"elders/{elder}" : $"volunteers/{volunteer}";
        Here.Now = order.Start.AddMinutes(29);
        Assert.Contains(("time", "2026-10-01 09:30"), (await RefusedAsync(
            Reason.AbsenceTooEarly, () => Here.Order(order.Id).AbsenceAsync(Here.Step(party)))).Values);
        Here.Now = order.Start.AddHours(3);
        Command said = Here.Command();
        Here.States.FailNext(ServiceOrderState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Here.Order(order.Id).AbsenceAsync(Here.Step(party, command: said)));

        OrderRecord ended = (await Here.Order(order.Id).GetAsync())!;

        Assert.Equal((OrderState.Cancelled, absent, ServiceStep.Absence), (ended.State, ended.Absent, ended.Undo?.Step));
        Assert.Equal(ended, Value(await Here.Order(order.Id).AbsenceAsync(Here.Step(party, command: said))));
        Assert.Equal((240, 0), ((await Here.HoursAsync(elder)).Available, (await Here.HoursAsync(volunteer)).Earned));
        // It was a mistake: taken back, and what really was is recorded.
        OrderRecord back = Value(await Here.Order(order.Id).UndoAsync(new StepUndo(Here.Command(), party, ServiceStep.Absence)));
        Assert.Equal((OrderState.Accepted, null, 120), (back.State, back.Absent, (await Here.HoursAsync(elder)).Held));
        Assert.Equal(60, Value(await RecordAsync(order, volunteer, 0, 60)).Served);
    }

    [Fact]
    public async Task The_day_of_service_limits_what_is_recorded_afterwards()
    {
        string volunteer = await Here.EnrolAsync();
        var elders = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Here.RegisterWithHoursAsync()));
        OrderRecord[] orders = await Task.WhenAll(Enumerable.Range(0, 4).Select(async at =>
            Value(await Here.RequestAsync($"elders/{elders[at / 2]}", TimeSpan.FromHours(1 + (2 * at))))));
        foreach (OrderRecord order in orders) Value(await Here.AcceptAsync(order.Id, volunteer));
        Here.Now = orders[3].Start.AddDays(1);

        // Eight hours of a day, as planned: each begins half an hour early, and no minute counts twice.
        long served = 0;
        foreach (OrderRecord order in orders) served += Value(await RecordAsync(order, volunteer, -30, 120)).Served!.Value;

        Assert.Equal(480, served);
    }

    [Fact]
    public async Task A_hundred_confirmations_at_once_are_one()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        OrderStep confirm = Here.Step($"elders/{elder}");

        Reply<OrderRecord>[] same = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Here.Order(order.Id).ConfirmAsync(confirm)));
        Reply<OrderRecord>[] others = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}"))));

        Assert.All(same, reply => Assert.Equal(OrderState.Confirmed, Value(reply).State));
        Assert.All(others, reply => Assert.Equal(Reason.OrderWrongState, reply.Reason));
        Assert.Equal((1, 120), (await Here.CountAsync(EntryCode.RenderService), (await Here.HoursAsync(volunteer)).Earned));
    }

    /// <param name="begin">Minutes after the planned start; null: not given.</param>
    private Task<Reply<OrderRecord>> RecordAsync(
        OrderRecord order, string volunteer, int? begin, int end, EvidenceSource source = EvidenceSource.Paper) =>
        Here.Order(order.Id).RecordAsync(new ServiceRecorded(Here.Command("desk-a"), $"volunteers/{volunteer}",
            begin is { } from ? order.Start.AddMinutes(from) : null, order.Start.AddMinutes(end), source,
            source == EvidenceSource.Paper ? "P-17" : ""));
}
