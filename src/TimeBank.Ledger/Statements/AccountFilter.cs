namespace TimeBank.Ledger;

/// <summary>Which accounts to list; what is null or empty doesn't narrow.</summary>
/// <param name="PathPrefix">How the path begins, such as <c>voucher/</c>.</param>
/// <param name="Owner">The owner in the account's terms.</param>
/// <param name="Group">The group in the account's terms.</param>
/// <param name="UntilBefore">Only accounts whose last day of use lies before this date.</param>
/// <param name="NotEmpty">Only accounts that hold something, posted or pending.</param>
/// <param name="Unit">Only accounts of this unit.</param>
public sealed record AccountFilter(string PathPrefix = "", string Owner = "", string Group = "", DateOnly? UntilBefore = null, bool NotEmpty = false, Unit? Unit = null);
