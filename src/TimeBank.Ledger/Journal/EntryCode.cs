namespace TimeBank.Ledger;

/// <summary>The event that an entry records; see the chart of accounts. The names are stored, and the numbers travel between servers.</summary>
public enum EntryCode
{
    ReceiveMoney = 1,
    AllotFunds = 2,
    ReturnFunds = 3,
    IssueVoucher = 5,
    RedeemVoucher = 6,
    RefundRedemption = 7,
    VoidVoucher = 8,
    ExpireVoucher = 9,
    IssueHours = 10,
    ExpireHours = 11,
    GrantHours = 12,
    HoldService = 13,
    RenderService = 14,
    ReleaseService = 15,
    GiftHours = 16,
    DonateHours = 17,
    ClearOut = 18,
    ClearIn = 19,
    Reverse = 20,
    Freeze = 21,
    Thaw = 22,
    Close = 23,
    Reopen = 24,
    Note = 25,
    ImportBalance = 26,
}
