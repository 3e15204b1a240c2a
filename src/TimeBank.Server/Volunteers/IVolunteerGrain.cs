using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>A volunteer of a region; key: region/id. The authority for enrolment and for earned hours.</summary>
[Alias("timebank.volunteer")]
public interface IVolunteerGrain : IGrainWithStringKey
{
    /// <param name="details">With a number of identity only through <see cref="IIdentityNumberGrain"/>; null: none.</param>
    [Alias("enrol")]
    Task<Reply<VolunteerRecord>> EnrolAsync(
        Command command, string displayName, DateOnly birthDate, string home, PersonDetails? details = null);

    /// <summary>Changes the details; what is empty stays as it was.</summary>
    /// <param name="details">With a number of identity only through <see cref="IIdentityNumberGrain"/>.</param>
    /// <returns>All of them.</returns>
    [Alias("set-details")]
    Task<Reply<PersonDetails>> SetDetailsAsync(Command command, PersonDetails details);

    /// <summary>The details in full; null where there are none. Its answer goes into no log and no journal.</summary>
    [Alias("details"), AlwaysInterleave]
    Task<PersonDetails?> DetailsAsync();

    [Alias("set-family")]
    Task<Reply<VolunteerRecord>> SetFamilyAsync(Command command, ImmutableArray<FamilyRecord> family);

    /// <summary>
    /// The enrolment; null if nobody is enrolled. Interleaves, because volunteers ask each other: two who give each other hours at once
    /// would otherwise wait for ever.
    /// </summary>
    [Alias("get"), AlwaysInterleave]
    Task<VolunteerRecord?> GetAsync();

    /// <summary>The hours now; null if nobody is enrolled.</summary>
    [Alias("hours"), AlwaysInterleave]
    Task<PersonHours?> HoursAsync();

    [Alias("gift")]
    Task<Reply<MovedHours>> GiftAsync(Command command, string receiver, long minutes);

    [Alias("donate")]
    Task<Reply<MovedHours>> DonateAsync(Command command, long minutes);

    /// <summary>Takes back an own gift or donation.</summary>
    /// <param name="index">The index of the gift's entry.</param>
    [Alias("undo")]
    Task<Reply<MovedHours>> UndoAsync(Command command, long index);

    /// <summary>Posts a service's hold to this volunteer. The grain does one service at a time, so the balance cap is exact.</summary>
    [Alias("earn")]
    Task<Outcome> EarnAsync(ServiceEarned service);

    /// <summary>Credits hours that left another region. Repeating the call changes nothing.</summary>
    /// <returns>The index of the entry here.</returns>
    [Alias("arrive")]
    Task<Reply<long>> ArriveAsync(HoursArrival arrival);
}

/// <summary>A volunteer's enrolment, as the grain answers it.</summary>
/// <param name="Home">The grain key (region/id) of the person's first enrolment; empty if this is the first.</param>
/// <param name="HasDetails">Whether somebody said a number of identity, a telephone or an address.</param>
[GenerateSerializer, Immutable, Alias("timebank.volunteer-view")]
public sealed record VolunteerRecord(
    [property: Id(0)] OpaqueId Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] DateOnly Enrolled,
    [property: Id(4)] string Home,
    [property: Id(5)] ImmutableArray<FamilyRecord> Family,
    [property: Id(6)] bool HasDetails = false);

/// <summary>A confirmed service: its hold, and the minutes to post to the volunteer.</summary>
/// <param name="EntryId">The id for the posting entry.</param>
/// <param name="HoldId">The id of the hold's entry.</param>
/// <param name="HeldIssued">Minutes held of the elder's issued hours; the next two: of gifted and of earned hours.</param>
/// <param name="Minutes">The minutes to post; the ledger gives back the rest of the hold.</param>
/// <param name="Day">The day of service, whose policy has the cap.</param>
[GenerateSerializer, Immutable, Alias("timebank.earn-hours")]
public sealed record ServiceEarned(
    [property: Id(0)] Command Command,
    [property: Id(1)] EntryId EntryId,
    [property: Id(2)] EntryId HoldId,
    [property: Id(3)] long HeldIssued,
    [property: Id(4)] long HeldGifted,
    [property: Id(5)] long HeldEarned,
    [property: Id(6)] long Minutes,
    [property: Id(7)] DateOnly Day,
    [property: Id(8)] OpaqueId Order,
    [property: Id(9)] OrderEnd End);

