using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>The versions of one region that people have proposed; those that ship with the product aren't in it.</summary>
public sealed class VersionsState : WorkflowState
{
    [JsonPropertyName("versions")]
    public List<ProposedVersion> Versions { get; set; } = [];
}
