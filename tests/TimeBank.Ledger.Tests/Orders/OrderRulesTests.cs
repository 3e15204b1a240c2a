using System.Globalization;
using System.Reflection;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>The steps that an order allows by its state and the time. The order is planned for 1 October 2026, 9:00 to 11:00.</summary>
public sealed class OrderRulesTests
{
    private static readonly DateOnly Day = new(2026, 10, 1);
    private static readonly HoursPolicy Policy = PolicyHistory.BuiltIn.At(Day).Hours;
    private static readonly EvidencePolicy Evidence = PolicyHistory.BuiltIn.At(Day).Evidence;
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

    /// <summary>
    /// Every state with every event that it allows, at times at which nothing but the state stands in the way. All other pairs are refused
    /// by the state alone.
    /// </summary>
    [Theory]
    [InlineData(OrderState.None, "")]
    [InlineData(OrderState.Requested, "accept cancel")]
    [InlineData(OrderState.Accepted, "check-in begin-seen cancel record absence")]
    [InlineData(OrderState.CheckedIn, "check-out begin-seen end-seen record")]
    [InlineData(OrderState.CheckedOut, "begin-seen end-seen confirm dispute")]
    [InlineData(OrderState.InReview, "review")]
    [InlineData(OrderState.Confirmed, "rate")]
    [InlineData(OrderState.Disputed, "resolve")]
    [InlineData(OrderState.Cancelled, "")]
    public void A_state_allows_its_events_and_no_others(OrderState state, string events)
    {
        (string Event, Refusal? Refusal)[] all =
        [
            ("accept", OrderRule.Accept(state, Plan, At("08:00"))), ("check-in", OrderRule.CheckIn(state, Plan, At("09:00"))),
            ("check-out", OrderRule.CheckOut(state, Plan, At("11:00"), Evidence)),
            ("begin-seen", OrderRule.Presence(state, ServiceEnd.Begin, Plan, At("09:00"))),
            ("end-seen", OrderRule.Presence(state, ServiceEnd.End, Plan, At("11:00"))),
            ("confirm", OrderRule.Confirm(state, ["a"], "b")), ("review", OrderRule.Review(state, ["a"], "b")),
            ("dispute", OrderRule.Dispute(state)),
            ("resolve", OrderRule.Resolve(state, Plan, "a", ["a"], "b", null)), ("cancel", OrderRule.Cancel(state)),
            ("rate", OrderRule.Rate(state, rated: false)),
            ("record", OrderRule.Record(state, Plan, null, At("09:00"), At("11:00"), At("12:00"), Evidence)),
            ("absence", OrderRule.Absence(state, Plan, At("10:00"), Evidence)),
        ];

        Assert.Equal(events.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(),
            all.Where(step => step.Refusal is null).Select(step => step.Event).Order());
        Assert.All(all.Where(step => step.Refusal is not null), step => Assert.Equal(OrderRule.WrongState(state), step.Refusal));
    }

    /// <summary>Who confirms for the recipient, null the recipient, where a and b recorded evidence.</summary>
    [Theory]
    [InlineData(OrderState.CheckedOut, null, Reason.None)]
    [InlineData(OrderState.CheckedOut, "c", Reason.None)]
    [InlineData(OrderState.CheckedOut, "a", Reason.MakerIsChecker)]
    [InlineData(OrderState.CheckedOut, "b", Reason.MakerIsChecker)]
    [InlineData(OrderState.Confirmed, "a", Reason.OrderWrongState)]
    public void Who_recorded_it_confirms_for_nobody(OrderState state, string? staff, Reason expected) =>
        Is(expected, OrderRule.Confirm(state, ["a", "b"], staff));

    [Fact]
    public void The_table_of_events_has_every_state() => Assert.Equal(
        Enum.GetValues<OrderState>().Order(),
        typeof(OrderRulesTests).GetMethod(nameof(A_state_allows_its_events_and_no_others))!.GetCustomAttributes<InlineDataAttribute>()
            .Select(row => (OrderState)row.Data[0]!).Order());

    /// <summary>Planned 9:00 to 11:00 on 1 October; a check-out is late for 12 hours (policy), then it was forgotten.</summary>
    [Theory]
    [InlineData("01 10:00", Reason.None)]
    [InlineData("01 23:00", Reason.None)]
    [InlineData("01 23:01", Reason.CheckOutForgotten)]
    [InlineData("11 09:00", Reason.CheckOutForgotten)]
    public void A_check_out_can_be_late_and_not_days_late(string now, Reason expected) =>
        Is(expected, OrderRule.CheckOut(OrderState.CheckedIn, Plan, On(now), Evidence));

