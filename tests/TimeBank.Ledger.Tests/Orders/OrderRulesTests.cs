using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>The steps that an order allows by its state and the time. The order is planned for 1 October 2026, 9:00 to 11:00.</summary>
public sealed class OrderRulesTests
{
    private static readonly DateOnly Day = new(2026, 10, 1);
    private static readonly HoursPolicy Policy = PolicyHistory.BuiltIn.At(Day).Hours;
    private static readonly OrderPlan Plan = new(At("09:00"), new Minutes(120));

    [Theory]
    [InlineData("09:00", 120, "09:00", Reason.None)]
    [InlineData("09:00", 15, "08:00", Reason.None)]
    [InlineData("09:00", 121, "08:00", Reason.SessionTooLong)]
    [InlineData("09:00", 120, "09:01", Reason.OrderStartsInPast)]
    [InlineData("09:00", 121, "09:01", Reason.SessionTooLong)]
    public void A_request_is_of_one_session_and_not_of_the_past(string start, long minutes, string now, Reason expected) =>
        Is(expected, OrderRule.Request(new OrderPlan(At(start), new Minutes(minutes)), At(now), Policy));

    [Theory]
    [InlineData(60, 0, Reason.None)]
    [InlineData(60, 1, Reason.SpenderTooYoung)]
    [InlineData(59, 0, Reason.SpenderTooYoung)]
    [InlineData(90, 0, Reason.None)]
    public void Hours_are_spent_from_a_birthday_on(int years, int daysLater, Reason expected) =>
        Is(expected, OrderRule.Spend(Born(years, daysLater), Day, Policy));

    [Theory]
    [InlineData(18, 0, Reason.None)]
    [InlineData(18, 1, Reason.VolunteerTooYoung)]
    [InlineData(17, 0, Reason.VolunteerTooYoung)]
    [InlineData(70, 0, Reason.None)]
    public void Hours_are_earned_from_a_birthday_on(int years, int daysLater, Reason expected) =>
        Is(expected, OrderRule.Earn(Born(years, daysLater), Day, Policy));

    [Theory]
    [InlineData(OrderState.Requested, "08:00", Reason.None)]
    [InlineData(OrderState.Requested, "10:59", Reason.None)]
    [InlineData(OrderState.Requested, "11:00", Reason.OrderStartsInPast)]
    [InlineData(OrderState.Accepted, "08:00", Reason.OrderWrongState)]
    [InlineData(OrderState.Cancelled, "11:00", Reason.OrderWrongState)]
    public void An_order_is_accepted_until_its_planned_end(OrderState state, string now, Reason expected) =>
        Is(expected, OrderRule.Accept(state, Plan, At(now)));

    [Theory]
    [InlineData(OrderState.Accepted, "08:29", Reason.OrderTooEarly)]
    [InlineData(OrderState.Accepted, "08:30", Reason.None)]
    [InlineData(OrderState.Accepted, "10:59", Reason.None)]
    [InlineData(OrderState.Accepted, "11:00", Reason.OrderStartsInPast)]
    [InlineData(OrderState.Requested, "08:29", Reason.OrderWrongState)]
    [InlineData(OrderState.CheckedIn, "09:00", Reason.OrderWrongState)]
    public void A_volunteer_checks_in_from_half_an_hour_before(OrderState state, string now, Reason expected) =>
        Is(expected, OrderRule.CheckIn(state, Plan, At(now)));

    [Fact]
    public void Who_is_too_early_hears_from_when_on() =>
        Assert.Equal([("time", "2026-10-01 08:30")], OrderRule.CheckIn(OrderState.Accepted, Plan, At("08:00").ToUniversalTime())!.Values);

