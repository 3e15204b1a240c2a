namespace TimeBank.Grains;

/// <summary>A provider's profile.</summary>
public sealed class ProviderState : WorkflowState
{
    /// <summary>Under this name lists find the states of providers.</summary>
    public const string Kind = "provider";

    /// <summary>Null until it is registered.</summary>
    public ProviderRecord? Provider { get; set; }
}
