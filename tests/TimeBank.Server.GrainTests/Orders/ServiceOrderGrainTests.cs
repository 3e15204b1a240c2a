using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

public sealed class ServiceOrderGrainTests : OrderTests
{
    [Fact]
    public async Task Hours_move_from_the_elder_to_the_volunteer_by_what_was_served_in_whole_steps()
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        Assert.Equal((240, 120), ((await Here.HoursAsync(elder)).Issued, (await Here.HoursAsync(elder)).Held));

        Here.Now += TimeSpan.FromHours(1);
        Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Here.Now += TimeSpan.FromMinutes(104);
        Assert.Equal(90, Value(await Here.Order(order.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}"))).Served);
        OrderRecord confirmed = Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}")));

        Assert.Equal((OrderState.Confirmed, 90L, 0L), (confirmed.State, confirmed.Credited, confirmed.ToPool));
        Assert.Equal((150, 0, 150), Figures(await Here.HoursAsync(elder)));
        PersonHours earned = await Here.HoursAsync(volunteer);
        Assert.Equal((90, 90), (earned.Earned, earned.Lifetime));
        Assert.Equal(5, Value(await Here.Order(order.Id).RateAsync(Here.Command(), $"elders/{elder}", 5, "好"))
            .Rating!.Stars);
        await RefusedAsync(Reason.OrderAlreadyRated, () =>
            Here.Order(order.Id).RateAsync(Here.Command(), $"elders/{elder}", 1, ""));
    }

