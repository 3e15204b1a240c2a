using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

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
