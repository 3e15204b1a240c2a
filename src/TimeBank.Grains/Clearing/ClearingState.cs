using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>How far a region's outbox has been delivered.</summary>
public sealed class ClearingState
{
    /// <summary>For each other region's code, the index of the last entry that was looked at.</summary>
    [JsonPropertyName("lookedAt")]
    public Dictionary<string, long> LookedAt { get; set; } = [];

    /// <summary>The indexes of entries up to there whose hours have not arrived.</summary>
    [JsonPropertyName("waiting")]
    public List<long> Waiting { get; set; } = [];
}
