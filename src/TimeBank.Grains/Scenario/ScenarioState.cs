using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>What is kept of a demonstration, so that it goes on where a stopped server left it.</summary>
public sealed class ScenarioState : WorkflowState
{
    [JsonPropertyName("now")]
    public DateTimeOffset? Now { get; set; }

    [JsonPropertyName("finished")]
    public bool Finished { get; set; }
}
