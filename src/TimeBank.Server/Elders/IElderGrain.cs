using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// An elder of a region; key: region/id. The grain is the authority for assessments, difficulties, entitlements and issued hours. Hours are
/// in minutes.
/// </summary>
[Alias("timebank.elder")]
public interface IElderGrain : IGrainWithStringKey
{
    /// <param name="details">With a number of identity only through <see cref="IIdentityNumberGrain"/>; null: none.</param>
    [Alias("register")]
    Task<Reply<ElderRecord>> RegisterAsync(
        Command command, string displayName, DateOnly birthDate, Difficulties difficulties, PersonDetails? details = null);

    /// <summary>Changes the details; what is empty stays as it was.</summary>
    /// <param name="details">With a number of identity only through <see cref="IIdentityNumberGrain"/>.</param>
    /// <returns>All of them.</returns>
    [Alias("set-details")]
    Task<Reply<PersonDetails>> SetDetailsAsync(Command command, PersonDetails details);

    /// <summary>The details in full; null where there are none. Its answer goes into no log and no journal.</summary>
    [Alias("details"), AlwaysInterleave]
    Task<PersonDetails?> DetailsAsync();

    [Alias("record-assessment")]
    Task<Reply<ElderRecord>> RecordAssessmentAsync(Command command, AssessmentRecord assessment, Difficulties difficulties);

    /// <summary>Records a change that was reported.</summary>
    /// <param name="line">Carries the id of the line: the same line of a source has it, whoever sends it.</param>
    [Alias("record-notice")]
    Task<Reply<RecordedNotice>> RecordNoticeAsync(Command line, NoticeRecord notice);

    /// <summary>The elder; null if not registered.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ElderRecord?> GetAsync();

    /// <summary>The hours now; null if the elder is not registered.</summary>
    [Alias("hours"), AlwaysInterleave]
    Task<PersonHours?> HoursAsync();

    /// <summary>The issued hours that the elder is entitled to in a month.</summary>
    /// <param name="month">The month's first day.</param>
    [Alias("entitled-hours")]
    Task<Reply<EntitledHours>> EntitledHoursAsync(DateOnly month);

    /// <summary>
    /// Ends hours left from earlier months, then issues the month's hours. An elder gets them at most once a month, whatever run asks.
    /// </summary>
    /// <param name="month">The month's first day; it must be the month of <paramref name="judged"/>.</param>
    /// <param name="judged">The day whose facts and policy decide; null for today.</param>
    /// <returns>The minutes that this run issued, now or before; AlreadyIssued if another run did.</returns>
    [Alias("issue-hours")]
    Task<Reply<long>> IssueHoursAsync(Command run, DateOnly month, DateOnly? judged = null);

    /// <summary>Ends the rest of the hours issued before the current month.</summary>
    /// <returns>The minutes ended.</returns>
    [Alias("end-hours")]
    Task<Reply<long>> EndHoursAsync(Command run);

    [Alias("grant")]
    Task<Reply<GrantedHours>> GrantAsync(Command command, long minutes);

    /// <summary>Records a visit.</summary>
    [Alias("record-visit")]
    Task<Reply<VisitRecord>> RecordVisitAsync(Command command, VisitRecord visit);

    /// <summary>All visits, in the order in which they were recorded; null if the elder is not registered.</summary>
    [Alias("visits"), AlwaysInterleave]
    Task<ImmutableArray<VisitRecord>?> VisitsAsync();

    /// <summary>
    /// Agrees to prepaid fees, one agreement after another: what an elder has agreed to counts together, so two at once would not see each
    /// other.
    /// </summary>
    [Alias("agree-prepayment")]
    Task<Reply<PrepaymentView>> AgreePrepaymentAsync(Command command, OpaqueId agreement);
}

/// <summary>Whether a notice was new.</summary>
[GenerateSerializer, Immutable, Alias("timebank.recorded-notice")]
public sealed record RecordedNotice([property: Id(0)] bool IsNew);

