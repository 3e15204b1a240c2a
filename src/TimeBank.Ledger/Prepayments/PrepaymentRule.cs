using System.Globalization;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>How far an agreement on prepaid fees is. The names are stored.</summary>
public enum PrepaymentState
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Made by the provider; the elder has not agreed.</summary>
    [JsonStringEnumMemberName("Proposed")]
    Proposed = 1,

    /// <summary>The elder has agreed: money may come in, and the provider draws for each month that is over.</summary>
    [JsonStringEnumMemberName("Agreed")]
    Agreed = 2,

    /// <summary>Ended: no more money comes in. What the provider has earned before is still drawn.</summary>
    [JsonStringEnumMemberName("Ended")]
    Ended = 3,
}

/// <summary>What happens to an agreement. The names are stored.</summary>
public enum PrepaymentStep
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("Propose")]
    Propose = 1,

    [JsonStringEnumMemberName("Agree")]
    Agree = 2,

    [JsonStringEnumMemberName("Dispute")]
    Dispute = 3,

    [JsonStringEnumMemberName("SettleDispute")]
    SettleDispute = 4,

    [JsonStringEnumMemberName("End")]
    End = 5,

    [JsonStringEnumMemberName("ApproveRefund")]
    ApproveRefund = 6,
}

/// <summary>Who ends an agreement.</summary>
public enum PrepaymentEnder
{
    None = 0,

    /// <summary>The elder, family, or counter staff for the elder.</summary>
    Elder = 1,

    Provider = 2,

    Finance = 3,
}

/// <summary>What provider and elder agree on.</summary>
/// <param name="Monthly">The fee of one calendar month, in fen.</param>
/// <param name="Bed">The part of it that is for the bed; zero where there is no bed.</param>
/// <param name="First">The first day of the first month.</param>
/// <param name="Deposit">Held until the end, apart from the fees; zero: none.</param>
public sealed record PrepaymentPlan(ServiceType Service, Fen Monthly, Fen Bed, DateOnly First, int Months, Fen Deposit)
{
    public DateOnly Last => First.AddMonths(Months).AddDays(-1);

    /// <summary>The fees of all months, in fen.</summary>
    public Int128 Fees => (Int128)Monthly.Value * Months;

    /// <summary>The first day of the month of a number, from 0.</summary>
    public DateOnly MonthAt(int number) => First.AddMonths(number);
}

/// <summary>What a provider draws for one month.</summary>
/// <param name="Month">The month's first day.</param>
/// <param name="Amount">Zero where too little was paid in: then nothing is drawn yet.</param>
public readonly record struct PrepaymentDraw(DateOnly Month, Fen Amount);

/// <summary>
/// The rules of fees that a provider collects in advance: the money is in custody, the provider gets each month's fee when the month is
/// over, and whoever ends the agreement gets back what is not earned. Source: the Hunan paper (pre-collected fees supervised); Ministry of
/// Civil Affairs and six others, 2024/19.
/// </summary>
public static class PrepaymentRule
{
    /// <param name="live">What the elder has agreed to with this provider and not ended.</param>
    /// <param name="barred">Why the elder can't agree, or the provider can't be paid for such a service, today; null: neither.</param>
    public static Refusal? Propose(
        PrepaymentPlan plan, PrepaymentPolicy policy, IReadOnlyCollection<PrepaymentPlan> live, DateOnly today, Refusal? barred)
    {
        if (barred is not null) return barred;
        // Agreements one after another collect no more in advance than one does.
        if (plan.Months > policy.MaxMonths || plan.Last >= MonthOf(today).AddMonths(policy.MaxMonths + 1))
            return Refusal.Of(Reason.PrepaymentTooLong, ("field", "months"), ("max", $"{policy.MaxMonths}"));
        // An elder has one bed at a provider, whatever the number of agreements that name it.
        Int128 most = Int128.Max(0, ((Int128)live.Append(plan).Max(one => one.Bed.Value) * policy.DepositBedFees)
            - live.Aggregate(Int128.Zero, (sum, one) => sum + one.Deposit.Value));
        if (plan.Deposit.Value > most)
        {
            return Refusal.Of(
                Reason.PrepaymentDepositTooHigh, ("field", "deposit"), ("times", $"{policy.DepositBedFees}"), ("limit", $"{most}"),
                ("unit", Unit.Fen.Code));
        }
        return plan.Fees + plan.Deposit.Value > Shape.MaxAmount
            ? Refusal.Of(Reason.AmountTooLarge, ("field", "monthly_amount")) : null;
    }

