namespace TimeBank.Ledger;

/// <summary>Every business "no". Stored with refusals, so numbers are never reused. The public name is the member's in UPPER_SNAKE.</summary>
public enum Reason
{
    /// <summary>Never refused with; the default of the type.</summary>
    None = 0,

    // The id, looked at before any rule.
    RequestIdReused = 1,

    // Shape: depends on the proposal alone, and is never stored.
    AmountNotPositive = 10,
    AmountTooLarge = 11,
    SameAccount = 12,
    UnitMismatch = 13,
    TooManyTransfers = 14,
    TextTooLong = 15,

    // Existence.
    AccountNotFound = 20,
    EntryNotFound = 21,
    HoldNotFound = 22,

    // State.
    AccountClosed = 30,
    AccountFrozen = 31,
    AccountNotEmpty = 32,
    HoldEnded = 33,
    HoldExpired = 34,
    HoldNotExpired = 35,
    HoldAmountExceeded = 36,
    EntryAlreadyReversed = 37,
    EntryNotReversible = 38,

    // Limits.
    InsufficientBalance = 40,
    LimitReached = 41,
}
