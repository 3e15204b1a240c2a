namespace TimeBank.Ledger;

/// <summary>The grades of GB/T 42195-2022, from able to completely disabled: a greater value is a heavier disability. Numbers are stored.</summary>
public enum AbilityGrade
{
    Able = 0,
    Mild = 1,
    Moderate = 2,
    Severe = 3,
    Complete = 4,
}
