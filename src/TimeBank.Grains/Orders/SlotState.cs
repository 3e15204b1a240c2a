using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A time reserved for an order, named by the key of its grain.</summary>
/// <param name="Serves">Whether the person serves; else they are served.</param>
/// <param name="Present">Whether the person has checked in and not out.</param>
/// <param name="Served">The minutes that count of what the person served; null until they have checked out.</param>
public sealed record SlotState(
    [property: JsonPropertyName("order")] string Order,
    [property: JsonPropertyName("start")] DateTimeOffset Start,
    [property: JsonPropertyName("end")] DateTimeOffset End,
    [property: JsonPropertyName("serves")] bool Serves,
    [property: JsonPropertyName("present")] bool Present,
    [property: JsonPropertyName("served")] long? Served = null)
{
    [JsonIgnore]
    public DateOnly Day => ChinaTime.DateOf(Start);

    [JsonIgnore]
    public long Minutes => (long)(End - Start).TotalMinutes;

    public bool Overlaps(DateTimeOffset start, DateTimeOffset end) => Start < end && start < End;
}
