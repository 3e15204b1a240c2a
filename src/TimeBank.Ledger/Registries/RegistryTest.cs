namespace TimeBank.Ledger;

/// <summary>How a field is compared with a value. Fields are compared as text, so a number can't be tested.</summary>
public enum RegistryTest
{
    None = 0,

    /// <summary>The field is the value.</summary>
    Is = 1,

    /// <summary>The field is the value or comes after it; dates and times sort as text.</summary>
    AtLeast = 2,

    /// <summary>The field comes before the value.</summary>
    Below = 3,

    /// <summary>The field is a list that holds the value.</summary>
    Holds = 4,
}
