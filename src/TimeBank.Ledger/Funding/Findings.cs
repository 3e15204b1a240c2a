using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What 服务找人 finds for one elder and one programme. The names are stored.</summary>
public enum FindingKind
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Entitled, and this month's amount is not issued.</summary>
    [JsonStringEnumMemberName("NotIssued")]
    NotIssued = 1,

    /// <summary>Entitled today, and by what is known today to less, more or nothing from the next month on.</summary>
    [JsonStringEnumMemberName("Changes")]
    Changes = 2,

    /// <summary>Not entitled any more: this month's or the last month's amount was issued.</summary>
    [JsonStringEnumMemberName("Ended")]
    Ended = 3,

    /// <summary>Issued, and nothing of it used so late in the month.</summary>
    [JsonStringEnumMemberName("NotUsed")]
    NotUsed = 4,

    /// <summary>Issued month after month, and nothing ever used: somebody should visit.</summary>
    [JsonStringEnumMemberName("NoUse")]
    NoUse = 5,

    /// <summary>Nobody knows whether the elder is entitled: a programme that comes first can't be read.</summary>
    [JsonStringEnumMemberName("Undecided")]
    Undecided = 6,
}

/// <summary>Something that a person should look at.</summary>
/// <param name="Answer">The rule's answer behind it.</param>
/// <param name="From">The first day on which it is so.</param>
/// <param name="Due">Of what is not issued: the last day for it.</param>
/// <param name="NoDue">Why that day is not known.</param>
public sealed record EntitlementFinding(FindingKind Kind, Entitlement Answer, DateOnly From, DateOnly? Due = null, Refusal? NoDue = null);

/// <summary>What was issued to an elder for a month, and whether something of it was used.</summary>
public readonly record struct IssuedMonth(bool IsIssued, bool IsUsed);

/// <summary>
/// What is found for one elder and one rule on a day. The national e-voucher asks for the first issue within five working days of the
/// approval and for every later one on the first of the month; whoever no longer fits gets none from the next month. The alerts about
/// unused vouchers are our own.
/// </summary>
public static class FindingRule
{
    /// <param name="now">The answer of <paramref name="day"/>.</param>
    /// <param name="next">The answer of the next month's first day, by what is known today.</param>
    /// <param name="approved">The day since which the elder is entitled without a break.</param>
    /// <param name="months">This month first, then the months before it.</param>
    public static IEnumerable<EntitlementFinding> Of(
        DateOnly day, Entitlement now, Entitlement next, DateOnly approved, ImmutableArray<IssuedMonth> months, VouchersPolicy numbers,
        WorkingCalendar calendar)
    {
        DateOnly first = new(day.Year, day.Month, 1), later = first.AddMonths(1);
        if (now.IsGranted && !months[0].IsIssued)
            yield return NotIssued(now, approved, first, months.Skip(1).Any(month => month.IsIssued), numbers, calendar);
        if (now.IsGranted && next.Amount != now.Amount)
            yield return new EntitlementFinding(FindingKind.Changes, next, later);
        bool isUndecided = now.Reason == EntitlementReason.OtherUnreadable;
        if (isUndecided) yield return new EntitlementFinding(FindingKind.Undecided, now, day);
        if (!now.IsGranted && !isUndecided && months.Take(2).Any(month => month.IsIssued))
            yield return new EntitlementFinding(FindingKind.Ended, now, months[0].IsIssued ? later : first);
        DateOnly alert = first.AddDays(numbers.UnusedAlertDay - 1);
        // Whoever was approved late in the month may have got it only now.
        if (day >= alert && months[0] is { IsIssued: true, IsUsed: false } && (!now.IsGranted || FirstDue() < alert))
            yield return new EntitlementFinding(FindingKind.NotUsed, now, alert);
        ImmutableArray<IssuedMonth> before = [.. months.Skip(1).Take(numbers.NoUseAlertMonths)];
        if (before.Length == numbers.NoUseAlertMonths && before.All(month => month is { IsIssued: true, IsUsed: false })
            && !months[0].IsUsed)
            yield return new EntitlementFinding(FindingKind.NoUse, now, first.AddMonths(-numbers.NoUseAlertMonths));

        DateOnly FirstDue() => calendar.After(approved, numbers.FirstIssueWorkingDays, out DateOnly due) is null ? due : approved;
    }

    /// <summary>The day since which an elder is entitled without a break, by what the region knew on each day.</summary>
    /// <param name="day">A day on which the elder is entitled.</param>
    /// <param name="isEntitled">The rule's answer for facts and a day.</param>
    public static DateOnly ApprovedOn(ElderFacts elder, DateOnly registered, DateOnly day, Func<ElderFacts, DateOnly, bool> isEntitled)
    {
        // An elder becomes entitled on one of these days: nothing else in the facts has a day.
        IEnumerable<DateOnly> changes =
        [
            .. elder.Assessments.Select(assessment => assessment.Recorded), .. elder.Notices.Select(elder.CountsFrom),
            .. Enumerable.Range(0, elder.AgeOn(day) + 1).Select(age => CivilPeriod.LastDay(elder.BirthDate, 12 * age)),
        ];
        return changes.Where(change => change > registered && change <= day).OrderDescending()
            .FirstOrDefault(change => isEntitled(elder, change) && !isEntitled(elder, change.AddDays(-1)), registered);
    }

    private static EntitlementFinding NotIssued(
        Entitlement now, DateOnly approved, DateOnly first, bool hadSome, VouchersPolicy numbers, WorkingCalendar calendar)
    {
        DateOnly from = approved > first ? approved : first, dueOfMonth = first.AddDays(numbers.IssueDayOfMonth - 1);
        // The working days of an approval in the month before may end in this one.
        if (approved < first && (hadSome || approved < first.AddMonths(-1)))
            return new EntitlementFinding(FindingKind.NotIssued, now, from, dueOfMonth);
        return calendar.After(approved, numbers.FirstIssueWorkingDays, out DateOnly due) is { } unknown
            ? new EntitlementFinding(FindingKind.NotIssued, now, from, NoDue: unknown)
            : new EntitlementFinding(FindingKind.NotIssued, now, from, approved < first && due < dueOfMonth ? dueOfMonth : due);
    }
}
