using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>Whether an elder is on the register of the home region. Numbers are stored.</summary>
public enum ElderStatus
{
    [JsonStringEnumMemberName("Active")]
    Active = 0,

    /// <summary>Moved out of the region, or asked to leave.</summary>
    [JsonStringEnumMemberName("Left")]
    Left = 1,

    [JsonStringEnumMemberName("Deceased")]
    Deceased = 2,
}
