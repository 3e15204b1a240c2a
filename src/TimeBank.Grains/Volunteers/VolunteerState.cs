using System.Text.Json.Serialization;

namespace TimeBank.Grains;

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

    /// <summary>Minutes that came from other regions, by the id of the entry with which they left. They were earned there, and are not counted twice.</summary>
    [JsonPropertyName("arrived")]
    public Dictionary<string, long> Arrived { get; set; } = [];

    /// <summary>
    /// What gifts and donations answered, by the ids of their entries. The other side may read the entry, so the giver's hours don't stand there.
    /// </summary>
    [JsonPropertyName("given")]
    public Dictionary<string, GivenState> Given { get; set; } = [];

    /// <param name="id">The part of the grain's key after the region.</param>
    public VolunteerMessage ToMessage(string id) =>
        new(id, DisplayName, BirthDate, Enrolled, Home, [.. Family.Select(member => new FamilyMemberMessage(member.Person, member.Kinship))]);
}

/// <summary>The index of an entry with which hours were given, and the giver's hours as they were answered: in minutes, but the stars.</summary>
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
