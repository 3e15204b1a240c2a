using System.Globalization;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>
/// Monthly visits to elders in special difficulty (探访关爱). Source: Ministry of Civil Affairs and nine others, 2022/73, which names those who
/// live alone, in an empty nest, left behind, disabled, or have lost an only child. Severe disability by certificate (重残), which it names
/// too, isn't on the register.
/// </summary>
public static class VisitRule
{
    /// <summary>
    /// Why an elder is to be visited in a month, by the facts of its last day, or of today if it isn't over; none: not to be visited. Who
    /// came to the register during the month is first due in the next, and who left it or died is not any more.
    /// </summary>
    /// <param name="registered">The day on which the elder came to the register.</param>
    /// <param name="month">The month's first day.</param>
    /// <param name="policy">The policy of the day whose facts count.</param>
    public static VisitGrounds GroundsOf(ElderFacts elder, DateOnly registered, DateOnly month, DateOnly today, Policy policy)
    {
        DateOnly day = DecidingDay(month, today);
        if (registered > month || elder.StatusOn(day) != ElderStatus.Active) return VisitGrounds.None;
        return Of(Difficulties.LivingAlone, VisitGrounds.LivingAlone) | Of(Difficulties.EmptyNest, VisitGrounds.EmptyNest)
            | Of(Difficulties.LeftBehind, VisitGrounds.LeftBehind) | Of(Difficulties.LostOnlyChild, VisitGrounds.LostOnlyChild)
            | (elder.GradeOn(day, policy.Ability) >= policy.Vouchers.National.FromGrade ? VisitGrounds.Disabled : VisitGrounds.None);

        VisitGrounds Of(Difficulties difficulty, VisitGrounds ground) => elder.Has(difficulty, day) ? ground : VisitGrounds.None;
    }

    /// <summary>The day whose facts say who is to be visited in a month: its last one, or today if it isn't over.</summary>
    public static DateOnly DecidingDay(DateOnly month, DateOnly today)
    {
        DateOnly last = month.AddMonths(1).AddDays(-1);
        return last < today ? last : today;
    }

    /// <summary>Whether every visit of the month that is missing is an alert by now.</summary>
    public static bool IsAlert(DateOnly month, DateOnly today, VisitsPolicy policy) =>
        today >= month.AddMonths(1) || (today >= month && today.Day >= policy.AlertDayOfMonth);

    /// <summary>Why a visit can't be recorded; null: it can.</summary>
    /// <param name="death">The day of the elder's death, where it is known.</param>
    public static Refusal? RefusalOf(DateOnly visited, DateOnly today, DateOnly? death, VisitsPolicy policy)
    {
        if (death < visited) return Refusal.Of(Reason.ElderDeceased, ("date", Written(death.Value)));
        DateOnly first = today.AddDays(-policy.RecordWithinDays);
        return visited >= first ? null : Refusal.Of(
            Reason.VisitTooLate, ("days", policy.RecordWithinDays.ToString(CultureInfo.InvariantCulture)), ("first", Written(first)));
    }

    private static string Written(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>Why an elder is visited every month.</summary>
[Flags]
public enum VisitGrounds
{
    None = 0,

    /// <summary>独居: lives alone.</summary>
    LivingAlone = 1,

    /// <summary>空巢: no child lives nearby.</summary>
    EmptyNest = 2,

    /// <summary>留守: the family works elsewhere.</summary>
    LeftBehind = 4,

    /// <summary>计划生育特殊家庭: lost an only child.</summary>
    LostOnlyChild = 8,

    /// <summary>失能: disabled by a valid assessment, at least as the national e-voucher asks.</summary>
    Disabled = 16,
}

/// <summary>How somebody was visited. The names are stored.</summary>
public enum VisitMethod
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("InPerson")]
    InPerson = 1,

    [JsonStringEnumMemberName("Telephone")]
    Telephone = 2,

    [JsonStringEnumMemberName("Video")]
    Video = 3,
}

/// <summary>What a visitor found. The names are stored.</summary>
public enum VisitFinding
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("Well")]
    Well = 1,

    [JsonStringEnumMemberName("NeedsHelp")]
    NeedsHelp = 2,

    /// <summary>Nobody was met or answered: the visit is still missing.</summary>
    [JsonStringEnumMemberName("NotMet")]
    NotMet = 3,
}
