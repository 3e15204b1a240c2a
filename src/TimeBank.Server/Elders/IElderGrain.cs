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
    Task<Reply<ElderRecord>> RegisterAsync(Command command, string displayName, DateOnly birthDate, Difficulties difficulties);

    [Alias("record-assessment")]
    Task<Reply<ElderRecord>> RecordAssessmentAsync(Command command, AssessmentRecord assessment, Difficulties difficulties);

    /// <summary>The elder; null where nobody is registered.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ElderRecord?> GetAsync();

    /// <summary>The hours now; null where nobody is registered.</summary>
    [Alias("hours"), AlwaysInterleave]
    Task<PersonHours?> HoursAsync();

    /// <summary>What the elder is entitled to in issued hours in a month, given as its first day.</summary>
    [Alias("entitled-hours")]
    Task<Reply<EntitledHours>> EntitledHoursAsync(DateOnly month);

    /// <summary>Ends what is left of earlier months, then issues the current month's hours, at most once whatever the run.</summary>
    /// <param name="month">The month's first day.</param>
    /// <param name="judged">The day by which the run is judged; null for today.</param>
    [Alias("issue-hours")]
    Task<Reply<long>> IssueHoursAsync(Command run, DateOnly month, DateOnly? judged = null);

    /// <summary>Ends what is left of the hours issued before the current month.</summary>
    [Alias("end-hours")]
    Task<Reply<long>> EndHoursAsync(Command run);

    [Alias("grant")]
    Task<Reply<GrantedHours>> GrantAsync(Command command, long minutes);
}

/// <summary>An elder as registered.</summary>
[GenerateSerializer, Immutable, Alias("timebank.elder-view")]
public sealed record ElderRecord(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] DateOnly Registered,
    [property: Id(4)] Difficulties Difficulties,
    [property: Id(5)] ImmutableArray<AssessmentRecord> Assessments,
    [property: Id(6)] ElderStatus Status)
{
    /// <summary>What the entitlement rules may know.</summary>
    /// <param name="home">The region on whose register the elder is.</param>
    public ElderFacts Facts(RegionCode home) => new(
        BirthDate, home, Status, Difficulties,
        [.. Assessments.Select(assessment => new Assessment(assessment.Points, assessment.Day, RegionCode.Parse(assessment.Region)))]);
}

/// <summary>
/// Whether an elder is entitled to a month's hours, how many minutes, and whether they have been issued; or the reason why not.
/// </summary>
[GenerateSerializer, Immutable, Alias("timebank.entitled-hours")]
public sealed record EntitledHours([property: Id(0)] long Minutes, [property: Id(1)] bool Issued, [property: Id(2)] Reason Reason);

/// <summary>The entry that granted hours.</summary>
/// <param name="PoolRemaining">Where no entry was written, what would be left in the pool, in minutes; null where the journal says
/// it.</param>
[GenerateSerializer, Immutable, Alias("timebank.granted-hours")]
public sealed record GrantedHours([property: Id(0)] long Entry, [property: Id(1)] long? PoolRemaining);

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
    public List<AssessmentRecord> Assessments { get; set; } = [];

    /// <param name="id">The part of the grain's key after the region.</param>
    public ElderRecord ToRecord(string id) => new(
        id, DisplayName, BirthDate, Registered, Difficulties,
        [.. Assessments], Status);
}

/// <summary>An ability assessment of an elder: 0 to 90 points, the day, and the code of the region that made it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.assessment")]
public sealed record AssessmentRecord(
    [property: Id(0), JsonPropertyName("points")] int Points,
    [property: Id(1), JsonPropertyName("day")] DateOnly Day,
    [property: Id(2), JsonPropertyName("region")] string Region);
