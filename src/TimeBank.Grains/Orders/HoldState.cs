using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>The hold of an order: its entry, what it holds of each of the recipient's accounts in minutes, and from when on it may be expired.</summary>
public sealed record HoldState(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("entry")] long Entry,
    [property: JsonPropertyName("issued")] long Issued,
    [property: JsonPropertyName("gifted")] long Gifted,
    [property: JsonPropertyName("earned")] long Earned,
    [property: JsonPropertyName("expires")] DateTimeOffset Expires);