    /// <summary>The elder agrees in the plan's first month at the latest: no month is drawn that was over before anybody agreed.</summary>
    /// <param name="proposedBy">Who made it for the provider.</param>
    public static Refusal? Agree(
        PrepaymentState state, PrepaymentPlan plan, PrepaymentPolicy policy, IReadOnlyCollection<PrepaymentPlan> live, DateOnly today,
        Refusal? barred, string proposedBy, string actor) =>
        state != PrepaymentState.Proposed ? WrongState(state)
        : proposedBy == actor ? new Refusal(Reason.MakerIsChecker)
        : plan.First < MonthOf(today) ? Refusal.Of(Reason.PrepaymentMonthPassed, ("month", $"{plan.First:yyyy-MM}"))
        : Propose(plan, policy, live, today, barred);

    /// <summary>The deposit is a part of what comes in.</summary>
    public static Refusal? Split(Fen amount, Fen deposit) => deposit > amount ? TooMuch("deposit", amount.Value) : null;

    /// <summary>Money comes in for an agreed plan, at most what the plan asks for.</summary>
    /// <param name="drawn">How many months the provider has drawn.</param>
    /// <param name="paid">What has come in so far.</param>
    /// <param name="more">What comes in now.</param>
    /// <param name="barred">Why nothing may come in for this elder or provider today; null: it may.</param>
    public static Refusal? PayIn(
        PrepaymentState state, PrepaymentPlan plan, int drawn, (Int128 Fees, Int128 Deposit) paid, (Fen Fees, Fen Deposit) more,
        Refusal? barred)
    {
        if (state != PrepaymentState.Agreed) return WrongState(state);
        if (barred is not null) return barred;
        // Nobody draws after the last month: money that came later would have no way but back.
        Int128 fees = drawn < plan.Months ? Int128.Max(0, plan.Fees - paid.Fees) : 0;
        Int128 deposit = Int128.Max(0, plan.Deposit.Value - paid.Deposit);
        return more.Fees.Value > fees ? TooMuch("amount", fees) : more.Deposit.Value > deposit ? TooMuch("deposit", deposit) : null;
    }

    /// <summary>
    /// What the provider draws next: the fee of its first month that it has not drawn, once that month is over. The last month, or the one
    /// in which the agreement ended, draws what is left; until the end a month waits until enough was paid in for it.
    /// </summary>
    /// <param name="drawn">How many months it has drawn.</param>
    /// <param name="ended">The last day of service of an ended agreement; null: not ended.</param>
    /// <param name="died">The day of the elder's death, the last of any service; null while the elder lives.</param>
    /// <param name="left">The fees in custody.</param>
    /// <param name="through">The last day of the last month that is over.</param>
    /// <returns>Null: nothing is due.</returns>
    public static PrepaymentDraw? Next(PrepaymentPlan plan, int drawn, DateOnly? ended, DateOnly? died, Fen left, DateOnly through)
    {
        DateOnly month = plan.MonthAt(drawn), agreed = LastDay(plan, ended, null), last = LastDay(plan, ended, died);
        if (month > last || EndOf(month) > through || (ended is not null && left == Fen.Zero)) return null;
        bool isLast = month.AddMonths(1) > last;
        // What a death leaves over stays for whoever ends the agreement.
        Fen amount = isLast && last < agreed ? Fen.Min(new((long)Earned(plan, drawn, last)), left)
            : isLast ? left : ended is not null ? Fen.Min(plan.Monthly, left) : left >= plan.Monthly ? plan.Monthly : Fen.Zero;
        return new PrepaymentDraw(month, amount);
    }

    /// <summary>The last day of service: the plan's, or an earlier one of an end or of the elder's death.</summary>
    public static DateOnly LastDay(PrepaymentPlan plan, DateOnly? ended, DateOnly? died) =>
        ((DateOnly?[])[plan.Last, ended, died]).Min()!.Value;

