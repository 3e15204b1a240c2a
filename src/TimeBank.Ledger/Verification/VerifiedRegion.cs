namespace TimeBank.Ledger;

/// <summary>A region whose journal was derived again and found as stored.</summary>
public sealed record VerifiedRegion(RegionCode Region, long Entries, long Accounts, long Remembered, Digest Root);