    /// <summary>Each state with the steps that it allows, besides the steps tested above.</summary>
    [Theory]
    [InlineData(OrderState.None, "")]
    [InlineData(OrderState.Requested, "cancel")]
    [InlineData(OrderState.Accepted, "cancel")]
    [InlineData(OrderState.CheckedIn, "check-out")]
    [InlineData(OrderState.CheckedOut, "confirm dispute")]
    [InlineData(OrderState.Confirmed, "rate")]
    [InlineData(OrderState.Disputed, "resolve")]
    [InlineData(OrderState.Cancelled, "")]
    public void A_state_allows_its_steps_and_no_others(OrderState state, string steps)
    {
        (string Step, Refusal? Refusal)[] all =
        [
            ("cancel", OrderRule.Cancel(state)), ("check-out", OrderRule.CheckOut(state)), ("confirm", OrderRule.Confirm(state)),
                ("dispute", OrderRule.Dispute(state)),
            ("rate", OrderRule.Rate(state, rated: false)), ("resolve", OrderRule.Resolve(state, Plan, "a", "b", null)),
        ];

        Assert.Equal(steps, string.Join(' ', all.Where(step => step.Refusal is null).Select(step => step.Step)));
        Assert.All(all.Where(step => step.Refusal is not null), step => Assert.Equal(OrderRule.WrongState(state), step.Refusal));
    }

    [Theory]
    [InlineData(OrderState.Confirmed, true, Reason.OrderAlreadyRated)]
    [InlineData(OrderState.CheckedOut, true, Reason.OrderWrongState)]
    public void A_service_is_rated_once(OrderState state, bool rated, Reason expected) => Is(expected, OrderRule.Rate(state, rated));

    [Theory]
    [InlineData(OrderState.Disputed, "staff-a", "staff-b", 120, Reason.None)]
    [InlineData(OrderState.Disputed, "staff-a", "staff-b", null, Reason.None)]
    [InlineData(OrderState.Disputed, "staff-a", "staff-b", 121, Reason.HoldAmountExceeded)]
    [InlineData(OrderState.Disputed, "staff-a", "staff-a", 60, Reason.MakerIsChecker)]
    [InlineData(OrderState.Disputed, "staff-a", "staff-a", 121, Reason.MakerIsChecker)]
    [InlineData(OrderState.CheckedOut, "staff-a", "staff-a", 121, Reason.OrderWrongState)]
    public void A_dispute_is_ended_by_another_person_with_at_most_what_was_planned(OrderState state, string raisedBy, string resolvedBy,
        int? minutes, Reason expected) =>
        Is(expected, OrderRule.Resolve(state, Plan, raisedBy, resolvedBy, minutes is { } settled ? new Minutes(settled) : null));

    /// <summary>Begin and end of a service, and the minutes that it earns.</summary>
    [Theory]
    [InlineData("09:00", "11:00", 120)]
    [InlineData("09:00", "10:59", 105)]
    [InlineData("08:40", "10:40", 120)]
    [InlineData("08:30", "12:00", 120)]
    [InlineData("09:00", "09:14", 0)]
    [InlineData("09:00", "09:15", 15)]
    [InlineData("10:50", "11:20", 30)]
    [InlineData("09:00", "09:00", 0)]
    [InlineData("09:00", "08:00", 0)]
    public void A_service_earns_whole_steps_of_its_time_and_at_most_what_was_planned(string checkedIn, string checkedOut, long minutes) =>
        Assert.Equal(new Minutes(minutes), OrderRule.Served(Plan, At(checkedIn), At(checkedOut), Policy));

    /// <summary>The planned length is an hour. Seconds do not count as a minute.</summary>
    [Theory]
    [InlineData(60, 3_600, 60)]
    [InlineData(60, 3_599, 45)]
    [InlineData(60, 7_200, 60)]
    [InlineData(20, 1_200, 15)]
    [InlineData(15, 899, 0)]
    public void Seconds_make_no_minute_and_a_plan_between_two_steps_earns_the_lower(long planned, int seconds, long minutes) =>
        Assert.Equal(new Minutes(minutes),
            OrderRule.Served(new OrderPlan(Plan.Start, new Minutes(planned)), Plan.Start, Plan.Start.AddSeconds(seconds), Policy));

    private static DateTimeOffset At(string time) => ChinaTime.StartOf(Day) + TimeSpan.ParseExact(time, "hh\\:mm", null);

    private static DateOnly Born(int years, int daysLater) => Day.AddYears(-years).AddDays(daysLater);

    private static void Is(Reason expected, Refusal? refusal) => Assert.Equal(expected, refusal?.Reason ?? Reason.None);
}