    /// <summary>
    /// What the provider has earned and not drawn through a day: whole months whole, of the day's own month its days by the month's days,
    /// rounded down to the fen in the elder's favour.
    /// </summary>
    public static Int128 Earned(PrepaymentPlan plan, int drawn, DateOnly lastDay)
    {
        Int128 earned = 0;
        for (int number = drawn; number < plan.Months && plan.MonthAt(number) <= lastDay; number++)
        {
            DateOnly end = EndOf(plan.MonthAt(number));
            earned += end <= lastDay ? plan.Monthly.Value : (Int128)plan.Monthly.Value * lastDay.Day / end.Day;
        }
        return earned;
    }

    /// <summary>The fees that go back to the elder at the end: all that is in custody and not earned.</summary>
    public static Fen Back(PrepaymentPlan plan, int drawn, DateOnly lastDay, Fen left) =>
        new((long)Int128.Max(0, left.Value - Earned(plan, drawn, lastDay)));

    /// <summary>
    /// Ends it. A provider takes back what the elder has not agreed to, and nothing else. Finance may say later that the service ended on
    /// an earlier day than was thought, where money goes back by that.
    /// </summary>
    /// <param name="ended">The last day of an ended agreement.</param>
    /// <param name="back">The fees that would go back, with this last day.</param>
    public static Refusal? End(PrepaymentState state, PrepaymentEnder by, DateOnly? ended, DateOnly lastDay, Fen back) =>
        state == PrepaymentState.Proposed || (state == PrepaymentState.Agreed && by != PrepaymentEnder.Provider) ? null
        : state != PrepaymentState.Ended || by != PrepaymentEnder.Finance || lastDay >= ended ? WrongState(state)
        : back == Fen.Zero ? new Refusal(Reason.PrepaymentNothingDue) : null;

    /// <summary>While it is disputed nothing is drawn.</summary>
    public static Refusal? Dispute(PrepaymentState state, bool isDisputed, bool disputes) =>
        state is not (PrepaymentState.Agreed or PrepaymentState.Ended) ? WrongState(state)
        : isDisputed == disputes ? new Refusal(disputes ? Reason.PrepaymentDisputed : Reason.PrepaymentNotDisputed) : null;

    /// <summary>A second person looks at a refund before money leaves.</summary>
    /// <param name="due">What waits to be paid back.</param>
    /// <param name="endedBy">Who ended the agreement.</param>
    public static Refusal? ApproveRefund(PrepaymentState state, Fen due, bool isApproved, string endedBy, string actor) =>
        state != PrepaymentState.Ended ? WrongState(state)
        : due == Fen.Zero || isApproved ? new Refusal(Reason.PrepaymentNothingDue)
        : endedBy == actor ? new Refusal(Reason.MakerIsChecker) : null;

    /// <summary>Who approved a refund does not pay it.</summary>
    /// <param name="approvedBy">Null: nobody approved it.</param>
    public static Refusal? PayRefund(PrepaymentState state, Fen due, string? approvedBy, string actor) =>
        state != PrepaymentState.Ended ? WrongState(state)
        : due == Fen.Zero ? new Refusal(Reason.PrepaymentNothingDue)
        : approvedBy is null ? new Refusal(Reason.PrepaymentRefundNotApproved)
        : approvedBy == actor ? new Refusal(Reason.MakerIsChecker) : null;

    /// <summary>
    /// Prepaid fees have a bank account of their own, and it has nothing else. A region that has not named one keeps them beside other
    /// money.
    /// </summary>
    /// <param name="isForCustody">The account is for custody.</param>
    /// <param name="isCustody">The money is prepaid fees.</param>
    /// <param name="hasOther">Another account of the region is for custody.</param>
    /// <returns>None: the money can pass through the account.</returns>
    public static Reason AtBank(bool isForCustody, bool isCustody, bool hasOther) =>
        isForCustody && !isCustody ? Reason.BankAccountForCustody
        : isCustody && !isForCustody && hasOther ? Reason.BankAccountNotForCustody : Reason.None;

    private static DateOnly MonthOf(DateOnly day) => new(day.Year, day.Month, 1);

    private static DateOnly EndOf(DateOnly month) => month.AddMonths(1).AddDays(-1);

    private static Refusal TooMuch(string field, Int128 most) => Refusal.Of(
        Reason.PrepaymentTooMuch, ("field", field), ("limit", most.ToString(CultureInfo.InvariantCulture)), ("unit", Unit.Fen.Code));

    private static Refusal WrongState(PrepaymentState state) =>
        Refusal.Of(Reason.PrepaymentWrongState, ("state", $"PREPAYMENT_STATE_{state.ToString().ToUpperInvariant()}"));
}
