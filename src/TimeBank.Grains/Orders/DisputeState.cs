using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>A disagreement about a service.</summary>
public sealed class DisputeState
{
    /// <summary>The party whose disagreement it is.</summary>
    [JsonPropertyName("raisedBy")]
    public string RaisedBy { get; set; } = "";

    /// <summary>Who raised it at the server, perhaps for the party; somebody else resolves it.</summary>
    [JsonPropertyName("actor")]
    public string Actor { get; set; } = "";

    [JsonPropertyName("raised")]
    public DateTimeOffset Raised { get; set; }

    [JsonPropertyName("note")]
    public string Note { get; set; } = "";

    /// <summary>Null while open; then whether hours moved.</summary>
    [JsonPropertyName("settled")]
    public bool? Settled { get; set; }

    [JsonPropertyName("resolved")]
    public DateTimeOffset? Resolved { get; set; }

    [JsonPropertyName("resolveNote")]
    public string ResolveNote { get; set; } = "";
}
