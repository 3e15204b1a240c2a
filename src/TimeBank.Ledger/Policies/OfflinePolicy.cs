namespace TimeBank.Ledger;

/// <summary>How much may be accepted without a network: by voucher, by device since its last sync, and for how long.</summary>
public sealed record OfflinePolicy(Fen VoucherMax, Fen DeviceMax, int SyncWithinHours);
