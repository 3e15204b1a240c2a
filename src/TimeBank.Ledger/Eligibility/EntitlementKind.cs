namespace TimeBank.Ledger;

/// <summary>What an elder can be entitled to month by month. Numbers are stored.</summary>
public enum EntitlementKind
{
    None = 0,
    NationalVoucher = 1,
    MealProgramme = 2,
    IssuedHours = 3,
}
