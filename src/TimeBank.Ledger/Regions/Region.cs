namespace TimeBank.Ledger;

/// <summary>A province, a city or a county-level division, with its Chinese and English names.</summary>
public sealed record Region(RegionCode Code, string Chinese, string English);
