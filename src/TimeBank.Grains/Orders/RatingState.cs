namespace TimeBank.Grains;

/// <summary>What the recipient thinks of a service: 1 to 5 stars, and words.</summary>
public sealed record RatingState(int Stars, string Comment, DateTimeOffset Rated);
