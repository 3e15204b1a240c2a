using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>What the recipient thinks of a service: 1 to 5 stars, and words.</summary>
public sealed record RatingState(
    [property: JsonPropertyName("stars")] int Stars,
    [property: JsonPropertyName("comment")] string Comment,
    [property: JsonPropertyName("rated")] DateTimeOffset Rated);
