namespace TimeBank.Ledger;

/// <summary>Who pays for an item. Numbers are stored.</summary>
public enum Payer
{
    None = 0,

    /// <summary>Public or donated funds, whole.</summary>
    PublicFunds = 1,

    /// <summary>A voucher pays a share and the elder the rest.</summary>
    Shared = 2,

    /// <summary>The elder, whole.</summary>
    Elder = 3,

    /// <summary>The elder's hours; no money.</summary>
    TimeBank = 4,
}
