using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>An ability assessment of an elder: 0 to 90 points, the day, and the code of the region that made it.</summary>
public sealed record AssessmentState(
    [property: JsonPropertyName("points")] int Points,
    [property: JsonPropertyName("day")] DateOnly Day,
    [property: JsonPropertyName("region")] string Region);
