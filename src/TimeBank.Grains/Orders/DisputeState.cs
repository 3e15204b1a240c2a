namespace TimeBank.Grains;

/// <summary>A disagreement about a service.</summary>
public sealed class DisputeState
{
    /// <summary>The party whose disagreement it is.</summary>
    public string RaisedBy { get; set; } = "";

    /// <summary>Who raised it at the server, perhaps for the party; somebody else resolves it.</summary>
    public string Actor { get; set; } = "";

    public DateTimeOffset Raised { get; set; }

    public string Note { get; set; } = "";

    /// <summary>Null while open; then whether hours moved.</summary>
    public bool? Settled { get; set; }

    public DateTimeOffset? Resolved { get; set; }

    public string ResolveNote { get; set; } = "";
}
