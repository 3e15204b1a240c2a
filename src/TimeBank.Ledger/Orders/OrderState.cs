namespace TimeBank.Ledger;

/// <summary>The life of a service order. The names are stored.</summary>
public enum OrderState
{
    None = 0,

    /// <summary>Asked for; waits for a volunteer.</summary>
    Requested = 1,

    /// <summary>A volunteer will come; the recipient's hours are held.</summary>
    Accepted = 2,

    /// <summary>The service is going on.</summary>
    CheckedIn = 3,

    /// <summary>The service is over; waits for the recipient's word.</summary>
    CheckedOut = 4,

    /// <summary>The hours moved.</summary>
    Confirmed = 5,

    /// <summary>Somebody disagrees; waits for staff.</summary>
    Disputed = 6,

    /// <summary>Called off, expired, or a dispute that ended without hours.</summary>
    Cancelled = 7,
}
