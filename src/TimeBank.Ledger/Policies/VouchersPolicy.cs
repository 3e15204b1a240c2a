namespace TimeBank.Ledger;

/// <summary>The numbers of vouchers of every kind.</summary>
/// <param name="IssueDayOfMonth">The day on which a month's vouchers are issued.</param>
/// <param name="FirstIssueWorkingDays">Working days within which a newly entitled elder has the first one.</param>
/// <param name="ClaimGraceDays">Claim-by is use-by and this many days.</param>
/// <param name="ReturnUnusedDays">Days after expiry within which unused money is back with its funders.</param>
/// <param name="PinMaxMisses">The miss that locks the PIN.</param>
/// <param name="PinLockHours">How long it stays locked.</param>
public sealed record VouchersPolicy(
    NationalVoucherPolicy National,
    MealProgrammePolicy Meal,
    int IssueDayOfMonth,
    int FirstIssueWorkingDays,
    int ClaimGraceDays,
    int ReturnUnusedDays,
    int PinMaxMisses,
    int PinLockHours,
    OfflinePolicy Offline);