    /// <summary>Begin and end as staff give them, and when they do so; within seven days (policy).</summary>
    [Theory]
    [InlineData("01 09:00", "01 11:00", "01 11:00", Reason.None)]
    [InlineData("01 08:30", "01 11:00", "08 23:59", Reason.None)]
    [InlineData("01 10:59", "01 11:00", "01 12:00", Reason.None)]
    [InlineData("01 09:00", "01 10:00", "01 10:59", Reason.ServiceNotOver)]
    [InlineData("01 09:00", "01 11:00", "09 00:00", Reason.ServiceTooLongAgo)]
    [InlineData("01 08:29", "01 11:00", "01 12:00", Reason.ServiceOutsidePlan)]
    [InlineData("01 09:00", "01 11:01", "01 12:00", Reason.ServiceOutsidePlan)]
    [InlineData("01 10:00", "01 10:00", "01 12:00", Reason.ServiceOutsidePlan)]
    [InlineData("01 11:00", "01 09:00", "01 12:00", Reason.ServiceOutsidePlan)]
    [InlineData("01 10:00", "02 11:00", "03 12:00", Reason.ServiceOutsidePlan)]
    [InlineData("02 09:00", "02 11:00", "03 12:00", Reason.ServiceOutsidePlan)]
    public void Staff_record_afterwards_what_lies_inside_the_plan(string begin, string end, string now, Reason expected) =>
        Is(expected, OrderRule.Record(OrderState.Accepted, Plan, null, On(begin), On(end), On(now), Evidence));

    /// <summary>A check-in stands: only the end is recorded. Without one the begin is needed.</summary>
    [Theory]
    [InlineData("01 09:05", null, "01 11:00", Reason.None)]
    [InlineData("01 09:05", "01 09:00", "01 11:00", Reason.ServiceOutsidePlan)]
    [InlineData("01 10:30", null, "01 10:30", Reason.ServiceOutsidePlan)]
    [InlineData("01 10:30", null, "01 11:01", Reason.ServiceOutsidePlan)]
    [InlineData(null, null, "01 11:00", Reason.ServiceOutsidePlan)]
    public void A_check_in_stands(string? checkedIn, string? begin, string end, Reason expected) =>
        Is(expected, OrderRule.Record(OrderState.CheckedIn, Plan, checkedIn is null ? null : On(checkedIn),
            begin is null ? null : On(begin), On(end), On("02 12:00"), Evidence));

    [Theory]
    [InlineData("01 09:29", Reason.AbsenceTooEarly)]
    [InlineData("01 09:30", Reason.None)]
    [InlineData("05 09:00", Reason.None)]
    public void An_absence_is_said_after_a_wait(string now, Reason expected) =>
        Is(expected, OrderRule.Absence(OrderState.Accepted, Plan, On(now), Evidence));

    [Theory]
    [InlineData(ServiceEnd.Begin, "01 08:29", Reason.OrderTooEarly)]
    [InlineData(ServiceEnd.Begin, "01 08:30", Reason.None)]
    [InlineData(ServiceEnd.End, "01 09:00", Reason.OrderWrongState)]
    public void A_recipient_records_the_begin_from_when_check_in_opens(ServiceEnd end, string now, Reason expected) =>
        Is(expected, OrderRule.Presence(OrderState.Accepted, end, Plan, On(now)));

    [Theory]
    [InlineData("elder,desk-a", "desk-b", Reason.None)]
    [InlineData("elder,desk-a", "desk-a", Reason.MakerIsChecker)]
    [InlineData("", "desk-a", Reason.None)]
    public void Evidence_is_reviewed_by_who_recorded_none_of_it(string recorded, string reviewer, Reason expected) =>
        Is(expected, OrderRule.Review(OrderState.InReview, recorded.Split(','), reviewer));

    [Theory]
    [InlineData(OrderState.Confirmed, true, Reason.OrderAlreadyRated)]
    [InlineData(OrderState.CheckedOut, true, Reason.OrderWrongState)]
    public void A_service_is_rated_once(OrderState state, bool rated, Reason expected) => Is(expected, OrderRule.Rate(state, rated));

    [Theory]
    [InlineData(OrderState.Disputed, "staff-a", "staff-b", 120, Reason.None)]
    [InlineData(OrderState.Disputed, "staff-a", "staff-b", null, Reason.None)]
    [InlineData(OrderState.Disputed, "staff-a", "staff-b", 121, Reason.HoldAmountExceeded)]
    [InlineData(OrderState.Disputed, "staff-a", "staff-a", 60, Reason.MakerIsChecker)]
    // Whoever recorded a step doesn't settle it either.
    [InlineData(OrderState.Disputed, "staff-a", "desk", 60, Reason.MakerIsChecker)]
    [InlineData(OrderState.Disputed, "staff-a", "staff-a", 121, Reason.MakerIsChecker)]
    [InlineData(OrderState.CheckedOut, "staff-a", "staff-a", 121, Reason.OrderWrongState)]
    public void A_dispute_is_ended_by_another_person_with_at_most_what_was_planned(OrderState state, string raisedBy, string resolvedBy,
        int? minutes, Reason expected) =>
        Is(expected, OrderRule.Resolve(
            state, Plan, raisedBy, ["elder", "desk"], resolvedBy, minutes is { } settled ? new Minutes(settled) : null));

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

    /// <param name="time">A day of the month and a time.</param>
    private static DateTimeOffset On(string time) =>
        new(DateTime.ParseExact($"2026-10-{time}", "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), ChinaTime.Offset);

    private static DateOnly Born(int years, int daysLater) => Day.AddYears(-years).AddDays(daysLater);

    private static void Is(Reason expected, Refusal? refusal)
    {
        Assert.Equal(expected, refusal?.Reason ?? Reason.None);
        if (refusal is not null) ReasonTexts.AssertFills(refusal);
    }
}
