using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>A provider's profile.</summary>
public sealed class ProviderState : WorkflowState
{
    /// <summary>Under this name lists find the states of providers.</summary>
    public const string Kind = "provider";

    /// <summary>The place by which lists look for providers of a service.</summary>
    public const string ServiceTypesPath = "provider.serviceTypes";

    /// <summary>Null until it is registered.</summary>
    [JsonPropertyName("provider")]
    public ProviderRecord? Provider { get; set; }
}
