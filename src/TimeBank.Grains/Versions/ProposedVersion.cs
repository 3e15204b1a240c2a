using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>A version as it is kept.</summary>
public sealed class ProposedVersion
{
    /// <summary>The file, which names the version and its first day.</summary>
    [JsonPropertyName("document")]
    public string Document { get; set; } = "";

    [JsonPropertyName("proposedBy")]
    public string ProposedBy { get; set; } = "";

    /// <summary>Null while it waits for a second person.</summary>
    [JsonPropertyName("approvedBy")]
    public string? ApprovedBy { get; set; }
}
