using System.Globalization;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What may be done with a service order, and when. Each rule gives the first reason against, or null.</summary>
public static class OrderRule
{
    /// <summary>Asking for a service: the length of a session, then the time. Source: Hailin (session).</summary>
    public static Refusal? Request(OrderPlan plan, DateTimeOffset now, HoursPolicy policy) =>
        plan.Length > policy.SessionMax
            ? Refusal.Of(Reason.SessionTooLong, ("limit", $"{policy.SessionMax.Value}"), ("unit", Unit.Minutes.Code))
        : plan.Start < now ? new Refusal(Reason.OrderStartsInPast)
        : null;

    /// <summary>Who asks as a volunteer spends own hours, and must be old enough. Source: Nanjing.</summary>
    public static Refusal? Spend(DateOnly birthDate, DateOnly day, HoursPolicy policy) =>
        Age.On(birthDate, day) < policy.SpendFromAge ? TooYoung(Reason.SpenderTooYoung, policy.SpendFromAge) : null;

    /// <summary>Who serves must be old enough to earn. Source: Beijing.</summary>
    public static Refusal? Earn(DateOnly birthDate, DateOnly day, HoursPolicy policy) =>
        Age.On(birthDate, day) < policy.EarnFromAge ? TooYoung(Reason.VolunteerTooYoung, policy.EarnFromAge) : null;

    public static Refusal? Accept(OrderState state, OrderPlan plan, DateTimeOffset now) =>
        Expect(state, OrderState.Requested) ?? (now >= plan.End ? new Refusal(Reason.OrderStartsInPast) : null);

    /// <summary>Not long before the planned start, and not once the planned time is over.</summary>
    public static Refusal? CheckIn(OrderState state, OrderPlan plan, DateTimeOffset now) =>
        Expect(state, OrderState.Accepted)
        ?? (now < plan.CheckInOpens ? Refusal.Of(Reason.OrderTooEarly, ("time", ChinaTime.Minute(plan.CheckInOpens)))
        : now >= plan.End ? new Refusal(Reason.OrderStartsInPast)
        : null);

    public static Refusal? CheckOut(OrderState state) => Expect(state, OrderState.CheckedIn);

    public static Refusal? Confirm(OrderState state) => Expect(state, OrderState.CheckedOut);

    public static Refusal? Dispute(OrderState state) => Expect(state, OrderState.CheckedOut);

    /// <param name="settled">What is to move; null where the order is to be cancelled.</param>
    public static Refusal? Resolve(OrderState state, OrderPlan plan, string raisedBy, string resolvedBy, Minutes? settled) =>
        Expect(state, OrderState.Disputed)
        ?? (raisedBy == resolvedBy ? new Refusal(Reason.MakerIsChecker)
        : settled > plan.Length ? Refusal.Of(Reason.HoldAmountExceeded, ("held", $"{plan.Length.Value}"), ("unit", Unit.Minutes.Code))
        : null);

    public static Refusal? Cancel(OrderState state) => state is OrderState.Requested or OrderState.Accepted ? null : WrongState(state);

    public static Refusal? Rate(OrderState state, bool rated) =>
        Expect(state, OrderState.Confirmed) ?? (rated ? new Refusal(Reason.OrderAlreadyRated) : null);

    /// <summary>The minutes that a service earns, given when it began and ended: at most what was planned.</summary>
    /// <remarks>
    /// The day's limit is the agenda's matter, which knows the other orders of the day. It is asked when an order is accepted and again
    /// here: the limit of the day of service decides.
    /// </remarks>
    public static Minutes Served(OrderPlan plan, DateTimeOffset checkedIn, DateTimeOffset checkedOut, HoursPolicy policy)
    {
        var whole = new Minutes(Math.Max(0, (long)(checkedOut - checkedIn).TotalMinutes));
        return CreditedMinutes.Of(Minutes.Min(whole, plan.Length), Minutes.Zero, policy);
    }

    private static Refusal? Expect(OrderState state, OrderState wanted) => state == wanted ? null : WrongState(state);

    public static Refusal WrongState(OrderState state) => Refusal.Of(Reason.OrderWrongState, ("state", Word(state)));

    private static Refusal TooYoung(Reason reason, int age) => Refusal.Of(reason, ("age", age.ToString(CultureInfo.InvariantCulture)));

    // The key of the contract's words.
    private static string Word(OrderState state) => state switch
    {
        OrderState.None => "ORDER_STATE_UNSPECIFIED",
        OrderState.Requested => "ORDER_STATE_REQUESTED",
        OrderState.Accepted => "ORDER_STATE_ACCEPTED",
        OrderState.CheckedIn => "ORDER_STATE_CHECKED_IN",
        OrderState.CheckedOut => "ORDER_STATE_CHECKED_OUT",
        OrderState.Confirmed => "ORDER_STATE_CONFIRMED",
        OrderState.Disputed => "ORDER_STATE_DISPUTED",
        OrderState.Cancelled => "ORDER_STATE_CANCELLED",
    };
}

/// <summary>The life of a service order. The names are stored.</summary>
public enum OrderState
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Asked for; waits for a volunteer.</summary>
    [JsonStringEnumMemberName("Requested")]
    Requested = 1,

    /// <summary>A volunteer will come; the recipient's hours are held.</summary>
    [JsonStringEnumMemberName("Accepted")]
    Accepted = 2,

    /// <summary>The service is going on.</summary>
    [JsonStringEnumMemberName("CheckedIn")]
    CheckedIn = 3,

    /// <summary>The service is over; waits for the recipient's word.</summary>
    [JsonStringEnumMemberName("CheckedOut")]
    CheckedOut = 4,

    /// <summary>The hours moved.</summary>
    [JsonStringEnumMemberName("Confirmed")]
    Confirmed = 5,

    /// <summary>Somebody disagrees; waits for staff.</summary>
    [JsonStringEnumMemberName("Disputed")]
    Disputed = 6,

    /// <summary>Called off, expired, or a dispute that ended without hours.</summary>
    [JsonStringEnumMemberName("Cancelled")]
    Cancelled = 7,
}

/// <summary>When a service is to begin and how long it is to last.</summary>
public readonly record struct OrderPlan(DateTimeOffset Start, Minutes Length)
{
    /// <summary>A volunteer may come so much early. Own.</summary>
    public static TimeSpan CheckInOpensBefore { get; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long the recipient's hours stay held after the planned end, for the recipient to confirm and for staff to end a dispute. Own.
    /// </summary>
    public static TimeSpan HoldLastsAfter { get; } = TimeSpan.FromDays(14);

    public DateTimeOffset End => Start + TimeSpan.FromMinutes(Length.Value);

    /// <summary>The civil day that it counts for.</summary>
    public DateOnly Day => ChinaTime.DateOf(Start);

    public DateTimeOffset CheckInOpens => Start - CheckInOpensBefore;

    public DateTimeOffset HoldExpires => End + HoldLastsAfter;
}