/// <summary>A change in an elder's life, as it was reported.</summary>
/// <param name="Day">The day of the change.</param>
/// <param name="Reported">The day of the report.</param>
/// <param name="Residence">Of a move: the region's code; else empty.</param>
/// <param name="Source">Where the line came from, and <paramref name="Key"/> the line's id there.</param>
/// <param name="By">Who sent it: the token's subject.</param>
/// <param name="Difficulty">Of a difficulty that begins or ends: which one; else null.</param>
[GenerateSerializer, Immutable, Alias("timebank.notice")]
public sealed record NoticeRecord(
    [property: Id(0), JsonPropertyName("kind")] ElderNoticeKind Kind,
    [property: Id(1), JsonPropertyName("day")] DateOnly Day,
    [property: Id(2), JsonPropertyName("reported")] DateOnly Reported,
    [property: Id(3), JsonPropertyName("benefit")] Benefits Benefit,
    [property: Id(4), JsonPropertyName("residence")] string Residence,
    [property: Id(5), JsonPropertyName("source")] string Source,
    [property: Id(6), JsonPropertyName("key")] string Key,
    [property: Id(7), JsonPropertyName("by")] string By,
    [property: Id(8), JsonPropertyName("difficulty"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    Difficulties? Difficulty = null)
{
    public ElderNotice ToNotice() => new(
        Kind, Day, Reported, Benefit, Residence.Length == 0 ? null : RegionCode.Parse(Residence), Difficulty ?? Difficulties.None);
}

/// <summary>An elder's entitlement to a month's hours.</summary>
/// <param name="Issued">True if the minutes have been issued.</param>
/// <param name="Reason">The reason why the elder is not entitled; None if entitled.</param>
[GenerateSerializer, Immutable, Alias("timebank.entitled-hours")]
public sealed record EntitledHours([property: Id(0)] long Minutes, [property: Id(1)] bool Issued, [property: Id(2)] Reason Reason);

/// <summary>The answer to a grant from the pool.</summary>
/// <param name="Entry">The index of the entry.</param>
/// <param name="PoolRemaining">Dry run only: the minutes that the pool would have left. Null otherwise: the journal says it.</param>
[GenerateSerializer, Immutable, Alias("timebank.granted-hours")]
public sealed record GrantedHours([property: Id(0)] long Entry, [property: Id(1)] long? PoolRemaining);

/// <summary>An ability assessment of an elder. Source: GB/T 42195-2022.</summary>
/// <param name="Points">0 to 90.</param>
/// <param name="Region">The code of the region that assessed.</param>
/// <param name="Recorded">The day on which it was recorded here; null in what older builds stored.</param>
/// <param name="Items">The points by indicator; null where only their sum was said.</param>
/// <param name="Changes">What makes the grade worse than the points; null: nothing.</param>
[GenerateSerializer, Immutable, Alias("timebank.assessment")]
public sealed record AssessmentRecord(
    [property: Id(0), JsonPropertyName("points")] int Points,
    [property: Id(1), JsonPropertyName("day")] DateOnly Day,
    [property: Id(2), JsonPropertyName("region")] string Region,
    [property: Id(3), JsonPropertyName("recorded"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    DateOnly? Recorded = null,
    [property: Id(4), JsonPropertyName("items"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    AssessmentItemsRecord? Items = null,
    [property: Id(5), JsonPropertyName("changes"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    GradeChanges? Changes = null);

/// <summary>The points of an assessment by first-level indicator, as <see cref="AbilityRule"/> bounds them.</summary>
[GenerateSerializer, Immutable, Alias("timebank.assessment-items")]
public sealed record AssessmentItemsRecord(
    [property: Id(0), JsonPropertyName("selfCare")] int SelfCare,
    [property: Id(1), JsonPropertyName("movement")] int Movement,
    [property: Id(2), JsonPropertyName("mentalState")] int MentalState,
    [property: Id(3), JsonPropertyName("participation")] int Participation)
{
    [JsonIgnore]
    public int Sum => SelfCare + Movement + MentalState + Participation;
}
