namespace TimeBank.Ledger;

/// <summary>A place in a list: after this key, and before it the value of the field that the list is sorted by; empty where it goes by key.</summary>
public sealed record RegistryCursor(string Sort, string Key);
