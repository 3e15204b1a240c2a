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

/// <summary>Single flags of <see cref="Difficulties"/>.</summary>
public static class EachDifficulty
{
    private static readonly Difficulties[] All = Enum.GetValues<Difficulties>();

    /// <summary>The flags that are set, one by one.</summary>
    public static IEnumerable<Difficulties> Each(this Difficulties flags) => All.Where(one => (flags & one) != Difficulties.None);
}

/// <summary>Other public benefits, which an elder has beside what TimeBank gives. The values are stored.</summary>
[Flags]
public enum Benefits
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>长期护理保险: it pays before a voucher does.</summary>
    [JsonStringEnumMemberName("LongTermCareInsurance")]
    LongTermCareInsurance = 1,

    /// <summary>特困人员救助供养: the state supports the elder. The difficulty 特困 says who may ask for it; this, who receives it.</summary>
    [JsonStringEnumMemberName("SpecialHardshipSupport")]
    SpecialHardshipSupport = 2,

    /// <summary>经济困难失能老年人集中照护服务补助: a subsidy for care in an institution.</summary>
    [JsonStringEnumMemberName("InstitutionCareSubsidy")]
    InstitutionCareSubsidy = 4,

    /// <summary>居家和社区基本养老服务提升行动项目: services at home that the project pays.</summary>
    [JsonStringEnumMemberName("HomeCareProject")]
    HomeCareProject = 8,

    /// <summary>重度残疾人护理补贴: a nursing subsidy for severe disability.</summary>
    [JsonStringEnumMemberName("DisabilityNursingSubsidy")]
    DisabilityNursingSubsidy = 16,

    /// <summary>失能老年人护理补贴: a nursing subsidy for disabled elders.</summary>
    [JsonStringEnumMemberName("ElderNursingSubsidy")]
    ElderNursingSubsidy = 32,
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
