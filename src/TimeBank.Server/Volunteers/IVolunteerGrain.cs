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
    Task<Reply<VolunteerMessage>> EnrolAsync(EnrolVolunteerMessage enrolment);

    [Alias("set-family")]
    Task<Reply<VolunteerMessage>> SetFamilyAsync(SetFamilyMessage family);

    /// <summary>The enrolment; null where there is none. Volunteers ask one another, so it doesn't wait for its turn.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<VolunteerMessage?> GetAsync();

    /// <summary>The hours now; null where nobody is enrolled.</summary>
    [Alias("hours"), AlwaysInterleave]
    Task<HoursMessage?> HoursAsync();

    [Alias("gift")]
    Task<Reply<MovedHoursMessage>> GiftAsync(GiftHoursMessage gift);

    [Alias("donate")]
    Task<Reply<MovedHoursMessage>> DonateAsync(DonateHoursMessage donation);

    /// <summary>Posts a service's hold to this volunteer: one at a time, so that the cap is exact.</summary>
    [Alias("earn")]
    Task<Outcome> EarnAsync(EarnHoursMessage service);

    /// <summary>Takes in hours from another region, once.</summary>
    [Alias("arrive")]
    Task<Reply<EntryMessage>> ArriveAsync(HoursArrivalMessage arrival);
}

/// <summary>To enrol a volunteer. Home is the key of the first enrolment, or empty.</summary>
[GenerateSerializer, Immutable, Alias("timebank.enrol-volunteer")]
public sealed record EnrolVolunteerMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] string Home);

/// <summary>An enrolment as it stands.</summary>
[GenerateSerializer, Immutable, Alias("timebank.volunteer-view")]
public sealed record VolunteerMessage(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] DateOnly Enrolled,
    [property: Id(4)] string Home,
    [property: Id(5)] ImmutableArray<FamilyMemberMessage> Family);

/// <summary>The whole list of a volunteer's direct family.</summary>
[GenerateSerializer, Immutable, Alias("timebank.set-family")]
public sealed record SetFamilyMessage([property: Id(0)] Command Command, [property: Id(1)] ImmutableArray<FamilyMemberMessage> Family);

/// <summary>A direct relative: <c>elders/{id}</c> or <c>volunteers/{id}</c>, and what the person is to the volunteer.</summary>
[GenerateSerializer, Immutable, Alias("timebank.family-member")]
public sealed record FamilyMemberMessage([property: Id(0)] string Person, [property: Id(1)] Kinship Kinship);

/// <summary>A service that was given: what its hold holds, and how much of it to post.</summary>
[GenerateSerializer, Immutable, Alias("timebank.earn-hours")]
public sealed record EarnHoursMessage(
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

/// <summary>To give hours to a relative, <c>elders/{id}</c> or <c>volunteers/{id}</c> of the same region.</summary>
[GenerateSerializer, Immutable, Alias("timebank.gift-hours")]
public sealed record GiftHoursMessage([property: Id(0)] Command Command, [property: Id(1)] string Receiver, [property: Id(2)] long Minutes);

/// <summary>To give hours to the pool.</summary>
[GenerateSerializer, Immutable, Alias("timebank.donate-hours")]
public sealed record DonateHoursMessage([property: Id(0)] Command Command, [property: Id(1)] long Minutes);

/// <summary>The entry that moved hours, and the hours of who gave them after it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.moved-hours")]
public sealed record MovedHoursMessage([property: Id(0)] long Entry, [property: Id(1)] HoursMessage Hours);

/// <summary>The index of a journal entry.</summary>
[GenerateSerializer, Immutable, Alias("timebank.entry")]
public sealed record EntryMessage([property: Id(0)] long Index);

/// <summary>The hours of a person, in minutes, and the stars that the lifetime's hours give.</summary>
[GenerateSerializer, Immutable, Alias("timebank.hours")]
public sealed record HoursMessage(
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
public sealed record HoursArrivalMessage(
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
    public List<FamilyMemberState> Family { get; set; } = [];

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
    public VolunteerMessage ToMessage(string id) =>
        new(id, DisplayName, BirthDate, Enrolled, Home,
            [.. Family.Select(member => new FamilyMemberMessage(member.Person, member.Kinship))]);
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
    public static GivenState Of(long entry, HoursMessage after) =>
        new(entry, after.Earned, after.Gifted, after.Issued, after.Held, after.Available, after.Lifetime, after.Cap, after.Stars);

    public MovedHoursMessage ToMessage() => new(Entry, new HoursMessage(Earned, Gifted, Issued, Held, Available, Lifetime, Cap, Stars));
}

/// <summary>A direct relative of a volunteer.</summary>
/// <param name="Person">Below the region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
public sealed record FamilyMemberState(
    [property: JsonPropertyName("person")] string Person,
    [property: JsonPropertyName("kinship")] Kinship Kinship);
