using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>An elder of a region; key: region/id. The authority for assessments, difficulties, entitlements and issued hours.</summary>
[Alias("timebank.elder")]
public interface IElderGrain : IGrainWithStringKey
{
    [Alias("register")]
    Task<Reply<ElderMessage>> RegisterAsync(RegisterElderMessage registration);

    [Alias("record-assessment")]
    Task<Reply<ElderMessage>> RecordAssessmentAsync(RecordAssessmentMessage assessment);

    /// <summary>The elder; null where nobody is registered.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ElderMessage?> GetAsync();

    /// <summary>The hours now; null where nobody is registered.</summary>
    [Alias("hours"), AlwaysInterleave]
    Task<HoursMessage?> HoursAsync();

    /// <summary>What the elder is entitled to in issued hours in a month, given as its first day.</summary>
    [Alias("entitled-hours")]
    Task<Reply<EntitledHoursMessage>> EntitledHoursAsync(DateOnly month);

    /// <summary>Ends what is left of earlier months, then issues the current month's hours, at most once whatever the run.</summary>
    [Alias("issue-hours")]
    Task<Reply<IssuedHoursMessage>> IssueHoursAsync(IssueHoursMessage run);

    /// <summary>Ends what is left of the hours issued before the current month.</summary>
    [Alias("end-hours")]
    Task<Reply<EndedHoursMessage>> EndHoursAsync(Command run);

    [Alias("grant")]
    Task<Reply<GrantedHoursMessage>> GrantAsync(GrantHoursMessage grant);
}

/// <summary>To register an elder.</summary>
[GenerateSerializer, Immutable, Alias("timebank.register-elder")]
public sealed record RegisterElderMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] Difficulties Difficulties);

/// <summary>An assessment, and the difficulties seen with it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.record-assessment")]
public sealed record RecordAssessmentMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] AssessmentMessage Assessment,
    [property: Id(2)] Difficulties Difficulties);

/// <summary>An elder as registered.</summary>
[GenerateSerializer, Immutable, Alias("timebank.elder-view")]
public sealed record ElderMessage(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] DateOnly Registered,
    [property: Id(4)] Difficulties Difficulties,
    [property: Id(5)] ImmutableArray<AssessmentMessage> Assessments,
    [property: Id(6)] ElderStatus Status)
{
    /// <summary>What the entitlement rules may know.</summary>
    /// <param name="home">The region on whose register the elder is.</param>
    public ElderFacts Facts(RegionCode home) => new(
        BirthDate, home, Status, Difficulties,
        [.. Assessments.Select(assessment => new Assessment(assessment.Points, assessment.Day, RegionCode.Parse(assessment.Region)))]);
}

/// <summary>An ability assessment: 0 to 90 points, the day, and the code of the region that made it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.assessment")]
public sealed record AssessmentMessage([property: Id(0)] int Points, [property: Id(1)] DateOnly Day, [property: Id(2)] string Region);

/// <summary>
/// Whether an elder is entitled to a month's hours, how many minutes, and whether they have been issued; or the reason why not.
/// </summary>
[GenerateSerializer, Immutable, Alias("timebank.entitled-hours")]
public sealed record EntitledHoursMessage([property: Id(0)] long Minutes, [property: Id(1)] bool Issued, [property: Id(2)] Reason Reason);

/// <summary>To issue the hours of a month, given as its first day, in the run of a command.</summary>
/// <param name="Day">The day by which the run is judged; null for today.</param>
[GenerateSerializer, Immutable, Alias("timebank.issue-hours")]
public sealed record IssueHoursMessage(
    [property: Id(0)] Command Run,
    [property: Id(1)] DateOnly Month,
    [property: Id(2)] DateOnly? Day = null);

/// <summary>What a run issued to an elder, in minutes.</summary>
[GenerateSerializer, Immutable, Alias("timebank.issued-hours")]
public sealed record IssuedHoursMessage([property: Id(0)] long Minutes);

/// <summary>What of an elder's issued hours ended with their month, in minutes; may be nothing.</summary>
[GenerateSerializer, Immutable, Alias("timebank.ended-hours")]
public sealed record EndedHoursMessage([property: Id(0)] long Minutes);

/// <summary>To give an elder hours from the pool.</summary>
[GenerateSerializer, Immutable, Alias("timebank.grant-hours")]
public sealed record GrantHoursMessage([property: Id(0)] Command Command, [property: Id(1)] long Minutes);

/// <summary>The entry that granted hours.</summary>
/// <param name="PoolRemaining">Where no entry was written, what would be left in the pool, in minutes; null where the journal says
/// it.</param>
[GenerateSerializer, Immutable, Alias("timebank.granted-hours")]
public sealed record GrantedHoursMessage([property: Id(0)] long Entry, [property: Id(1)] long? PoolRemaining);

/// <summary>An elder on a region's register.</summary>
public sealed class ElderState : WorkflowState
{
    /// <summary>Under this name lists find the states of elders.</summary>
    public const string Kind = "elder";

    [JsonPropertyName("displayName")]
    public string DisplayName { get; set; } = "";

    [JsonPropertyName("birthDate")]
    public DateOnly BirthDate { get; set; }

    [JsonPropertyName("registered")]
    public DateOnly Registered { get; set; }

    [JsonPropertyName("status")]
    public ElderStatus Status { get; set; }

    [JsonPropertyName("difficulties")]
    public Difficulties Difficulties { get; set; }

    /// <summary>All of them, by day.</summary>
    [JsonPropertyName("assessments")]
    public List<AssessmentState> Assessments { get; set; } = [];

    /// <param name="id">The part of the grain's key after the region.</param>
    public ElderMessage ToMessage(string id) => new(
        id, DisplayName, BirthDate, Registered, Difficulties,
        [.. Assessments.Select(assessment => new AssessmentMessage(assessment.Points, assessment.Day, assessment.Region))], Status);
}

/// <summary>An ability assessment of an elder: 0 to 90 points, the day, and the code of the region that made it.</summary>
public sealed record AssessmentState(
    [property: JsonPropertyName("points")] int Points,
    [property: JsonPropertyName("day")] DateOnly Day,
    [property: JsonPropertyName("region")] string Region);
