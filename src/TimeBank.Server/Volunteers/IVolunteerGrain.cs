using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>A volunteer of a region; key: region/id. The authority for enrolment and for earned hours.</summary>
[Alias("timebank.volunteer")]
public interface IVolunteerGrain : IGrainWithStringKey
{
    [Alias("enrol")]
    Task<Reply<VolunteerRecord>> EnrolAsync(Command command, string displayName, DateOnly birthDate, string home);

    [Alias("set-family")]
    Task<Reply<VolunteerRecord>> SetFamilyAsync(Command command, ImmutableArray<FamilyRecord> family);

    /// <summary>The enrolment; null where there is none. Volunteers ask one another, so it doesn't wait for its turn.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<VolunteerRecord?> GetAsync();

    /// <summary>The hours now; null where nobody is enrolled.</summary>
    [Alias("hours"), AlwaysInterleave]
    Task<PersonHours?> HoursAsync();

    [Alias("gift")]
    Task<Reply<MovedHours>> GiftAsync(Command command, string receiver, long minutes);

    [Alias("donate")]
    Task<Reply<MovedHours>> DonateAsync(Command command, long minutes);

    /// <summary>Posts a service's hold to this volunteer: one at a time, so that the cap is exact.</summary>
    [Alias("earn")]
    Task<Outcome> EarnAsync(ServiceEarned service);

    /// <summary>Takes in hours from another region, once.</summary>
    [Alias("arrive")]
    Task<Reply<long>> ArriveAsync(HoursArrival arrival);
}

/// <summary>An enrolment as it stands.</summary>
[GenerateSerializer, Immutable, Alias("timebank.volunteer-view")]
public sealed record VolunteerRecord(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] DateOnly Enrolled,
    [property: Id(4)] string Home,
    [property: Id(5)] ImmutableArray<FamilyRecord> Family);

/// <summary>A service that was given: what its hold holds, and how much of it to post.</summary>
[GenerateSerializer, Immutable, Alias("timebank.earn-hours")]
public sealed record ServiceEarned(
    [property: Id(0)] Command Command,
    [property: Id(1)] string EntryId,
    [property: Id(2)] string HoldId,
    [property: Id(3)] long HeldIssued,
    [property: Id(4)] long HeldGifted,
    [property: Id(5)] long HeldEarned,
    [property: Id(6)] long Minutes,
    [property: Id(7)] DateOnly Day,
    [property: Id(8)] string Order,
    [property: Id(9)] OrderEnd End);

/// <summary>The entry that moved hours, and the hours of who gave them after it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.moved-hours")]
public sealed record MovedHours([property: Id(0)] long Entry, [property: Id(1)] PersonHours Hours);

/// <summary>The hours of a person, in minutes, and the stars that the lifetime's hours give.</summary>
[GenerateSerializer, Immutable, Alias("timebank.hours")]
public sealed record PersonHours(
    [property: Id(0)] long Earned,
    [property: Id(1)] long Gifted,
    [property: Id(2)] long Issued,
    [property: Id(3)] long Held,
    [property: Id(4)] long Available,
    [property: Id(5)] long Lifetime,
    [property: Id(6)] long Cap,
    [property: Id(7)] int Stars);

/// <summary>Hours that left another region: its entry id and command, and who sent them.</summary>
[GenerateSerializer, Immutable, Alias("timebank.hours-arrival")]
public sealed record HoursArrival(
    [property: Id(0)] string LeftAs,
    [property: Id(1)] string Digest,
    [property: Id(2)] string Actor,
    [property: Id(3)] string OnBehalfOf,
    [property: Id(4)] string FromRegion,
    [property: Id(5)] string FromPerson,
    [property: Id(6)] long Minutes);

/// <summary>The enrolment of a volunteer.</summary>
public sealed class VolunteerState : WorkflowState
{
    /// <summary>Under this name lists find the states of volunteers.</summary>
    public const string Kind = "volunteer";

    [JsonPropertyName("displayName")]
    public string DisplayName { get; set; } = "";

    [JsonPropertyName("birthDate")]
    public DateOnly BirthDate { get; set; }

    [JsonPropertyName("enrolled")]
    public DateOnly Enrolled { get; set; }

    /// <summary>The key of the same person's first enrolment, in another region; empty if this is it.</summary>
    [JsonPropertyName("home")]
    public string Home { get; set; } = "";

    [JsonPropertyName("family")]
    public List<FamilyRecord> Family { get; set; } = [];

    /// <summary>
    /// Minutes that came from other regions, by the id of the entry with which they left. They were earned there, and are not counted
    /// twice.
    /// </summary>
    [JsonPropertyName("arrived")]
    public Dictionary<string, long> Arrived { get; set; } = [];

    /// <summary>
    /// What gifts and donations answered, by the ids of their entries. The other side may read the entry, so the giver's hours don't stand
    /// there.
    /// </summary>
    [JsonPropertyName("given")]
    public Dictionary<string, GivenState> Given { get; set; } = [];

    /// <param name="id">The part of the grain's key after the region.</param>
    public VolunteerRecord ToRecord(string id) =>
        new(id, DisplayName, BirthDate, Enrolled, Home,
            [.. Family]);
}

/// <summary>
/// The index of an entry with which hours were given, and the giver's hours as they were answered: in minutes, but the stars.
/// </summary>
public sealed record GivenState(
    [property: JsonPropertyName("entry")] long Entry,
    [property: JsonPropertyName("earned")] long Earned,
    [property: JsonPropertyName("gifted")] long Gifted,
    [property: JsonPropertyName("issued")] long Issued,
    [property: JsonPropertyName("held")] long Held,
    [property: JsonPropertyName("available")] long Available,
    [property: JsonPropertyName("lifetime")] long Lifetime,
    [property: JsonPropertyName("cap")] long Cap,
    [property: JsonPropertyName("stars")] int Stars)
{
    public static GivenState Of(long entry, PersonHours after) =>
        new(entry, after.Earned, after.Gifted, after.Issued, after.Held, after.Available, after.Lifetime, after.Cap, after.Stars);

    public MovedHours ToRecord() => new(Entry, new PersonHours(Earned, Gifted, Issued, Held, Available, Lifetime, Cap, Stars));
}

/// <summary>A direct relative of a volunteer.</summary>
/// <param name="Person">Below the region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
[GenerateSerializer, Immutable, Alias("timebank.family-member")]
public sealed record FamilyRecord(
    [property: Id(0), JsonPropertyName("person")] string Person,
    [property: Id(1), JsonPropertyName("kinship")] Kinship Kinship);
