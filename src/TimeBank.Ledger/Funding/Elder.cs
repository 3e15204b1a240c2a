using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The facts about an elder that entitlement rules may use: no name, no number, no address.</summary>
/// <param name="Home">The region in whose register the elder is.</param>
/// <param name="Difficulties">Those that the register had before <see cref="Notices"/> changed any.</param>
/// <param name="Assessments">All assessments, in any order, made in any region.</param>
public sealed record ElderFacts(
    DateOnly BirthDate, RegionCode Home, Difficulties Difficulties, ImmutableArray<Assessment> Assessments)
{
    /// <summary>What was reported of the elder, in the order of the reports.</summary>
    public ImmutableArray<ElderNotice> Notices { get; init; } = [];

    public int AgeOn(DateOnly day) => Age.On(BirthDate, day);

    public bool Has(Difficulties all, DateOnly day) => (DifficultiesOn(day) & all) == all;

    public bool HasAny(Difficulties some, DateOnly day) => (DifficultiesOn(day) & some) != Difficulties.None;

    /// <summary>The last assessment that was known on a day, whether it is valid and counts already or not.</summary>
    public Assessment? LastAssessment(DateOnly day, AbilityPolicy policy) => Known(day, policy).LastOrDefault();

    /// <summary>
    /// The assessment that counts on a day, valid or not. The last one does; but until the month of its recording is over, it can't take
    /// away what an earlier one gave that is still valid (次月停发): the one with the worse grade counts, which helps the elder.
    /// </summary>
    public Assessment? AssessmentOn(DateOnly day, AbilityPolicy policy)
    {
        Assessment[] known = [.. Known(day, policy)];
        int counted = Array.FindLastIndex(known, assessment => assessment.Recorded < new DateOnly(day.Year, day.Month, 1));
        return known.Skip(counted).Where(assessment => day <= assessment.LastDay(policy))
            .MaxBy(assessment => (assessment.Grade(policy), -assessment.Points)) ?? known.LastOrDefault();
    }

    /// <summary>The grade of the assessment that counts on a day, while it is valid; else null.</summary>
    public AbilityGrade? GradeOn(DateOnly day, AbilityPolicy policy) =>
        AssessmentOn(day, policy) is { } counts && day <= counts.LastDay(policy) ? counts.Grade(policy) : null;

    /// <summary>Whether an elder on the register is to be assessed again: the last assessment is over, or is within so many days.</summary>
    public bool IsReassessmentDue(DateOnly day, int withinDays, AbilityPolicy policy) => StatusOn(day) == ElderStatus.Active
        && LastAssessment(day, policy) is { } last && last.LastDay(policy) <= day.AddDays(withinDays);

    /// <summary>The last day of the assessment where it is the reason of a refusal that it is over; else null.</summary>
    internal DateOnly? EndedOn(DateOnly day, Policy policy, EntitlementReason? reason) =>
        reason == EntitlementReason.AssessmentExpired ? AssessmentOn(day, policy.Ability)!.LastDay(policy.Ability) : null;

    /// <summary>
    /// Whether the elder is on the register, as far as it counts on a day. A death stands, whatever else is reported of the elder: only a
    /// later report that the elder is on the register, that day or after it, takes it back, since that says that the notice was wrong.
    /// </summary>
    public ElderStatus StatusOn(DateOnly day) =>
        DeathOn(day) is not null ? ElderStatus.Deceased
        : LastPresence(day)?.Kind == ElderNoticeKind.Left ? ElderStatus.Left
        : ElderStatus.Active;

    /// <summary>
    /// The day of the elder's death, as far as it is known on a day; null while the elder lives. The later report corrects the earlier one,
    /// but that the elder was here before the death, and is told late, contradicts nothing.
    /// </summary>
    public DateOnly? DeathOn(DateOnly day) => Notices.Where(notice => CountsFrom(notice) <= day).Aggregate((DateOnly?)null,
        (death, notice) => notice.Kind switch
        {
            ElderNoticeKind.Deceased => notice.Day,
            ElderNoticeKind.Returned when notice.Day >= death => null,
            _ => death,
        });

    /// <summary>
    /// The last day of a service that a voucher pays for, by what is known on a day, and why it is the last; null while there is none. It
    /// is the day of the death. Who left keeps the vouchers of the month of the report (次月停发).
    /// </summary>
    public (DateOnly Day, Reason Reason)? LastServed(DateOnly known) => StatusOn(known) switch
    {
        ElderStatus.Deceased => (DeathOn(known)!.Value, Reason.ElderDeceased),
        ElderStatus.Left => (CountsFrom(LastPresence(known)!).AddDays(-1), Reason.ElderLeft),
        ElderStatus.Active => null,
    };

    /// <summary>The other benefits that count on a day.</summary>
    public Benefits BenefitsOn(DateOnly day) => CountingOn(day).Aggregate(Benefits.None, (all, notice) => notice.Kind switch
    {
        ElderNoticeKind.BenefitBegun => all | notice.Benefit,
        ElderNoticeKind.BenefitEnded => all & ~notice.Benefit,
        ElderNoticeKind.None or ElderNoticeKind.Moved or ElderNoticeKind.Deceased or ElderNoticeKind.Left
            or ElderNoticeKind.Returned or ElderNoticeKind.DifficultyBegun or ElderNoticeKind.DifficultyEnded => all,
    });

    /// <summary>The difficulties that count on a day.</summary>
    public Difficulties DifficultiesOn(DateOnly day) => CountingOn(day).Aggregate(Difficulties, (all, notice) => notice.Kind switch
    {
        ElderNoticeKind.DifficultyBegun => all | notice.Difficulty,
        ElderNoticeKind.DifficultyEnded => all & ~notice.Difficulty,
        ElderNoticeKind.None or ElderNoticeKind.Moved or ElderNoticeKind.Deceased or ElderNoticeKind.Left
            or ElderNoticeKind.Returned or ElderNoticeKind.BenefitBegun or ElderNoticeKind.BenefitEnded => all,
    });

    /// <summary>The region where the elder lives, as far as it counts on a day: the home region where nothing else was reported.</summary>
    public RegionCode ResidenceOn(DateOnly day) =>
        CountingOn(day).LastOrDefault(notice => notice.Kind == ElderNoticeKind.Moved)?.Residence ?? Home;

    /// <summary>The first day on which a notice counts for this elder: a move back home gives, and counts at once.</summary>
    internal DateOnly CountsFrom(ElderNotice notice) =>
        notice is { Kind: ElderNoticeKind.Moved, Residence: { } residence } && residence.IsWithin(Home)
            ? notice.Reported : notice.CountsFrom;

    /// <summary>The last notice that says whether the elder is here.</summary>
    private ElderNotice? LastPresence(DateOnly day) =>
        CountingOn(day).LastOrDefault(notice => notice.Kind is ElderNoticeKind.Left or ElderNoticeKind.Returned);

    /// <summary>
    /// The notices that count on a day, in the order of what happened and not of the reports. Of one day the later report comes last, so
    /// that it corrects the earlier one.
    /// </summary>
    private IEnumerable<ElderNotice> CountingOn(DateOnly day) =>
        Notices.Where(notice => CountsFrom(notice) <= day).OrderBy(notice => notice.Day);

    /// <summary>
    /// The assessments that were known on a day, in their order. Of two made on one day the one with the worse grade or fewer points, which
    /// helps the elder, is the last.
    /// </summary>
    private IEnumerable<Assessment> Known(DateOnly day, AbilityPolicy policy) => Assessments
        .Where(assessment => assessment.Recorded <= day)
        .OrderBy(assessment => assessment.On).ThenBy(assessment => assessment.Grade(policy))
        .ThenByDescending(assessment => assessment.Points);
}

