using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The grades of GB/T 42195-2022, from able to completely disabled: a greater value is a heavier disability. Numbers are stored.</summary>
public enum AbilityGrade
{
    [JsonStringEnumMemberName("Able")]
    Able = 0,

    [JsonStringEnumMemberName("Mild")]
    Mild = 1,

    [JsonStringEnumMemberName("Moderate")]
    Moderate = 2,

    [JsonStringEnumMemberName("Severe")]
    Severe = 3,

    [JsonStringEnumMemberName("Complete")]
    Complete = 4,
}
