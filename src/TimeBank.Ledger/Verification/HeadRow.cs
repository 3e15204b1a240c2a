namespace TimeBank.Ledger;

/// <summary>A region's head as a store has it, column by column: nothing of it is believed.</summary>
public sealed record HeadRow(RegionCode Region, long Size, byte[] Root, byte[] Frontier, long TimeMicroseconds, long Accounts, long Remembered, byte[] Chain);
