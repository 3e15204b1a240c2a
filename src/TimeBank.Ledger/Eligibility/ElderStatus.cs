namespace TimeBank.Ledger;

/// <summary>Whether an elder is on the register of the home region. Numbers are stored.</summary>
public enum ElderStatus
{
    Active = 0,

    /// <summary>Moved out of the region, or asked to leave.</summary>
    Left = 1,

    Deceased = 2,
}