    [Fact]
    public async Task A_service_too_short_for_a_step_earns_nothing_and_gives_all_back()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromMinutes(14));

        Assert.Equal(0, Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}"))).Credited);

        Assert.Equal((240, 0), ((await Here.HoursAsync(elder)).Available, (await Here.HoursAsync(volunteer)).Earned));
    }

    [Fact]
    public async Task Time_past_what_was_planned_is_not_counted()
    {
        (_, _, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(7));

        Assert.Equal(120, (await Here.Order(order.Id).GetAsync())!.Served);
    }

    [Fact]
    public async Task What_passes_the_cap_goes_to_the_pool_in_the_same_entry()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2), credit: 89_970);

        OrderRecord confirmed = Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}")));

        Assert.Equal((120L, 90L), (confirmed.Credited, confirmed.ToPool));
        PersonHours hours = await Here.HoursAsync(volunteer);
        Assert.Equal((90_000, 90_090, 5), (hours.Earned, hours.Lifetime, hours.Stars));
        Assert.Equal(1, await Here.CountAsync(EntryCode.RenderService));
    }

    [Fact]
    public async Task Hours_are_spent_in_the_order_issued_gifted_earned()
    {
        string person = await Here.EnrolAsync(age: 70), child = await Here.EnrolAsync(), volunteer = await Here.EnrolAsync();
        await Here.CreditAsync(person, 60);
        await Here.CreditAsync(child, 60);
        Value(await Here.Volunteer(child)
            .SetFamilyAsync(Here.Command(), [new FamilyRecord($"volunteers/{person}", Kinship.Parent)]));
        Value(await Here.Volunteer(child).GiftAsync(Here.Command(), $"volunteers/{person}", 60));
        OrderRecord order = Value(await Here.RequestAsync($"volunteers/{person}", minutes: 90));

        await ServeAsync(Value(await Here.AcceptAsync(order.Id, volunteer)), volunteer, TimeSpan.FromMinutes(75));
        Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"volunteers/{person}")));

        PersonHours left = await Here.HoursAsync(person);
        Assert.Equal((0, 45), (left.Gifted, left.Earned));
    }

    [Fact]
    public async Task A_dispute_is_settled_by_somebody_else_with_at_most_what_was_planned()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        OrderRecord disputed = Value(
            await Here.Order(order.Id).DisputeAsync(Here.Step($"elders/{elder}", "只来了一小时", Here.Command("COUNTER"))));
        Assert.Equal(OrderState.Disputed, disputed.State);

        await RefusedAsync(Reason.MakerIsChecker, () => ResolveAsync(order.Id, 60, "COUNTER"));
        await RefusedAsync(Reason.HoldAmountExceeded, () => ResolveAsync(order.Id, 121));
        OrderRecord settled = Value(await ResolveAsync(order.Id, 60));

        Assert.Equal((OrderState.Confirmed, 60L, true, "看了录像"),
            (settled.State, settled.Credited, settled.Dispute!.Settled, settled.Dispute.ResolveNote));
        Assert.Equal((60, 180), ((await Here.HoursAsync(volunteer)).Earned, (await Here.HoursAsync(elder)).Available));
    }

    [Fact]
    public async Task A_dispute_that_is_dropped_gives_all_back()
    {
        (string elder, _, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        Value(await Here.Order(order.Id).DisputeAsync(Here.Step($"elders/{elder}", "没来")));

        OrderRecord dropped = Value(await ResolveAsync(order.Id, null));

        Assert.Equal((OrderState.Cancelled, false), (dropped.State, dropped.Dispute!.Settled));
        Assert.Equal(240, (await Here.HoursAsync(elder)).Available);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_order_gives_hours_and_times_back(bool accepted)
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}"));
        if (accepted) Value(await Here.AcceptAsync(order.Id, volunteer));

        OrderRecord cancelled = Value(await Here.Order(order.Id).CancelAsync(Here.Step($"elders/{elder}", "住院")));

        Assert.Equal((OrderState.Cancelled, "住院"), (cancelled.State, cancelled.CancelNote));
        Assert.Equal((240, 0, 240), Figures(await Here.HoursAsync(elder)));
        Value(await Here.AcceptAsync(Value(await Here.RequestAsync($"elders/{elder}")).Id, volunteer));
    }

    [Fact]
    public async Task A_hold_that_nobody_confirms_ends_by_an_entry_when_the_order_is_looked_at()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        Here.Now = District.Start.AddDays(16);

        OrderRecord looked = (await Here.Order(order.Id).GetAsync())!;

        Assert.Equal(OrderState.Cancelled, looked.State);
        Assert.NotNull(looked.EndEntry);
        Assert.Equal((240, 0), ((await Here.HoursAsync(elder)).Available, (await Here.HoursAsync(volunteer)).Earned));
        await RefusedAsync(Reason.OrderWrongState, () => Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}")));
    }

    [Fact]
    public async Task A_hold_that_is_over_by_the_journals_time_ends_the_order_though_the_clock_went_back()
    {
        (string elder, string volunteer, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        DateTimeOffset now = Here.Now;
        Here.Now = District.Start.AddDays(16);
        await Here.CreditAsync(volunteer, 15);
        Here.Now = now;

        Refusal refusal = (await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}"))).Refusal!;

        Assert.Equal((Reason.OrderWrongState, "state=ORDER_STATE_CANCELLED"), (refusal.Reason, refusal.Detail));
        Assert.Equal(OrderState.Cancelled, (await Here.Order(order.Id).GetAsync())!.State);
        Assert.Equal((240, 15), ((await Here.HoursAsync(elder)).Available, (await Here.HoursAsync(volunteer)).Earned));
    }

    [Fact]
    public async Task A_dispute_keeps_its_hold_but_what_is_settled_too_late_can_only_be_dropped()
    {
        (string elder, _, OrderRecord order) = await ServedAsync(TimeSpan.FromHours(2));
        Value(await Here.Order(order.Id).DisputeAsync(Here.Step($"elders/{elder}", "没来")));
        Here.Now = District.Start.AddDays(16);

        Assert.Equal(OrderState.Disputed, (await Here.Order(order.Id).GetAsync())!.State);
        await RefusedAsync(Reason.HoldExpired, () => ResolveAsync(order.Id, 60));
        Assert.Equal(OrderState.Cancelled, Value(await ResolveAsync(order.Id, null)).State);
        Assert.Equal(240, (await Here.HoursAsync(elder)).Available);
    }

    [Fact]
    public async Task Steps_again_answer_the_same_and_with_another_content_conflict()
    {
        string elder = await Here.RegisterWithHoursAsync(), volunteer = await Here.EnrolAsync();
        Command request = Here.Command(), accept = Here.Command(content: "a"), cancel = Here.Command();
        TimeSpan soon = TimeSpan.FromHours(1);
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}", soon, command: request));
        Assert.Equal(order, Value(await Here.RequestAsync($"elders/{elder}", soon, command: request)));

        OrderRecord accepted = Value(await Here.AcceptAsync(order.Id, volunteer, command: accept));
        await Here.ForgetAsync(Here.Order(order.Id));
        Assert.Equal(accepted, Value(await Here.AcceptAsync(order.Id, volunteer, command: accept)));
        await RefusedAsync(Reason.RequestIdReused, () =>
            Here.AcceptAsync(order.Id, volunteer, command: accept with { RequestDigest = Digest.Of([9]).ToString() }));
        await RefusedAsync(Reason.RequestIdReused, () =>
            Here.Volunteer(volunteer).DonateAsync(accept with { RequestDigest = Digest.Of([8]).ToString() }, 1));

        OrderRecord cancelled = Value(await Here.Order(order.Id).CancelAsync(Here.Step($"elders/{elder}", "x", cancel)));
        Assert.Equal(cancelled, Value(await Here.Order(order.Id).CancelAsync(Here.Step($"elders/{elder}", "x", cancel))));
        Assert.Equal(1, await Here.CountAsync(EntryCode.HoldService));
        Assert.Equal(1, await Here.CountAsync(EntryCode.ReleaseService));
    }

    [Fact]
    public async Task A_refusal_is_given_again_even_where_the_rules_would_now_allow_it()
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        OrderStep early = Here.Step($"volunteers/{volunteer}");
        Here.Now -= TimeSpan.FromMinutes(1);
        Refusal refusal = await RefusedAsync(Reason.OrderTooEarly, () => Here.Order(order.Id).CheckInAsync(early));
        Here.Now += TimeSpan.FromHours(1);

        Assert.Equal(refusal, (await Here.Order(order.Id).CheckInAsync(early)).Refusal);
        Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
    }

    private Task<Reply<OrderRecord>> ResolveAsync(OpaqueId order, long? minutes, string actor = "CHECKER") =>
        Here.Order(order).ResolveAsync(Here.Command(actor), minutes, "看了录像");

    private static (long Issued, long Held, long Available) Figures(PersonHours hours) => (hours.Issued, hours.Held, hours.Available);
}
