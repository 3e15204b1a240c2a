using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// How services are proven: places, grades, reviews. Near is 500 m (policy); doubtful evidence and what is recorded afterwards waits.
/// </summary>
public sealed class OrderEvidenceTests : OrderTests
{
    private const int Latitude = 27_827_123, Longitude = 113_134_456;

    [Theory]
    [InlineData(0, 0, EvidenceGrade.BothSides, OrderState.Confirmed)]
    [InlineData(2_000, 222, EvidenceGrade.BothSides, OrderState.Confirmed)]
    [InlineData(20_000, 2_224, EvidenceGrade.Doubtful, OrderState.InReview)]
    public async Task What_both_sides_record_near_the_home_posts_at_once_and_far_from_it_waits(
        int microsNorth, int meters, EvidenceGrade grade, OrderState left)
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        await HomeAsync(elder);
        PlaceSeen there = new(Latitude + microsNorth, Longitude, null), home = new(Latitude, Longitude, null);
        Here.Now = order.Start;
        Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}") with { Place = there }));
        Value(await Here.Order(order.Id).PresenceAsync(Here.Step($"elders/{elder}") with { Place = home }, ServiceEnd.Begin));
        Here.Now += TimeSpan.FromHours(2);
        Value(await Here.Order(order.Id).PresenceAsync(Here.Step($"elders/{elder}") with { Place = home }, ServiceEnd.End));
        OrderRecord served = Value(await Here.Order(order.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}") with { Place = home }));

        OrderRecord confirmed = Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}")));

        Assert.Equal(grade, EvidenceRule.Of(served.Begin, served.End));
        Assert.Equal((meters, 0, 0),
            (served.Begin!.Volunteer!.Meters, served.Begin.Recipient!.Meters, served.End!.Volunteer!.Meters));
        Assert.Equal(left, confirmed.State);
        Assert.Equal(left == OrderState.Confirmed ? 120 : 0, (await Here.HoursAsync(volunteer)).Earned);
        // Nothing that is stored shows where anybody was or lives.
        string everything = await Here.EverythingAsync();
        Assert.All([Latitude, Latitude + microsNorth, Longitude], number =>
            Assert.DoesNotContain($"{number}", everything, StringComparison.Ordinal));
    }

    /// <summary>The clerk recorded something for a side: what it was doesn't matter, nor whether it was taken back.</summary>
    [Theory]
    [InlineData("check-in")]
    [InlineData("check-in taken back")]
    [InlineData("check-out")]
    [InlineData("presence")]
    [InlineData("nothing")]
    public async Task Staff_who_recorded_any_of_it_confirm_it_for_nobody(string recorded)
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        IServiceOrderGrain grain = Here.Order(order.Id);
        string serving = $"volunteers/{volunteer}", served = $"elders/{elder}";
        OrderStep Step(string party, string what) => Here.Step(party, command: recorded.StartsWith(what, StringComparison.Ordinal)
            ? Here.Command("desk-a") with { OnBehalfOf = party } : Here.Command(party));
        OrderStep ByStaff(string clerk) => Here.Step(served, command: Here.Command(clerk) with { OnBehalfOf = served });
        Here.Now = order.Start;
        Value(await grain.CheckInAsync(Step(serving, "check-in")));
        if (recorded.EndsWith("taken back", StringComparison.Ordinal))
        {
            Value(await grain.UndoAsync(new StepUndo(Here.Command(serving), serving, ServiceStep.CheckIn)));
            Value(await grain.CheckInAsync(Here.Step(serving, command: Here.Command(serving))));
        }
        Value(await grain.PresenceAsync(Step(served, "presence"), ServiceEnd.Begin));
        Here.Now += TimeSpan.FromHours(1);
        Value(await grain.CheckOutAsync(Step(serving, "check-out")));
        await Here.ForgetAsync(grain);

        if (recorded != "nothing") await RefusedAsync(Reason.MakerIsChecker, () => grain.ConfirmAsync(ByStaff("desk-a")));
        Assert.Equal(60, Value(await grain.ConfirmAsync(ByStaff(recorded == "nothing" ? "desk-a" : "desk-b"))).Credited);
    }

    /// <summary>Whoever confirmed for the elder, and took it back, may confirm again: that is no evidence.</summary>
    [Fact]
    public async Task The_elder_confirms_what_they_recorded_and_a_clerk_confirms_again_what_they_took_back()
    {
        (string elder, _, OrderRecord order) = await InReviewAsync(confirmed: false);
        OrderStep byStaff = Here.Step($"elders/{elder}", command: Here.Command("desk-c") with { OnBehalfOf = elder });
        await RefusedAsync(Reason.MakerIsChecker, () => Here.Order(order.Id).ConfirmAsync(
            Here.Step($"elders/{elder}", command: Here.Command("desk-a") with { OnBehalfOf = elder })));
        Value(await Here.Order(order.Id).ConfirmAsync(byStaff));
        Value(await Here.Order(order.Id).UndoAsync(
            new StepUndo(Here.Command("desk-c") with { OnBehalfOf = elder }, $"elders/{elder}", ServiceStep.Confirmation)));
        Assert.Equal(OrderState.InReview, Value(await Here.Order(order.Id).ConfirmAsync(
            Here.Step($"elders/{elder}", command: Here.Command("desk-c") with { OnBehalfOf = elder }))).State);

        (elder, string volunteer, order) = await AcceptedAsync();
        Here.Now = order.Start;
        Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Value(await Here.Order(order.Id).PresenceAsync(Here.Step($"elders/{elder}", command: Here.Command("elder")), ServiceEnd.Begin));
        Here.Now += TimeSpan.FromHours(1);
        Value(await Here.Order(order.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}")));
        Assert.Equal(OrderState.Confirmed, Value(await Here.Order(order.Id).ConfirmAsync(
            Here.Step($"elders/{elder}", command: Here.Command("elder")))).State);
    }

    /// <summary>The doubt was gone with the step, and the same service posted at once.</summary>
    [Theory]
    [InlineData(ServiceStep.CheckIn)]
    [InlineData(ServiceStep.CheckOut)]
    public async Task What_was_doubtful_about_a_record_that_is_taken_back_comes_back_with_the_next_one(ServiceStep step)
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        await HomeAsync(elder);
        PlaceSeen far = new(Latitude + 20_000, Longitude, null);
        OrderStep Serving(bool isFar) => Here.Step($"volunteers/{volunteer}") with { Place = isFar ? far : null };
        async Task<OrderRecord> StepAsync(ServiceStep which, bool isFar) => Value(which == ServiceStep.CheckIn
            ? await Here.Order(order.Id).CheckInAsync(Serving(isFar)) : await Here.Order(order.Id).CheckOutAsync(Serving(isFar)));
        EndEvidence? Of(OrderRecord shown) => step == ServiceStep.CheckIn ? shown.Begin : shown.End;
        Here.Now = order.Start;
        if (step == ServiceStep.CheckOut) await StepAsync(ServiceStep.CheckIn, isFar: false);
        Here.Now += TimeSpan.FromHours(1);
        Assert.Equal([EvidenceDoubt.Far], Of(await StepAsync(step, isFar: true))!.Doubts);

        OrderRecord back = Value(await Here.Order(order.Id).UndoAsync(new StepUndo(Here.Command(), $"volunteers/{volunteer}", step)));
        Assert.Null(Of(back));
        await Here.ForgetAsync(Here.Order(order.Id));
        OrderRecord again = await StepAsync(step, isFar: false);

        Assert.Equal((EvidenceGrade.Doubtful, null), (Of(again)!.Grade, Of(again)!.Volunteer!.Meters));
        Assert.Equal([EvidenceDoubt.Far], Of(again)!.Doubts);
        // The recipient's own record doesn't wipe it out either.
        OrderRecord seen = Value(await Here.Order(order.Id).PresenceAsync(
            Here.Step($"elders/{elder}"), step == ServiceStep.CheckIn ? ServiceEnd.Begin : ServiceEnd.End));
        Assert.Equal([EvidenceDoubt.Far], Of(seen)!.Doubts);
        if (step == ServiceStep.CheckIn)
        {
            Here.Now += TimeSpan.FromMinutes(30);
            await StepAsync(ServiceStep.CheckOut, isFar: false);
        }
        Assert.Equal(OrderState.InReview, Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}"))).State);
    }

    /// <summary>Days by which a phone's clock is wrong. The server's clock dates the step.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(366)]
    [InlineData(-20_000)]
    public async Task A_phone_with_a_wrong_clock_keeps_nobody_from_serving_and_its_place_does_not_count(int days)
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        await HomeAsync(elder);
        Here.Now = order.Start;

        OrderRecord begun = Value(await Here.Order(order.Id).CheckInAsync(
            Here.Step($"volunteers/{volunteer}") with { Place = new(Latitude, Longitude, Here.Now.AddDays(days)) }));

        Assert.Equal((order.Start, EvidenceGrade.Doubtful, null), (begun.CheckedIn, begun.Begin!.Grade, begun.Begin.Volunteer!.Meters));
        Assert.Equal([EvidenceDoubt.ClockDiffers], begun.Begin.Doubts);
    }

    [Fact]
    public async Task A_place_counts_for_nothing_where_no_home_is_known_and_staff_have_none()
    {
        (_, string volunteer, OrderRecord order) = await AcceptedAsync();
        Here.Now = order.Start;
        PlaceSeen place = new(Latitude, Longitude, Here.Now);
        Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}") with { Place = place }));
        Here.Now += TimeSpan.FromHours(2);
        Command counter = Here.Command("desk-a") with { OnBehalfOf = volunteer };

        OrderRecord served = Value(await Here.Order(order.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}", command: counter)));

        Assert.Equal((EvidenceGrade.OneSide, null), (served.Begin!.Grade, served.Begin.Volunteer!.Meters));
        Assert.Equal((EvidenceGrade.Counter, EvidenceGrade.Counter), (served.End!.Grade, EvidenceRule.Of(served.Begin, served.End)));
    }

    [Fact]
    public async Task Evidence_is_reviewed_by_a_second_person_and_then_the_hours_move_once()
    {
        (string elder, string volunteer, OrderRecord order) = await InReviewAsync();
        Assert.Equal((0, 120), ((await Here.HoursAsync(volunteer)).Earned, (await Here.HoursAsync(elder)).Held));
        await RefusedAsync(Reason.MakerIsChecker, () => ReviewAsync(order, true, "desk-a"));
        Command review = Here.Command("desk-b");

        OrderRecord[] done = [.. (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            Here.Order(order.Id).ReviewAsync(review, true, "打过电话")))).Select(Value)];

        Assert.All(done, one => Assert.Equal((OrderState.Confirmed, 90L, true, "打过电话", null),
            (one.State, one.Credited, one.Review!.Accepted, one.Review.Note, one.Undo)));
        Assert.Equal((90, 150), ((await Here.HoursAsync(volunteer)).Earned, (await Here.HoursAsync(elder)).Available));
        Assert.Equal(1, await Here.CountAsync(EntryCode.RenderService));
        await RefusedAsync(Reason.OrderWrongState, () => ReviewAsync(order, false, "desk-c"));
    }

    [Fact]
    public async Task Evidence_that_staff_reject_moves_nothing_and_gives_the_hours_back()
    {
        (string elder, string volunteer, OrderRecord order) = await InReviewAsync();

        OrderRecord rejected = Value(await ReviewAsync(order, false, "desk-b"));

        Assert.Equal((OrderState.Cancelled, false, "x"), (rejected.State, rejected.Review!.Accepted, rejected.Review.Note));
        Assert.Equal((0, 240), ((await Here.HoursAsync(volunteer)).Earned, (await Here.HoursAsync(elder)).Available));
    }

    [Fact]
    public async Task A_confirmation_that_waits_for_staff_is_taken_back_without_an_entry()
    {
        (string elder, _, OrderRecord order) = await InReviewAsync();
        string before = await Here.CountersAsync();

        OrderRecord back = Value(await Here.Order(order.Id).UndoAsync(
            new StepUndo(Here.Command(), $"elders/{elder}", ServiceStep.Confirmation)));

        Assert.Equal((OrderState.CheckedOut, before), (back.State, await Here.CountersAsync()));
        Value(await Here.Order(order.Id).DisputeAsync(Here.Step($"elders/{elder}", "x")));
    }

    [Fact]
    public async Task A_review_that_crashed_after_its_entry_is_finished_and_its_retry_brings_the_words_back()
    {
        (_, string volunteer, OrderRecord order) = await InReviewAsync();
        Command review = Here.Command("desk-b");
        Here.States.FailNext(ServiceOrderState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Here.Order(order.Id).ReviewAsync(review, true, "看过"));

        OrderRecord found = (await Here.Order(order.Id).GetAsync())!;

        Assert.Equal((OrderState.Confirmed, true, ""), (found.State, found.Review!.Accepted, found.Review.Note));
        Assert.Equal("看过", Value(await Here.Order(order.Id).ReviewAsync(review, true, "看过")).Review!.Note);
        Assert.Equal(90, (await Here.HoursAsync(volunteer)).Earned);
    }

    [Fact]
    public async Task What_waits_for_staff_too_long_ends_with_its_hold()
    {
        (string elder, string volunteer, OrderRecord order) = await InReviewAsync();
        Here.Now = order.Start.AddDays(15);

        Assert.Equal(OrderState.Cancelled, (await Here.Order(order.Id).GetAsync())!.State);
        Assert.Equal((0, 0), ((await Here.HoursAsync(volunteer)).Earned, (await Here.HoursAsync(elder)).Held));
    }

    [Fact]
    public async Task A_home_is_set_once_a_command_and_kept_for_who_is_registered()
    {
        string elder = await Here.RegisterAsync();
        Command set = Here.Command();
        HomeRecord first = Value(await Home(elder).SetAsync(set, $"elders/{elder}", new(Latitude, Longitude, null)));
        Here.Now += TimeSpan.FromHours(1);

        Assert.Equal(first, Value(await Home(elder).SetAsync(set, $"elders/{elder}", new(Latitude, Longitude, null))));
        Assert.Equal(Reason.RequestIdReused,
            (await Home(elder).SetAsync(set, $"elders/{elder}", new(Latitude + 1, Longitude, null))).Reason);
        Value(await Home(elder).SetAsync(Here.Command(), $"elders/{elder}", new(Latitude + 9_000, Longitude, null)));
        Assert.InRange((await Home(elder).MetersAsync(new(Latitude, Longitude, null)))!.Value, 999, 1_002);
        Assert.Equal(Reason.ElderNotFound,
            (await Home("000000000000").SetAsync(Here.Command(), "elders/000000000000", new(Latitude, Longitude, null))).Reason);
        Assert.Null(await Home("000000000000").MetersAsync(new(Latitude, Longitude, null)));
        Assert.DoesNotContain("2782", $"{new PlaceSeen(Latitude, Longitude, null)}", StringComparison.Ordinal);
    }

    /// <summary>An order of two hours that desk-a recorded afterwards from paper, from 9:00 to 10:30, and the elder confirmed.</summary>
    private async Task<(string Elder, string Volunteer, OrderRecord Order)> InReviewAsync(bool confirmed = true)
    {
        (string elder, string volunteer, OrderRecord order) = await AcceptedAsync();
        Here.Now = order.Start.AddHours(26);
        OrderRecord recorded = Value(await Here.Order(order.Id).RecordAsync(new ServiceRecorded(
            Here.Command("desk-a"), $"volunteers/{volunteer}", order.Start, order.Start.AddMinutes(90), EvidenceSource.Paper, "P-17")));
        if (!confirmed) return (elder, volunteer, recorded);
        OrderRecord waits = Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}")));
        Assert.Equal((OrderState.InReview, EvidenceGrade.Paper), (waits.State, waits.Begin!.Grade));
        return (elder, volunteer, waits);
    }

    private Task<Reply<OrderRecord>> ReviewAsync(OrderRecord order, bool accepted, string actor) =>
        Here.Order(order.Id).ReviewAsync(Here.Command(actor), accepted, "x");

    private async Task HomeAsync(string elder) =>
        Value(await Home(elder).SetAsync(Here.Command(), $"elders/{elder}", new(Latitude, Longitude, null)));

    private IHomeGrain Home(string person) => Here.Grains.GetGrain<IHomeGrain>($"{Tianyuan}/{person}");
}
