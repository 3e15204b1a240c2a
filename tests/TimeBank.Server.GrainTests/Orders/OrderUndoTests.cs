using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>Steps of orders that are taken back: tried first, after a crash, against another step, and again.</summary>
public sealed class OrderUndoTests : OrderTests
{
    [Fact]
    public async Task Every_step_is_taken_back_one_after_the_other_down_to_the_request()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromMinutes(5));
        OrderRecord served = await RatedAsync(order, elder);

        foreach ((ServiceStep step, string who, OrderState left) in ((ServiceStep, string, OrderState)[])[
            (ServiceStep.Rating, elder, OrderState.Confirmed), (ServiceStep.Confirmation, elder, OrderState.CheckedOut),
            (ServiceStep.CheckOut, volunteer, OrderState.CheckedIn), (ServiceStep.CheckIn, volunteer, OrderState.Accepted)])
        {
            string party = who == elder ? $"elders/{elder}" : $"volunteers/{volunteer}";
            Assert.Equal((step, party), (served.Undo!.Step, served.Undo.Party));
            (OrderRecord would, OrderRecord done) = await TriedAsync(command => UndoAsync(order, party, step, command));
            Assert.Equal(done, would with { HoldEntry = done.HoldEntry, EndEntry = done.EndEntry });
            Assert.Equal(left, done.State);
            served = done;
        }

        // The acceptance was an hour ago.
        Assert.Equal((null, null, null, null, null), (served.Undo, served.CheckedIn, served.Served, served.Credited, served.Rating));
        await RefusedAsync(Reason.UndoTimePassed, () => UndoAsync(order, $"volunteers/{volunteer}"));
        Assert.Equal((120, 0), ((await Here.HoursAsync(elder)).Held, (await Here.HoursAsync(volunteer)).Earned));
        await Here.CountersAsync();
    }

    [Fact]
    public async Task An_acceptance_given_back_leaves_the_order_open_for_another_and_nobodys_time_taken()
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        string other = await Here.EnrolAsync(), two = await Here.RegisterWithHoursAsync();
        Command undo = Here.Command();

        OrderRecord open = Value(await UndoAsync(order, $"volunteers/{volunteer}", command: undo));

        Assert.Equal((OrderState.Requested, "", null, null, null), (open.State, open.Volunteer, open.Accepted, open.HoldEntry, open.Undo));
        Assert.Equal((240, 0), ((await Here.HoursAsync(elder)).Available, (await Here.HoursAsync(elder)).Held));
        Assert.Equal(open, Value(await UndoAsync(order, $"volunteers/{volunteer}", command: undo)));
        await RefusedAsync(Reason.PartyNotAllowed, () => UndoAsync(order, $"volunteers/{volunteer}"));
        Value(await Here.AcceptAsync(Value(await Here.RequestAsync($"elders/{two}")).Id, volunteer));
        OrderRecord again = Value(await Here.AcceptAsync(order.Id, other));
        Assert.Equal((other, 120), (again.Volunteer, (await Here.HoursAsync(elder)).Held));
        await RefusedAsync(Reason.PartyNotAllowed, () => UndoAsync(order, $"volunteers/{volunteer}", command: undo));
        Value(await ServeAndConfirmAsync(again, other, elder));
        Assert.Equal((120, 0), ((await Here.HoursAsync(other)).Earned, (await Here.HoursAsync(elder)).Held));
    }

    [Fact]
    public async Task Confirmed_hours_come_back_in_one_entry_that_holds_them_again()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromMinutes(95), credit: 89_970);
        OrderRecord confirmed = Value(await ConfirmAsync(order, elder));
        Assert.Equal((90, 60), (confirmed.Credited, confirmed.ToPool));

        OrderRecord back = Value(await UndoAsync(order, $"elders/{elder}"));

        Assert.Equal((OrderState.CheckedOut, null, null, 90L), (back.State, back.Credited, back.EndEntry, back.Served));
        Assert.Equal(confirmed.EndEntry + 1, back.HoldEntry);
        PersonHours hours = await Here.HoursAsync(elder), earned = await Here.HoursAsync(volunteer);
        Assert.Equal((240, 120, 120), (hours.Issued, hours.Held, hours.Available));
        // A confirmation that was taken back was never earned.
        Assert.Equal((89_970, 89_970), (earned.Earned, earned.Lifetime));
        Assert.Equal(90, Value(await ConfirmAsync(order, elder)).Credited);
        Assert.Equal((150, 90_000, 90_060), ((await Here.HoursAsync(elder)).Available, (await Here.HoursAsync(volunteer)).Earned,
            (await Here.HoursAsync(volunteer)).Lifetime));
    }

    [Fact]
    public async Task Hours_that_the_volunteer_gave_on_stay_and_the_order_stays_confirmed()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        Value(await ConfirmAsync(order, elder));
        Value(await Here.Volunteer(volunteer).DonateAsync(Here.Command(), 15));
        string before = await Here.CountersAsync();

        Command undo = await TrialRefusedAsync(Reason.UndoHoursSpent, command => UndoAsync(order, $"elders/{elder}", command: command));
        Refusal refusal = await RefusedAsync(Reason.UndoHoursSpent, () => UndoAsync(order, $"elders/{elder}", command: undo));

        Assert.Equal((before, ""), (await Here.CountersAsync(), refusal.Detail));
        Assert.Equal(OrderState.Confirmed, (await Here.Order(order.Id).GetAsync())!.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancellation_taken_back_holds_the_hours_and_both_persons_time_again(bool accepted)
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord before = Value(await Here.RequestAsync($"elders/{elder}"));
        if (accepted) before = Value(await Here.AcceptAsync(before.Id, volunteer));
        OrderStep cancel = Here.Step($"elders/{elder}", "住院");
        Value(await Here.Order(before.Id).CancelAsync(cancel));

        (OrderRecord would, OrderRecord back) = await TriedAsync(command => UndoAsync(before, $"elders/{elder}", command: command));

        Assert.Equal(before with { HoldEntry = back.HoldEntry }, back);
        Assert.Equal(back, would with { HoldEntry = back.HoldEntry });
        Assert.Equal(accepted ? 120 : 0, (await Here.HoursAsync(elder)).Held);
        await RefusedAsync(Reason.OrderTimesOverlap, () => Here.RequestAsync($"elders/{elder}"));
        // The retry of the cancellation finds it taken back: it neither cancels nor leaves its words.
        Assert.Equal(back, Value(await Here.Order(before.Id).CancelAsync(cancel)));
        if (!accepted) return;
        Value(await ServeAndConfirmAsync(back, volunteer, elder));
    }

    [Fact]
    public async Task A_cancellation_stays_where_the_time_or_the_hours_went_to_something_else()
    {
        (string elder, _, OrderRecord order) = await AcceptedAsync();
        Value(await Here.Order(order.Id).CancelAsync(Here.Step($"elders/{elder}")));
        OrderRecord later = Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromHours(5)));
        Value(await Here.AcceptAsync(later.Id, await Here.EnrolAsync()));
        OrderRecord third = Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromHours(8), minutes: 15));
        Value(await Here.AcceptAsync(third.Id, await Here.EnrolAsync()));

        await RefusedAsync(Reason.UndoHoursSpent, () => UndoAsync(order, $"elders/{elder}"));
        Value(await Here.RequestAsync($"elders/{elder}", minutes: 30));
        await RefusedAsync(Reason.OrderTimesOverlap, () => UndoAsync(order, $"elders/{elder}"));

        Assert.Equal((OrderState.Cancelled, 135L), ((await Here.Order(order.Id).GetAsync())!.State, (await Here.HoursAsync(elder)).Held));
    }

    [Fact]
    public async Task A_check_out_is_not_taken_back_while_the_volunteer_serves_elsewhere_and_frees_the_days_minutes_else()
    {
        (_, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromMinutes(30));
        string two = await Here.RegisterWithHoursAsync();
        OrderRecord next = Value(await Here.RequestAsync($"elders/{two}", TimeSpan.FromHours(2)));
        Value(await Here.AcceptAsync(next.Id, volunteer));
        Here.Now = order.Start.AddMinutes(38);

        Here.Now = next.Start.AddMinutes(-30);
        await RefusedAsync(Reason.UndoTimePassed, () => UndoAsync(order, $"volunteers/{volunteer}"));
        Value(await Here.Order(next.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        OrderRecord done = Value(await Here.Order(next.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}")));
        OrderRecord third = Value(await Here.RequestAsync($"elders/{await Here.RegisterWithHoursAsync()}", TimeSpan.FromMinutes(155)));
        Value(await Here.AcceptAsync(third.Id, volunteer));
        Here.Now += TimeSpan.FromMinutes(5);

        // It is too early for the third order, so bring the second back under way and out again.
        Assert.Equal(OrderState.CheckedIn, Value(await UndoAsync(done, $"volunteers/{volunteer}")).State);
        await RefusedAsync(Reason.StillCheckedIn, () => CheckInAsync(third, volunteer, third.Start));
        Assert.Equal(120, Value(await Here.Order(next.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}"))).Served);
        Value(await CheckInAsync(third, volunteer, third.Start));
        await TrialRefusedAsync(Reason.StillCheckedIn, command => UndoAsync(done, $"volunteers/{volunteer}", command: command));
        await RefusedAsync(Reason.StillCheckedIn, () => UndoAsync(done, $"volunteers/{volunteer}"));
    }

    [Fact]
    public async Task What_staff_or_the_clock_did_stays_and_so_does_what_was_before_it()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        Value(await Here.Order(order.Id).DisputeAsync(Here.Step($"elders/{elder}", "没来")));
        Assert.Null(Value(await UndoAsync(order, $"elders/{elder}")).Dispute);
        Value(await Here.Order(order.Id).DisputeAsync(Here.Step($"elders/{elder}", "没来")));
        OrderRecord resolved = Value(await Here.Order(order.Id).ResolveAsync(Here.Command("CHECKER"), 30, "看了录像"));

        Assert.Null(resolved.Undo);
        await RefusedAsync(Reason.OrderNothingToUndo, () => UndoAsync(order, $"elders/{elder}"));
        await RefusedAsync(Reason.OrderNothingToUndo, () => UndoAsync(order, $"volunteers/{volunteer}"));
        OrderRecord lapsing = Value(await Here.RequestAsync($"elders/{elder}", minutes: 30));
        Value(await Here.AcceptAsync(lapsing.Id, volunteer));
        Here.Now = lapsing.Start.AddMinutes(29);
        OrderRecord late = Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromMinutes(2), minutes: 15));
        Here.Now = late.Start.AddMinutes(14);
        Value(await Here.AcceptAsync(late.Id, volunteer));
        Here.Now = late.Start.AddMinutes(16);
        Assert.Equal(OrderState.Cancelled, Value(await UndoAsync(late, $"volunteers/{volunteer}")).State);
        await RefusedAsync(Reason.OrderNothingToUndo, () => UndoAsync(late, $"elders/{elder}"));
    }

    [Theory]
    [InlineData(ServiceStep.Acceptance, true)]
    [InlineData(ServiceStep.Acceptance, false)]
    [InlineData(ServiceStep.Confirmation, true)]
    [InlineData(ServiceStep.Confirmation, false)]
    [InlineData(ServiceStep.Cancellation, true)]
    [InlineData(ServiceStep.Cancellation, false)]
    public async Task An_undo_that_the_state_never_learnt_of_is_finished(ServiceStep step, bool retries)
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        string party = step == ServiceStep.Acceptance ? $"volunteers/{volunteer}" : $"elders/{elder}";
        if (step == ServiceStep.Cancellation) Value(await Here.Order(order.Id).CancelAsync(Here.Step(party)));
        if (step == ServiceStep.Confirmation) Value(await ServeAndConfirmAsync(order, volunteer, elder));
        Command undo = Here.Command();
        Here.States.FailNext(ServiceOrderState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => UndoAsync(order, party, command: undo));
        // The times of a cancellation that came back stay taken also before anybody looks.
        if (step == ServiceStep.Cancellation) await RefusedAsync(Reason.OrderTimesOverlap, () => Here.RequestAsync($"elders/{elder}"));

        OrderRecord found = retries ? Value(await UndoAsync(order, party, command: undo)) : (await Here.Order(order.Id).GetAsync())!;

        Assert.Equal(
            step switch
            {
                ServiceStep.Acceptance => OrderState.Requested,
                ServiceStep.Cancellation => OrderState.Accepted,
                _ => OrderState.CheckedOut,
            }, found.State);
        long held = step == ServiceStep.Acceptance ? 0 : 120;
        Assert.Equal((held, 240 - held, 0), ((await Here.HoursAsync(elder)).Held, (await Here.HoursAsync(elder)).Available,
            (await Here.HoursAsync(volunteer)).Earned));
        string before = await Here.CountersAsync();
        Assert.Equal(found, Value(await UndoAsync(order, party, command: undo)));
        Assert.Equal(before, await Here.CountersAsync());
    }

    [Fact]
    public async Task An_undo_and_the_next_step_at_once_leave_one_of_the_two()
    {
        for (int round = 0; round < 10; round++)
        {
            (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
            Task<Reply<OrderRecord>> undo = UndoAsync(order, $"volunteers/{volunteer}"), confirm = ConfirmAsync(order, elder);
            Reply<OrderRecord>[] both = await Task.WhenAll(undo, confirm);

            OrderRecord left = (await Here.Order(order.Id).GetAsync())!;
            bool confirmed = left.State == OrderState.Confirmed;
            Assert.Equal(confirmed ? (Reason.OrderStepOfAnother, Reason.None) : (Reason.None, Reason.OrderWrongState),
                (both[0].Reason, both[1].Reason));
            Assert.Equal(confirmed ? (0, 120) : (120, 0), ((await Here.HoursAsync(elder)).Held, (await Here.HoursAsync(volunteer)).Earned));
            await Here.CountersAsync();
        }
    }

    [Fact]
    public async Task A_hold_that_came_back_expires_like_any_other_and_its_hours_end_with_their_month()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        Value(await ConfirmAsync(order, elder));
        Value(await UndoAsync(order, $"elders/{elder}"));
        Here.Now = District.Start.AddDays(16);

        PersonHours hours = await Here.HoursAsync(elder);

        Assert.Equal((240, 0), (hours.Available, hours.Held));
        Assert.Equal(OrderState.Cancelled, (await Here.Order(order.Id).GetAsync())!.State);
        Assert.Equal(0, (await Here.HoursAsync(volunteer)).Earned);
    }

    private Task<Reply<OrderRecord>> UndoAsync(OrderRecord order, string party, ServiceStep? step = null, Command? command = null) =>
        Here.Order(order.Id).UndoAsync(new StepUndo(command ?? Here.Command(), party, step));

    private Task<Reply<OrderRecord>> ConfirmAsync(OrderRecord order, string elder) =>
        Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}"));

    private async Task<Reply<OrderRecord>> CheckInAsync(OrderRecord order, string volunteer, DateTimeOffset at)
    {
        if (Here.Now < at.AddMinutes(-30)) Here.Now = at.AddMinutes(-30);
        return await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}"));
    }

    private async Task<OrderRecord> RatedAsync(OrderRecord order, string elder)
    {
        Value(await ConfirmAsync(order, elder));
        return Value(await Here.Order(order.Id).RateAsync(Here.Command(), $"elders/{elder}", 5, "好"));
    }

    private async Task<Reply<OrderRecord>> ServeAndConfirmAsync(OrderRecord order, string volunteer, string elder) =>
        await ConfirmAsync(await ServeAsync(order, volunteer, TimeSpan.FromHours(2)), elder);
}
