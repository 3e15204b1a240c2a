using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What makes the grade of an assessment worse than its points. The values are stored.</summary>
[Flags]
public enum GradeChanges
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>昏迷: in a coma.</summary>
    [JsonStringEnumMemberName("Coma")]
    Coma = 1,

    /// <summary>痴呆: dementia was diagnosed (F00 to F03 of ICD-10).</summary>
    [JsonStringEnumMemberName("Dementia")]
    Dementia = 2,

    /// <summary>A psychiatrist diagnosed another mental or behavioural disorder (F04 to F99 of ICD-10).</summary>
    [JsonStringEnumMemberName("MentalDisorder")]
    MentalDisorder = 4,

    /// <summary>照护风险事件: two or more falls, chokings, wanderings, suicide attempts and the like within 30 days.</summary>
    [JsonStringEnumMemberName("CareEvents")]
    CareEvents = 8,
}

/// <summary>
/// The grade of an ability assessment. Source: GB/T 42195-2022: the points of four first-level indicators add up to 90 and give the
/// preliminary grade (the bands are the policy's). A coma is complete disability. A diagnosed dementia, another mental disorder, and two
/// events within 30 days make the grade one worse, once however many of them there are; nothing is worse than complete.
/// </summary>
public static class AbilityRule
{
    /// <summary>The most points: 自理能力, of eight second-level indicators with 4 points each.</summary>
    public const int MaxSelfCare = 32;

    /// <summary>基础运动能力, of four: three with 4, stairs with 3.</summary>
    public const int MaxMovement = 15;

    /// <summary>精神状态, of nine: six with 4, consciousness with 2, aggression and depression with 1.</summary>
    public const int MaxMentalState = 28;

    /// <summary>感知觉与社会参与, of five: sight and hearing with 2, daily affairs and company with 4, transport with 3.</summary>
    public const int MaxParticipation = 15;

    public static AbilityGrade Grade(int points, GradeChanges changes, AbilityPolicy policy)
    {
        AbilityGrade preliminary = policy.GradeOf(points);
        return changes.HasFlag(GradeChanges.Coma) ? AbilityGrade.Complete
            : changes == GradeChanges.None || preliminary == AbilityGrade.Complete ? preliminary
            : preliminary + 1;
    }
}
