using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>An elder's hardships, as the register records them. The values are stored.</summary>
[Flags]
public enum Difficulties
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>独居: lives alone.</summary>
    [JsonStringEnumMemberName("LivingAlone")]
    LivingAlone = 1,

    /// <summary>空巢: no child lives nearby.</summary>
    [JsonStringEnumMemberName("EmptyNest")]
    EmptyNest = 2,

    /// <summary>低保、低收入: receives a subsistence allowance or has a low income.</summary>
    [JsonStringEnumMemberName("LowIncome")]
    LowIncome = 4,

    /// <summary>特困: supported by the state; has no income, capacity or family.</summary>
    [JsonStringEnumMemberName("SpecialHardship")]
    SpecialHardship = 8,

    /// <summary>计划生育特殊家庭: lost an only child.</summary>
    [JsonStringEnumMemberName("LostOnlyChild")]
    LostOnlyChild = 16,

    /// <summary>留守: the family works elsewhere.</summary>
    [JsonStringEnumMemberName("LeftBehind")]
    LeftBehind = 32,
}

/// <summary>
/// The grades of GB/T 42195-2022, from able to completely disabled. A greater value is a heavier disability. The numbers are stored.
/// </summary>
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
