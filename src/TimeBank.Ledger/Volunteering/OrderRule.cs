using System.Globalization;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>Which step of a service order is allowed, and when. Each rule returns the first reason against it, or null.</summary>
public static class OrderRule
{
    /// <summary>Requesting a service: first its length, then its time. Source: Hailin (session).</summary>
    public static Refusal? Request(OrderPlan plan, DateTimeOffset now, HoursPolicy policy) =>
        plan.Length > policy.SessionMax
            ? Refusal.Of(Reason.SessionTooLong, ("limit", $"{policy.SessionMax.Value}"), ("unit", Unit.Minutes.Code))
        : plan.Start < now ? new Refusal(Reason.OrderStartsInPast)
        : null;

    /// <summary>A volunteer who requests a service spends own hours and must be old enough for it. Source: Nanjing.</summary>
    public static Refusal? Spend(DateOnly birthDate, DateOnly day, HoursPolicy policy) =>
        Age.On(birthDate, day) < policy.SpendFromAge ? TooYoung(Reason.SpenderTooYoung, policy.SpendFromAge) : null;

    /// <summary>A volunteer who serves must be old enough to earn. Source: Beijing.</summary>
    public static Refusal? Earn(DateOnly birthDate, DateOnly day, HoursPolicy policy) =>
        Age.On(birthDate, day) < policy.EarnFromAge ? TooYoung(Reason.VolunteerTooYoung, policy.EarnFromAge) : null;

    public static Refusal? Accept(OrderState state, OrderPlan plan, DateTimeOffset now) =>
        Expect(state, OrderState.Requested) ?? (now >= plan.End ? new Refusal(Reason.OrderStartsInPast) : null);

    /// <summary>Not too long before the planned start, and not after the planned end.</summary>
    public static Refusal? CheckIn(OrderState state, OrderPlan plan, DateTimeOffset now) =>
        Expect(state, OrderState.Accepted)
        ?? (now < plan.CheckInOpens ? Refusal.Of(Reason.OrderTooEarly, ("time", ChinaTime.Minute(plan.CheckInOpens)))
        : now >= plan.End ? new Refusal(Reason.OrderStartsInPast)
        : null);

    /// <summary>Not so late that it was forgotten: then nobody knows when the service ended, and staff find out.</summary>
    public static Refusal? CheckOut(OrderState state, OrderPlan plan, DateTimeOffset now, EvidencePolicy policy) =>
        Expect(state, OrderState.CheckedIn) ?? (now > plan.CheckOutUntil(policy)
            ? Refusal.Of(Reason.CheckOutForgotten, ("time", ChinaTime.Minute(plan.CheckOutUntil(policy)))) : null);

    /// <summary>
    /// Staff record a service afterwards: a check-out that was forgotten, or a service of which nothing was recorded. It lies inside the
    /// plan, because the agenda keeps no other time free for it, and no evidence covers more.
    /// </summary>
    /// <param name="checkedIn">The check-in, which stands; null where nothing was recorded.</param>
    /// <param name="begin">When it began, by the evidence; null where there is a check-in.</param>
    public static Refusal? Record(OrderState state, OrderPlan plan, DateTimeOffset? checkedIn, DateTimeOffset? begin, DateTimeOffset end,
        DateTimeOffset now, EvidencePolicy policy) =>
        (state is OrderState.Accepted or OrderState.CheckedIn ? null : WrongState(state))
        ?? (now < plan.End ? Refusal.Of(Reason.ServiceNotOver, ("time", ChinaTime.Minute(plan.End)))
        : ChinaTime.DateOf(now) > plan.Day.AddDays(policy.BackDateDays)
            ? Refusal.Of(Reason.ServiceTooLongAgo, ("days", policy.BackDateDays.ToString(CultureInfo.InvariantCulture)))
        : (checkedIn is null) == (begin is null) || begin < plan.CheckInOpens || end <= (checkedIn ?? begin) || end > plan.End
            ? Refusal.Of(Reason.ServiceOutsidePlan,
                ("from", ChinaTime.Minute(checkedIn ?? plan.CheckInOpens)), ("until", ChinaTime.Minute(plan.End)))
        : null);

    /// <summary>A side says that the other did not come, after a wait. Nobody has checked in.</summary>
    public static Refusal? Absence(OrderState state, OrderPlan plan, DateTimeOffset now, EvidencePolicy policy) =>
        Expect(state, OrderState.Accepted) ?? (now < plan.AbsentFrom(policy)
            ? Refusal.Of(Reason.AbsenceTooEarly, ("time", ChinaTime.Minute(plan.AbsentFrom(policy)))) : null);

    /// <summary>
    /// The recipient, on the spot, records the begin from when check-in opens, or the end; each until the hours are confirmed.
    /// </summary>
    public static Refusal? Presence(OrderState state, ServiceEnd end, OrderPlan plan, DateTimeOffset now) =>
        !(state is OrderState.CheckedIn or OrderState.CheckedOut || (state == OrderState.Accepted && end == ServiceEnd.Begin))
            ? WrongState(state)
        : now < plan.CheckInOpens ? Refusal.Of(Reason.OrderTooEarly, ("time", ChinaTime.Minute(plan.CheckInOpens)))
        : null;

    /// <summary>Staff look at the evidence. Whoever recorded any of it is not the one who looks.</summary>
    /// <param name="recordedBy">The subjects of who recorded steps of the order.</param>
    public static Refusal? Review(OrderState state, IEnumerable<string> recordedBy, string reviewer) =>
        Expect(state, OrderState.InReview) ?? (recordedBy.Contains(reviewer) ? new Refusal(Reason.MakerIsChecker) : null);