/// <summary>A change in an elder's life, as somebody reported it.</summary>
/// <param name="Day">The day of the change.</param>
/// <param name="Reported">The day on which the region was told; not before <paramref name="Day"/>.</param>
/// <param name="Benefit">Of a benefit that begins or ends: which one.</param>
/// <param name="Residence">Of a move: the region where the elder lives now.</param>
/// <param name="Difficulty">Of a difficulty that begins or ends: which one.</param>
public sealed record ElderNotice(
    ElderNoticeKind Kind, DateOnly Day, DateOnly Reported, Benefits Benefit = Benefits.None, RegionCode? Residence = null,
    Difficulties Difficulty = Difficulties.None)
{
    /// <summary>
    /// The first day on which the change counts. What may take an entitlement away counts from the month after its report (次月停发). What
    /// may give one counts at once, and so does a death: nothing is issued to a person who is known to have died. Source: the national
    /// e-voucher, as Qingdao published it on 2025-07-25; the two exceptions are our own.
    /// </summary>
    public DateOnly CountsFrom => Kind switch
    {
        ElderNoticeKind.Left or ElderNoticeKind.Moved or ElderNoticeKind.BenefitBegun or ElderNoticeKind.DifficultyEnded =>
            new DateOnly(Reported.Year, Reported.Month, 1).AddMonths(1),
        ElderNoticeKind.None or ElderNoticeKind.Deceased or ElderNoticeKind.Returned or ElderNoticeKind.BenefitEnded
            or ElderNoticeKind.DifficultyBegun => Reported,
    };
}

