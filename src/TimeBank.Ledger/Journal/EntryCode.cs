using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>
/// The event that an entry records; see the chart of accounts. The names are stored; servers send each other the numbers.
/// </summary>
public enum EntryCode
{
    [JsonStringEnumMemberName("ReceiveMoney")]
    ReceiveMoney = 1,

    [JsonStringEnumMemberName("AllotFunds")]
    AllotFunds = 2,

    [JsonStringEnumMemberName("ReturnFunds")]
    ReturnFunds = 3,

    [JsonStringEnumMemberName("IssueVoucher")]
    IssueVoucher = 5,

    [JsonStringEnumMemberName("RedeemVoucher")]
    RedeemVoucher = 6,

    [JsonStringEnumMemberName("RefundRedemption")]
    RefundRedemption = 7,

    [JsonStringEnumMemberName("VoidVoucher")]
    VoidVoucher = 8,

    [JsonStringEnumMemberName("ExpireVoucher")]
    ExpireVoucher = 9,

    [JsonStringEnumMemberName("IssueHours")]
    IssueHours = 10,

    [JsonStringEnumMemberName("ExpireHours")]
    ExpireHours = 11,

    [JsonStringEnumMemberName("GrantHours")]
    GrantHours = 12,

    [JsonStringEnumMemberName("HoldService")]
    HoldService = 13,

    [JsonStringEnumMemberName("RenderService")]
    RenderService = 14,

    [JsonStringEnumMemberName("ReleaseService")]
    ReleaseService = 15,

    [JsonStringEnumMemberName("GiftHours")]
    GiftHours = 16,

    [JsonStringEnumMemberName("DonateHours")]
    DonateHours = 17,

    [JsonStringEnumMemberName("ClearOut")]
    ClearOut = 18,

    [JsonStringEnumMemberName("ClearIn")]
    ClearIn = 19,

    /// <summary>A netting closed what the region and others owe each other, and says who pays whom instead.</summary>
    [JsonStringEnumMemberName("NetClearing")]
    NetClearing = 27,

    [JsonStringEnumMemberName("Reverse")]
    Reverse = 20,

    [JsonStringEnumMemberName("Freeze")]
    Freeze = 21,

    [JsonStringEnumMemberName("Thaw")]
    Thaw = 22,

    [JsonStringEnumMemberName("Close")]
    Close = 23,

    [JsonStringEnumMemberName("Reopen")]
    Reopen = 24,

    [JsonStringEnumMemberName("Note")]
    Note = 25,

    [JsonStringEnumMemberName("ImportBalance")]
    ImportBalance = 26,

    [JsonStringEnumMemberName("PrepareSettlement")]
    PrepareSettlement = 30,

    [JsonStringEnumMemberName("ApproveSettlement")]
    ApproveSettlement = 31,

    [JsonStringEnumMemberName("WithdrawSettlement")]
    WithdrawSettlement = 32,

    [JsonStringEnumMemberName("PayProvider")]
    PayProvider = 33,

    [JsonStringEnumMemberName("RejectPayment")]
    RejectPayment = 34,

    [JsonStringEnumMemberName("ReturnPayment")]
    ReturnPayment = 35,

    [JsonStringEnumMemberName("OweProvider")]
    OweProvider = 36,

    /// <summary>The bank took a fee, or gave one back.</summary>
    [JsonStringEnumMemberName("BankFee")]
    BankFee = 37,

    /// <summary>The bank has money for a fund that nobody had recorded: interest, or a receipt.</summary>
    [JsonStringEnumMemberName("BankReceipt")]
    BankReceipt = 38,

    /// <summary>The bank has a movement that nothing explains yet.</summary>
    [JsonStringEnumMemberName("BankSuspense")]
    BankSuspense = 39,

    /// <summary>What nothing explained was given to a fund, or is borne by one.</summary>
    [JsonStringEnumMemberName("ClearSuspense")]
    ClearSuspense = 40,

    /// <summary>The bank has what the card payment service paid out.</summary>
    [JsonStringEnumMemberName("ConfirmPayout")]
    ConfirmPayout = 41,

    /// <summary>Money moved between two of our bank accounts.</summary>
    [JsonStringEnumMemberName("OwnTransfer")]
    OwnTransfer = 42,

    /// <summary>A provider paid back to our bank what it owed for refunds.</summary>
    [JsonStringEnumMemberName("RepayByProvider")]
    RepayByProvider = 43,

    /// <summary>A donor's card was charged for a fund.</summary>
    [JsonStringEnumMemberName("ReceiveDonation")]
    ReceiveDonation = 50,

    /// <summary>A donor got a donation back, or a part of it.</summary>
    [JsonStringEnumMemberName("RefundDonation")]
    RefundDonation = 51,

    /// <summary>A donor's bank took a donation back.</summary>
    [JsonStringEnumMemberName("DisputeDonation")]
    DisputeDonation = 52,

    /// <summary>A donation came back to its fund: a dispute was won, or a refund failed.</summary>
    [JsonStringEnumMemberName("ReinstateDonation")]
    ReinstateDonation = 53,

    /// <summary>The card payment service paid out to the bank, or a payout came back.</summary>
    [JsonStringEnumMemberName("StripePayout")]
    StripePayout = 54,

    /// <summary>Anything else that moved the card payment service's balance.</summary>
    [JsonStringEnumMemberName("StripeAdjustment")]
    StripeAdjustment = 55,

    /// <summary>Two persons signed for a period: no later entry takes an effective date in it.</summary>
    [JsonStringEnumMemberName("ClosePeriod")]
    ClosePeriod = 60,

    /// <summary>An auditor opened a closed period again.</summary>
    [JsonStringEnumMemberName("ReopenPeriod")]
    ReopenPeriod = 61,

    /// <summary>Vouchers of one elder paid a bill.</summary>
    [JsonStringEnumMemberName("PayBill")]
    PayBill = 70,

    /// <summary>A bill's lines were taken back, all or some.</summary>
    [JsonStringEnumMemberName("RefundBill")]
    RefundBill = 71,

    /// <summary>What persistent vouchers had left after a death was paid to the estate.</summary>
    [JsonStringEnumMemberName("PayEstate")]
    PayEstate = 80,

    /// <summary>Fees that an elder pays a provider in advance arrived in custody.</summary>
    [JsonStringEnumMemberName("ReceivePrepayment")]
    ReceivePrepayment = 90,

    /// <summary>A provider drew a month's prepaid fee.</summary>
    [JsonStringEnumMemberName("DrawPrepayment")]
    DrawPrepayment = 91,

    /// <summary>An agreement on prepaid fees ended: what is not earned waits to be paid back.</summary>
    [JsonStringEnumMemberName("EndPrepayment")]
    EndPrepayment = 92,

    /// <summary>Prepaid fees were paid back to the elder.</summary>
    [JsonStringEnumMemberName("RefundPrepayment")]
    RefundPrepayment = 93,
}
