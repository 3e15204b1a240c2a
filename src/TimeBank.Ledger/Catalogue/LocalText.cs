namespace TimeBank.Ledger;

/// <summary>A text in simplified Chinese and in English.</summary>
public sealed record LocalText(string Chinese, string English);