    /// <summary>
    /// The recipient confirms, or staff for the recipient: nobody who recorded evidence, which would be one person's word for both.
    /// </summary>
    /// <param name="recordedBy">The subjects of who recorded evidence, also some that was taken back.</param>
    /// <param name="staff">Who confirms for the recipient; null: the recipient.</param>
    public static Refusal? Confirm(OrderState state, IEnumerable<string> recordedBy, string? staff) =>
        Expect(state, OrderState.CheckedOut)
        ?? (staff is not null && recordedBy.Contains(staff) ? new Refusal(Reason.MakerIsChecker) : null);

    public static Refusal? Dispute(OrderState state) => Expect(state, OrderState.CheckedOut);

    /// <summary>Staff settle a dispute: nobody who raised it, nor who recorded a step of the order, else a dispute would be a way round the
    /// review.</summary>
    /// <param name="settled">The minutes to move; null where the order is to be cancelled.</param>
    public static Refusal? Resolve(
        OrderState state, OrderPlan plan, string raisedBy, IEnumerable<string> recordedBy, string resolvedBy, Minutes? settled) =>
        Expect(state, OrderState.Disputed)
        ?? (raisedBy == resolvedBy || recordedBy.Contains(resolvedBy) ? new Refusal(Reason.MakerIsChecker)
        : settled > plan.Length ? Refusal.Of(Reason.HoldAmountExceeded, ("held", $"{plan.Length.Value}"), ("unit", Unit.Minutes.Code))
        : null);

    public static Refusal? Cancel(OrderState state) => state is OrderState.Requested or OrderState.Accepted ? null : WrongState(state);

    public static Refusal? Rate(OrderState state, bool rated) =>
        Expect(state, OrderState.Confirmed) ?? (rated ? new Refusal(Reason.OrderAlreadyRated) : null);

    /// <summary>The minutes that a service earns, by its check-in and check-out: at most the planned length.</summary>
    /// <remarks>
    /// The agenda enforces the day's limit over all orders, because only it knows the day's other orders. It does so when the volunteer
    /// accepts. This method applies the limit to the one order again: the limit on the day of service decides.
    /// </remarks>
    public static Minutes Served(OrderPlan plan, DateTimeOffset checkedIn, DateTimeOffset checkedOut, HoursPolicy policy)
    {
        var whole = new Minutes(Math.Max(0, (long)(checkedOut - checkedIn).TotalMinutes));
        return CreditedMinutes.Of(Minutes.Min(whole, plan.Length), Minutes.Zero, policy);
    }

    private static Refusal? Expect(OrderState state, OrderState wanted) => state == wanted ? null : WrongState(state);

    public static Refusal WrongState(OrderState state) => Refusal.Of(Reason.OrderWrongState, ("state", Word(state)));

    private static Refusal TooYoung(Reason reason, int age) => Refusal.Of(reason, ("age", age.ToString(CultureInfo.InvariantCulture)));

    // The key of the word in the contract's catalogue.
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
        OrderState.InReview => "ORDER_STATE_IN_REVIEW",
    };
}

/// <summary>The life of a service order. The names are stored.</summary>
public enum OrderState
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Waits for a volunteer.</summary>
    [JsonStringEnumMemberName("Requested")]
    Requested = 1,

    /// <summary>A volunteer will come. The recipient's hours are held.</summary>
    [JsonStringEnumMemberName("Accepted")]
    Accepted = 2,

    /// <summary>The volunteer is serving.</summary>
    [JsonStringEnumMemberName("CheckedIn")]
    CheckedIn = 3,

    /// <summary>The service is over. Waits for the recipient to confirm.</summary>
    [JsonStringEnumMemberName("CheckedOut")]
    CheckedOut = 4,

    /// <summary>The hours have moved.</summary>
    [JsonStringEnumMemberName("Confirmed")]
    Confirmed = 5,

    /// <summary>A party disagrees. Waits for staff.</summary>
    [JsonStringEnumMemberName("Disputed")]
    Disputed = 6,

    /// <summary>Called off, expired, or disputed and ended without hours.</summary>
    [JsonStringEnumMemberName("Cancelled")]
    Cancelled = 7,

    /// <summary>The recipient has confirmed. Waits for staff to look at the evidence.</summary>
    [JsonStringEnumMemberName("InReview")]
    InReview = 8,
}

/// <summary>The two ends of a service. The names are stored.</summary>
public enum ServiceEnd
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("Begin")]
    Begin = 1,

    [JsonStringEnumMemberName("End")]
    End = 2,
}

/// <summary>The planned start and length of a service.</summary>
public readonly record struct OrderPlan(DateTimeOffset Start, Minutes Length)
{
    /// <summary>How early a volunteer may check in. Own.</summary>
    public static TimeSpan CheckInOpensBefore { get; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long the recipient's hours stay held after the planned end: time for the recipient to confirm and for staff to end a dispute.
    /// Own.
    /// </summary>
    public static TimeSpan HoldLastsAfter { get; } = TimeSpan.FromDays(14);

    public DateTimeOffset End => Start + TimeSpan.FromMinutes(Length.Value);

    /// <summary>The civil day that the service counts for.</summary>
    public DateOnly Day => ChinaTime.DateOf(Start);

    public DateTimeOffset CheckInOpens => Start - CheckInOpensBefore;

    public DateTimeOffset HoldExpires => End + HoldLastsAfter;

    /// <summary>The last moment at which the volunteer may check out. From then on the order keeps them from no other.</summary>
    public DateTimeOffset CheckOutUntil(EvidencePolicy policy) => End.AddMinutes(policy.CheckOutLateMinutes);

    /// <summary>From when on a side may say that the other did not come.</summary>
    public DateTimeOffset AbsentFrom(EvidencePolicy policy) => Start.AddMinutes(policy.AbsenceAfterMinutes);
}
