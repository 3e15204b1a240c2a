namespace TimeBank.Ledger;

/// <summary>The event that an entry records; see the chart of accounts. The names are stored.</summary>
public enum EntryCode
{
    ReceiveMoney = 1,
    AllotFunds,
    ReturnFunds,
    StockUnits,
    IssueVoucher,
    RedeemVoucher,
    RefundRedemption,
    VoidVoucher,
    ExpireVoucher,
    IssueHours,
    ExpireHours,
    GrantHours,
    HoldService,
    RenderService,
    ReleaseService,
    GiftHours,
    DonateHours,
    ClearOut,
    ClearIn,
    Reverse,
    Freeze,
    Thaw,
    Close,
    Reopen,
    Note,
    ImportBalance,
}
