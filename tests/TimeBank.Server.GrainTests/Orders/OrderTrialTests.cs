using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>Dry runs of orders' commands give the real command's answer and write nothing.</summary>
public sealed class OrderTrialTests : OrderTests
{
    [Fact]
    public async Task A_request_is_tried_and_takes_no_time()
    {
        string elder = await Here.RegisterWithHoursAsync();

        (OrderRecord would, OrderRecord done) = await TriedAsync(command => Here.RequestAsync($"elders/{elder}", command: command));

        Assert.Equal(done, would);
        await TrialRefusedAsync(Reason.OrderTimesOverlap, command => Here.RequestAsync($"elders/{elder}", command: command));
    }

    [Fact]
    public async Task An_acceptance_is_tried_and_holds_nothing()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}"));

        (OrderRecord would, OrderRecord done) = await TriedAsync(command => Here.AcceptAsync(order.Id, volunteer, command: command));

        Assert.Equal((OrderState.Accepted, volunteer), (would.State, would.Volunteer));
        Assert.Null(would.HoldEntry);
        Assert.Equal(done, would with { HoldEntry = done.HoldEntry });
        Assert.Equal(120, (await Here.HoursAsync(elder)).Held);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancellation_is_tried_whether_or_not_there_is_a_hold(bool accepted)
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}"));
        if (accepted) Value(await Here.AcceptAsync(order.Id, volunteer));

        (OrderRecord would, OrderRecord done) =
            await TriedAsync(command => Here.Order(order.Id).CancelAsync(Here.Step($"elders/{elder}", "住院", command)));

        Assert.Equal(done, would with { EndEntry = done.EndEntry });
        Assert.Equal((OrderState.Cancelled, "住院", null), (would.State, would.CancelNote, would.EndEntry));
    }

    [Fact]
    public async Task A_confirmation_is_tried_with_what_would_pass_the_cap()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2), credit: 89_970);

        (OrderRecord would, OrderRecord done) =
            await TriedAsync(command => Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}", command: command)));

        Assert.Equal((OrderState.Confirmed, 120L, 90L, null), (would.State, would.Credited, would.ToPool, would.EndEntry));
        Assert.Equal(done, would with { EndEntry = done.EndEntry });
        Assert.Equal(90_000, (await Here.HoursAsync(volunteer)).Earned);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(null)]
    public async Task The_end_of_a_dispute_is_tried(int? minutes)
    {
        (string elder, _, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        Value(await Here.Order(order.Id).DisputeAsync(Here.Step($"elders/{elder}", "只来了一小时")));
        Task<Reply<OrderRecord>> ResolveAsync(Command command) =>
            Here.Order(order.Id).ResolveAsync(command, minutes, "看了录像");

        await TrialRefusedAsync(Reason.MakerIsChecker, ResolveAsync);
        (OrderRecord would, OrderRecord done) = await TriedAsync(ResolveAsync, actor: "CHECKER");

        Assert.Equal(done, would with { EndEntry = done.EndEntry });
        Assert.Equal((minutes is not null, "看了录像"), (would.Dispute!.Settled, would.Dispute.ResolveNote));
    }

    [Fact]
    public async Task What_a_trial_is_refused_may_be_done_later_under_the_same_id()
    {
        string elder = await Here.RegisterAsync(), volunteer = await Here.EnrolAsync(), busy = await Here.RegisterWithHoursAsync();
        Value(await Here.Elder(elder).IssueHoursAsync(Here.Command(), MonthOf(Here.Now)));
        OrderRecord first = Value(await Here.RequestAsync($"elders/{busy}")), second = Value(await Here.RequestAsync($"elders/{elder}"));
        Value(await Here.AcceptAsync(first.Id, volunteer));

        Command accept = await TrialRefusedAsync(Reason.OrderTimesOverlap, command =>
            Here.AcceptAsync(second.Id, volunteer, command: command));
        Value(await Here.Order(first.Id).CancelAsync(Here.Step($"elders/{busy}")));

        Value(await Here.AcceptAsync(second.Id, volunteer, command: accept));
    }

    [Fact]
    public async Task A_hold_whose_time_is_over_counts_as_ended_and_is_not_ended()
    {
        (string elder, _, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        Here.Now = District.Start.AddDays(16);

        await TrialRefusedAsync(Reason.OrderWrongState, command =>
            Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}", command: command)));

        Assert.Equal(0, await Here.CountAsync(EntryCode.ReleaseService));
        Assert.Equal(OrderState.Cancelled, (await Here.Order(order.Id).GetAsync())!.State);
    }

    [Fact]
    public async Task What_a_crash_left_open_is_seen_and_not_finished()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync(), second = await Here.EnrolAsync();
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}"));
        Here.States.FailNext(ServiceOrderState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Here.AcceptAsync(order.Id, volunteer));

        await TrialRefusedAsync(Reason.OrderWrongState, command => Here.AcceptAsync(order.Id, second, command: command));

        Assert.Equal(volunteer, (await Here.Order(order.Id).GetAsync())!.Volunteer);
    }

    [Fact]
    public async Task A_time_that_nobody_needs_any_more_is_free_and_stays_where_it_is()
    {
        string elder = await Here.RegisterWithHoursAsync();
        Here.States.FailNext(ServiceOrderState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Here.RequestAsync($"elders/{elder}"));

        (OrderRecord would, OrderRecord done) = await TriedAsync(command => Here.RequestAsync($"elders/{elder}", command: command));

        Assert.Equal(done, would);
    }

    [Fact]
    public async Task Who_asks_while_a_cancellation_is_tried_hears_that_the_time_is_taken()
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        string person = $"{Tianyuan}/{volunteer}";

        for (int time = 0; time < 20; time++)
        {
            Task<Reply<OrderRecord>> trial = Here.Order(order.Id)
                .CancelAsync(Here.Step($"elders/{elder}", command: Here.Command() with { IsDryRun = true }));
            while (!trial.IsCompleted) Assert.True(await Here.Order(order.Id).OccupiesAsync(person, now: false));
            Assert.Equal(OrderState.Cancelled, Value(await trial).State);
        }
    }

    [Fact]
    public async Task A_trial_of_what_happened_gives_what_happened_and_of_other_content_a_conflict()
    {
        (string elder, _, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        Command confirm = Here.Command(content: "a");
        OrderRecord done = Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}", command: confirm)));
        string before = await Here.EverythingAsync();

        Reply<OrderRecord> again = await Here.Order(order.Id)
            .ConfirmAsync(Here.Step($"elders/{elder}", command: confirm with { IsDryRun = true }));
        Reply<OrderRecord> other = await Here.Order(order.Id)
            .ConfirmAsync(Here.Step($"elders/{elder}", command: confirm with
            {
                IsDryRun = true,
                RequestDigest = Digest.Of([9]).ToString()
            }));

        Assert.Equal((done, Reason.RequestIdReused), (Value(again), other.Reason));
        Assert.Equal(before, await Here.EverythingAsync());
    }

    [Fact]
    public async Task A_command_whose_trial_nobody_offers_is_not_carried_out_by_mistake()
    {
        Command command = Here.Command() with { IsDryRun = true };
        string before = await Here.EverythingAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Here.Elder(command.NewId.Text)
            .RegisterAsync(command, "E", new DateOnly(1940, 1, 1), Difficulties.None));

        Assert.Equal(before, await Here.EverythingAsync());
    }
}
