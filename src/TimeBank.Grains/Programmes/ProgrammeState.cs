using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>A programme's profile.</summary>
public sealed class ProgrammeState : WorkflowState
{
    /// <summary>Under this name lists find the states of programmes.</summary>
    public const string Kind = "programme";

    /// <summary>Null until it is opened.</summary>
    [JsonPropertyName("programme")]
    public ProgrammeRecord? Programme { get; set; }
}
