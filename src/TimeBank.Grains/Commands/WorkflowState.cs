using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>The state of a grain that keeps its own records: it knows which commands it has carried out.</summary>
public abstract class WorkflowState
{
    /// <summary>The digest of each command carried out, by its entry id.</summary>
    [JsonPropertyName("done")]
    public Dictionary<string, string> Done { get; set; } = [];
}
