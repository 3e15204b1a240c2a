namespace TimeBank.Ledger;

/// <summary>How a voucher ended, if it has.</summary>
public enum VoucherEnd
{
    /// <summary>It hasn't; it may have nothing left.</summary>
    None = 0,
    Expired = 1,

    /// <summary>By itself, or because its issue was reversed.</summary>
    Voided = 2,
}
