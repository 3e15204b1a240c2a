using System.Text.Json.Serialization;

namespace TimeBank.Grains;

/// <summary>How a hold of an order ended. The names are stored in the entry that ended it.</summary>
public enum OrderEnd
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>The recipient confirmed.</summary>
    [JsonStringEnumMemberName("Confirmed")]
    Confirmed = 1,

    /// <summary>A dispute ended with hours.</summary>
    [JsonStringEnumMemberName("Settled")]
    Settled = 2,

    /// <summary>A dispute ended without hours.</summary>
    [JsonStringEnumMemberName("Dropped")]
    Dropped = 3,

    /// <summary>Called off before it began.</summary>
    [JsonStringEnumMemberName("Cancelled")]
    Cancelled = 4,

    /// <summary>Nobody confirmed in time.</summary>
    [JsonStringEnumMemberName("Expired")]
    Expired = 5,
}
