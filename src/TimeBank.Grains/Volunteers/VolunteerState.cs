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

    /// <param name="id">The part of the grain's key after the region.</param>
    public VolunteerMessage ToMessage(string id) =>
        new(id, DisplayName, BirthDate, Enrolled, Home, [.. Family.Select(member => new FamilyMemberMessage(member.Person, member.Kinship))]);
}
