namespace TimeBank.Ledger;

/// <summary>One number of a policy as its file has it, for showing and auditing.</summary>
/// <param name="Key">Such as <c>hours.balanceCapMinutes</c>; the unit is in the name.</param>
/// <param name="Value">As written; the values of a list with commas between.</param>
/// <param name="Source">Where the number comes from.</param>
public sealed record PolicyItem(string Key, string Value, string Source);
