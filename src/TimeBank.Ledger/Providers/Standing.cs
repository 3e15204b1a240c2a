using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What the authorities think of a provider. The names are stored.</summary>
public enum Standing
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Nothing against it.</summary>
    [JsonStringEnumMemberName("Good")]
    Good = 1,

    /// <summary>白名单: commended; may do what <see cref="Good"/> may.</summary>
    [JsonStringEnumMemberName("WhiteListed")]
    WhiteListed = 2,

    /// <summary>Redeems nothing for a while.</summary>
    [JsonStringEnumMemberName("Suspended")]
    Suspended = 3,

    /// <summary>黑名单: redeems nothing, is paid nothing.</summary>
    [JsonStringEnumMemberName("BlackListed")]
    BlackListed = 4,
}
