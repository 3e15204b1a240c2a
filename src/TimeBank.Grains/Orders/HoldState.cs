namespace TimeBank.Grains;

/// <summary>The hold of an order: its entry, what it holds of each of the recipient's accounts in minutes, and from when on it may be expired.</summary>
public sealed record HoldState(string Id, long Entry, long Issued, long Gifted, long Earned, DateTimeOffset Expires);
