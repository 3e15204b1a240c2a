namespace TimeBank.Ledger;

/// <summary>Why an elder is entitled, or why not. Numbers are stored; those below 100 are grounds, those from 100 on are refusals.</summary>
public enum EntitlementReason
{
    None = 0,

    /// <summary>The valid assessment shows the disability that the rule asks for.</summary>
    Disability = 1,

    /// <summary>Old enough for every elder to have it.</summary>
    Age = 2,

    /// <summary>Old enough, and in one of the difficulties that the rule names.</summary>
    AgeAndHardship = 3,

    /// <summary>Very old, of an empty nest, living alone.</summary>
    EmptyNestAlone = 4,

    /// <summary>Of low income, disabled, living alone.</summary>
    LowIncomeDisabledAlone = 5,

    /// <summary>The elder left the region or died.</summary>
    NotActive = 100,

    /// <summary>The elder's home lies outside the region of the policy.</summary>
    OtherRegion = 101,

    TooYoung = 102,

    /// <summary>Never assessed up to this day.</summary>
    NotAssessed = 103,

    /// <summary>The last assessment is no longer valid.</summary>
    AssessmentExpired = 104,

    /// <summary>The valid assessment shows less disability than the rule asks for.</summary>
    AbilityTooGood = 105,

    /// <summary>Old enough, but in none of the difficulties that the rule asks for.</summary>
    NoHardship = 106,
}