/// <summary>What a notice reports. The names are stored.</summary>
public enum ElderNoticeKind
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("Deceased")]
    Deceased = 1,

    /// <summary>Moved away for good, or asked to leave the register.</summary>
    [JsonStringEnumMemberName("Left")]
    Left = 2,

    /// <summary>Is on the register again; also corrects a wrong notice of a death.</summary>
    [JsonStringEnumMemberName("Returned")]
    Returned = 3,

    /// <summary>Lives in another region and stays on the register.</summary>
    [JsonStringEnumMemberName("Moved")]
    Moved = 4,

    [JsonStringEnumMemberName("BenefitBegun")]
    BenefitBegun = 5,

    [JsonStringEnumMemberName("BenefitEnded")]
    BenefitEnded = 6,

    [JsonStringEnumMemberName("DifficultyBegun")]
    DifficultyBegun = 7,

    [JsonStringEnumMemberName("DifficultyEnded")]
    DifficultyEnded = 8,
}

/// <summary>Whether an elder is in the register of the home region. The numbers are stored.</summary>
public enum ElderStatus
{
    [JsonStringEnumMemberName("Active")]
    Active = 0,

    /// <summary>Moved away, or asked to leave the register.</summary>
    [JsonStringEnumMemberName("Left")]
    Left = 1,

    [JsonStringEnumMemberName("Deceased")]
    Deceased = 2,
}

/// <summary>An ability assessment by GB/T 42195-2022. Every region of the province is accepted.</summary>
public sealed record Assessment
{
    /// <param name="points">0 to 90.</param>
    /// <param name="on">The civil day of the assessment.</param>
    /// <param name="region">The region that made it.</param>
    public Assessment(int points, DateOnly on, RegionCode region)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(points);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(points, AbilityPolicy.MaxPoints);
        Points = points;
        On = on;
        Recorded = on;
        Region = region;
    }

    public int Points { get; }

    public DateOnly On { get; }

    /// <summary>The day on which the home region learned of it; not before <see cref="On"/>. Nothing counts before it is known.</summary>
    public DateOnly Recorded { get; init; }

    public RegionCode Region { get; }

    public GradeChanges Changes { get; init; }

    public AbilityGrade Grade(AbilityPolicy policy) => AbilityRule.Grade(Points, Changes, policy);

    /// <summary>The last day on which it is valid.</summary>
    public DateOnly LastDay(AbilityPolicy policy) => CivilPeriod.LastDay(On, policy.ValidMonths);
}
