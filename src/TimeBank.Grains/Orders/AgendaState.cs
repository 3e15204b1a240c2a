using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>The times of a person that orders have reserved.</summary>
public sealed class AgendaState
{
    [JsonPropertyName("slots")]
    public List<SlotState> Slots { get; set; } = [];
}