/// <summary>The answer to a gift, a donation or taking one back: the entry's index, and the giver's hours after it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.moved-hours")]
public sealed record MovedHours([property: Id(0)] long Entry, [property: Id(1)] PersonHours Hours);

/// <summary>A person's hours.</summary>
/// <param name="Earned">Minutes on the earned account, held minutes included; so are Gifted and Issued.</param>
/// <param name="Held">Minutes that open holds keep back, over all three accounts.</param>
/// <param name="Available">Minutes that can be spent now, over all three accounts.</param>
/// <param name="Lifetime">Minutes ever earned in this enrolment; spending never lowers the number.</param>
/// <param name="Cap">The policy's most minutes for the earned account.</param>
/// <param name="Stars">The grade that <paramref name="Lifetime"/> gives.</param>
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

/// <summary>Hours that left another region.</summary>
/// <param name="LeftAs">The id of the entry with which they left.</param>
/// <param name="Digest">The digest of the request behind that entry.</param>
/// <param name="FromPerson">The sender's enrolment there.</param>
[GenerateSerializer, Immutable, Alias("timebank.hours-arrival")]
public sealed record HoursArrival(
    [property: Id(0)] EntryId LeftAs,
    [property: Id(1)] Digest Digest,
    [property: Id(2)] string Actor,
    [property: Id(3)] string OnBehalfOf,
    [property: Id(4)] RegionCode FromRegion,
    [property: Id(5)] OpaqueId FromPerson,
    [property: Id(6)] long Minutes);

/// <summary>The stored state of a volunteer's grain. The hours themselves are in the ledger.</summary>
public sealed class VolunteerState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps volunteers and lists find them. Stored: never change it.</summary>
    public const string Kind = "volunteer";

    /// <summary>The day of enrolment in the stored state.</summary>
    public const string EnrolledPath = "enrolled";

    /// <summary>The name in the stored state.</summary>
    public const string NamePath = "displayName";

    [JsonPropertyName(NamePath)]
    public string DisplayName { get; set; } = "";

    [JsonPropertyName("birthDate")]
    public DateOnly BirthDate { get; set; }

    [JsonPropertyName(EnrolledPath)]
    public DateOnly Enrolled { get; set; }

    /// <summary>The key of the same person's first enrolment, in another region; empty if this is it.</summary>
    [JsonPropertyName("home")]
    public string Home { get; set; } = "";

    [JsonPropertyName("family")]
    public List<FamilyRecord> Family { get; set; } = [];

    /// <summary>
    /// Minutes that came from other regions, by the id of the entry with which they left. The lifetime leaves them out: they count where
    /// they were earned.
    /// </summary>
    [JsonPropertyName("arrived")]
    public Dictionary<string, long> Arrived { get; set; } = [];

    /// <summary>
    /// The answers to gifts, donations and undoing them, by entry id, for retries. They are not in the entry: the receiver may read it and
    /// must not see the giver's hours.
    /// </summary>
    [JsonPropertyName("given")]
    public Dictionary<string, GivenState> Given { get; set; } = [];

    /// <summary>Number of identity, telephone and address; null where nobody said any.</summary>
    [JsonPropertyName("details"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SealedDetails? Details { get; set; }

    public VolunteerRecord ToRecord(OpaqueId id) =>
        new(id, DisplayName, BirthDate, Enrolled, Home, [.. Family], Details is not null);
}

/// <summary>A stored answer to a gift or donation: the entry's index, and the giver's <see cref="PersonHours"/> after it.</summary>
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
/// <param name="Person">The name without the region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
[GenerateSerializer, Immutable, Alias("timebank.family-member")]
public sealed record FamilyRecord(
    [property: Id(0), JsonPropertyName("person")] string Person,
    [property: Id(1), JsonPropertyName("kinship")] Kinship Kinship);
