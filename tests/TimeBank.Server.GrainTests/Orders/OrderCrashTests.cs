using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>After a crash between the ledger's entry and the order's state, the next look finishes the step, and a retry works.</summary>
public sealed class OrderCrashTests : OrderTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hold_that_the_state_never_learnt_of_is_found(bool retries)
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}"));
        Command accept = Here.Command();
        await CrashAsync(() => Here.AcceptAsync(order.Id, volunteer, command: accept));

        OrderRecord found = retries ? Value(await Here.AcceptAsync(order.Id, volunteer, command: accept))
            : (await Here.Order(order.Id).GetAsync())!;

        Assert.Equal((OrderState.Accepted, volunteer), (found.State, found.Volunteer));
        Assert.Equal(1, await Here.CountAsync(EntryCode.HoldService));
        Assert.Equal(120, (await Here.HoursAsync(elder)).Held);
        Value(await Here.AcceptAsync(order.Id, volunteer, command: accept));
        await RefusedAsync(Reason.RequestIdReused, () =>
            Here.Volunteer(volunteer).DonateAsync(accept with { RequestDigest = Digest.Of([8]).ToString() }, 1));
    }

    [Fact]
    public async Task Another_volunteer_comes_too_late_for_an_order_that_was_accepted_in_a_crash()
    {
        string elder = await Here.RegisterWithHoursAsync(), first = await Here.EnrolAsync(), second = await Here.EnrolAsync();
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}"));
        await CrashAsync(() => Here.AcceptAsync(order.Id, first));

        await RefusedAsync(Reason.OrderWrongState, () => Here.AcceptAsync(order.Id, second));

        Assert.Equal(first, (await Here.Order(order.Id).GetAsync())!.Volunteer);
    }

    [Fact]
    public async Task The_time_of_who_accepted_in_a_crash_stays_taken()
    {
        string volunteer = await Here.EnrolAsync(), one = await Here.RegisterWithHoursAsync(), two = await Here.RegisterWithHoursAsync();
        OrderRecord order = Value(await Here.RequestAsync($"elders/{one}")), other = Value(await Here.RequestAsync($"elders/{two}"));
        await CrashAsync(() => Here.AcceptAsync(order.Id, volunteer));

        await RefusedAsync(Reason.OrderTimesOverlap, () => Here.AcceptAsync(other.Id, volunteer));
    }

    [Fact]
    public async Task A_time_that_a_crash_left_reserved_for_nothing_is_free_for_who_needs_it()
    {
        string elder = await Here.RegisterWithHoursAsync();
        Here.States.FailNext(ServiceOrderState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Here.RequestAsync($"elders/{elder}"));

        Value(await Here.RequestAsync($"elders/{elder}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hours_that_moved_without_the_state_knowing_move_once(bool retries)
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        OrderStep confirm = Here.Step($"elders/{elder}");
        await CrashAsync(() => Here.Order(order.Id).ConfirmAsync(confirm));

        OrderRecord found = retries ? Value(await Here.Order(order.Id).ConfirmAsync(confirm)) : (await Here.Order(order.Id).GetAsync())!;

        Assert.Equal((OrderState.Confirmed, 120L), (found.State, found.Credited));
        Assert.Equal(found, Value(await Here.Order(order.Id).ConfirmAsync(confirm)));
        Assert.Equal(120, (await Here.HoursAsync(volunteer)).Earned);
        await RefusedAsync(Reason.OrderWrongState, () => Here.Order(order.Id).DisputeAsync(Here.Step($"elders/{elder}", "x")));
    }

    [Fact]
    public async Task A_cancellation_is_finished_and_its_retry_brings_the_words_back()
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        OrderStep cancel = Here.Step($"elders/{elder}", "住院");
        await CrashAsync(() => Here.Order(order.Id).CancelAsync(cancel));

        Assert.Equal(OrderState.Cancelled, (await Here.Order(order.Id).GetAsync())!.State);
        Assert.Equal("住院", Value(await Here.Order(order.Id).CancelAsync(cancel)).CancelNote);
        Assert.Equal(240, (await Here.HoursAsync(elder)).Available);
        Value(await Here.AcceptAsync(Value(await Here.RequestAsync($"elders/{elder}")).Id, volunteer));
    }

    [Theory]
    [InlineData("check-in")]
    [InlineData("check-out")]
    public async Task A_step_whose_write_fails_has_not_happened(string step)
    {
        (_, string volunteer, OrderRecord order) = await AcceptedAsync();
        Here.Now = order.Start;
        Command command = Here.Command();
        if (step == "check-out") Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Task<Reply<OrderRecord>> CallAsync() => step == "check-in"
            ? Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}", command: command))
            : Here.Order(order.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}", command: command));
        await CrashAsync(CallAsync);
        OrderState before = step == "check-in" ? OrderState.Accepted : OrderState.CheckedIn;

        Assert.Equal(before, (await Here.Order(order.Id).GetAsync())!.State);
        Assert.NotEqual(before, Value(await CallAsync()).State);
    }

    private async Task CrashAsync(Func<Task<Reply<OrderRecord>>> call)
    {
        Here.States.FailNext(ServiceOrderState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(call);
    }
}
