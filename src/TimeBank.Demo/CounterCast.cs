using System.Collections.Immutable;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// Who comes to a counter with something out of the ordinary. Nobody has two of these parts, and nobody's voucher pays for more than the
/// daily plan leaves on it.
/// </summary>
/// <param name="Twice">Two terminals accept this elder's voucher.</param>
/// <param name="Late">A terminal sends what it accepted of this elder too late.</param>
/// <param name="Billed">Three of this elder's vouchers pay one bill.</param>
/// <param name="Pin">Types a PIN.</param>
/// <param name="Card">Shows a card.</param>
/// <param name="Telephoned">Is asked by telephone.</param>
/// <param name="Refused">Comes to a provider that is on the black list.</param>
/// <param name="Refunded">A payment that its elder complains of, and that is taken back.</param>
/// <param name="Kept">A payment that an elder complains of, and that stands.</param>
/// <param name="Notices">What another office reports.</param>
internal sealed record CounterCast(
    ElderPart Twice, ElderPart Late, ElderPart Billed, ElderPart Pin, ElderPart Card, ElderPart Telephoned, ElderPart Refused,
    RedeemStep Refunded, RedeemStep Kept, ImmutableArray<NoticePart> Notices)
{
    // Complaints come soon after the service. The notices are of the first days of November, when October's services are over.
    private const int ComplainedFromDay = 22, ComplainedToDay = 30, NoticedDay = 32;

    /// <param name="left">What the daily plan leaves on vouchers.</param>
    /// <param name="daily">The steps of the daily plan.</param>
    public static CounterCast Of(
        Dice dice, Cast cast, IReadOnlyDictionary<(string Programme, string Elder), long> left, IReadOnlyCollection<Step> daily)
    {
        HashSet<string> taken = [];
        HashSet<string> withHours =
        [
            .. daily.OfType<RequestStep>().Select(step => step.Recipient), .. daily.OfType<GiftStep>().Select(step => step.Receiver),
                .. daily.OfType<GrantStep>().Select(step => step.Elder),
        ];
        DateOnly found = Calendar.Date(OutreachPlan.Day), next = new DateOnly(found.Year, found.Month, 1).AddMonths(1);
        ElderPart billed = Pick("billed", elder => elder.GetsBaths && Has(elder, Roles.Meals, BillPlan.Meals)
            && Has(elder, Roles.National, BillPlan.NationalFen));
        ElderPart Bather(string part) => Pick(part, elder => elder.GetsBaths);
        // On another day the rules say the same of who is reported, so that only the report changes it.
        ElderPart Reported(string part) => Pick(part, elder => !elder.GetsHours && !withHours.Contains(elder.Key)
            && elder.GetsNationalVoucherOn(found) && elder.GetsNationalVoucherOn(next));
        ElderPart pin = Bather("pin"), card = Bather("card"), telephoned = Bather("telephoned"), refused = Bather("refused"),
            twice = Pick("twice", HasMealsOnce),
            late = Pick("late", elder => Has(elder, Roles.Meals, TerminalPlan.MealsLate));
        DateOnly day = Calendar.Date(NoticedDay);
        ImmutableArray<NoticePart> notices =
        [
            new(Reported("deceased"), NoticeKind.Deceased, day), new(Reported("left"), NoticeKind.Left, day),
            new(Reported("benefit"), NoticeKind.BenefitBegun, day, Benefit.HomeCareProject),
        ];
        RedeemStep refunded = Complained("refunded", _ => true);
        RedeemStep kept = Complained("kept", step => step.Provider != refunded.Provider);
        return new CounterCast(twice, late, billed, pin, card, telephoned, refused, refunded, kept, notices);

        // The voucher got nothing back before and is not used after, so it has just what the plan leaves: enough for one terminal of two.
        bool HasMealsOnce(ElderPart elder) =>
            Has(elder, Roles.Meals, TerminalPlan.MealsTwice) && !Has(elder, Roles.Meals, 2 * TerminalPlan.MealsTwice)
            && !daily.OfType<RefundStep>().Any(step => step.Of.Programme == Roles.Meals && step.Of.Elder == elder.Key)
            && !daily.OfType<RedeemStep>().Any(step =>
                step.Programme == Roles.Meals && step.Elder == elder.Key && step.At >= TerminalPlan.Opens);

        bool Has(ElderPart elder, string programme, long amount) => left.GetValueOrDefault((programme, elder.Key)) >= amount;

        ElderPart Pick(string part, Func<ElderPart, bool> fits) =>
            Taken(elder => elder.Key, part, cast.Elders.Where(elder => elder.Region == Roles.Tianyuan && fits(elder)));

        RedeemStep Complained(string part, Func<RedeemStep, bool> fits)
        {
            HashSet<string> refunds = [.. daily.OfType<RefundStep>().Select(step => step.Of.Name)];
            // A clerk recorded it: whoever answers had no part in it.
            return Taken(step => step.Elder, part, daily.OfType<RedeemStep>().Where(step =>
                step is { Programme: Roles.Meals, AtCounter: false, RefusedAs: null, ServiceDay: 0 }
                && step.At >= Calendar.At(ComplainedFromDay, 0, 0) && step.At < Calendar.At(ComplainedToDay + 1, 0, 0)
                && !refunds.Contains(step.Name) && fits(step)));
        }

        T Taken<T>(Func<T, string> elderOf, string part, IEnumerable<T> able)
        {
            T[] free = [.. able.Where(one => !taken.Contains(elderOf(one)))];
            if (free.Length == 0) throw new InvalidOperationException($"The month has nobody for the part '{part}'.");
            T picked = dice.For($"counter/{part}").Pick(free);
            taken.Add(elderOf(picked));
            return picked;
        }
    }
}

/// <summary>What another office reports of an elder.</summary>
internal sealed record NoticePart(ElderPart Elder, NoticeKind Kind, DateOnly Day, Benefit Benefit = Benefit.Unspecified);
