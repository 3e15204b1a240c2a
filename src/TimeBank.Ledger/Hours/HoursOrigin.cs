namespace TimeBank.Ledger;

/// <summary>How a person came by hours, which decides what may be done with them.</summary>
public enum HoursOrigin
{
    /// <summary>By own service; never expire, may be given on.</summary>
    Earned = 1,

    /// <summary>From the public purse, in hardship; end with the month.</summary>
    Issued = 2,

    /// <summary>From a family member; may be spent, not given on.</summary>
    Gifted = 3,
}
