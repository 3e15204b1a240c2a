using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>A fund's profile.</summary>
public sealed class FundState : WorkflowState
{
    /// <summary>Under this name lists find the states of funds.</summary>
    public const string Kind = "fund";

    /// <summary>Null until it is opened.</summary>
    [JsonPropertyName("fund")]
    public FundRecord? Fund { get; set; }
}
