using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The life of a service order. The names are stored.</summary>
public enum OrderState
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>Asked for; waits for a volunteer.</summary>
    [JsonStringEnumMemberName("Requested")]
    Requested = 1,

    /// <summary>A volunteer will come; the recipient's hours are held.</summary>
    [JsonStringEnumMemberName("Accepted")]
    Accepted = 2,

    /// <summary>The service is going on.</summary>
    [JsonStringEnumMemberName("CheckedIn")]
    CheckedIn = 3,

    /// <summary>The service is over; waits for the recipient's word.</summary>
    [JsonStringEnumMemberName("CheckedOut")]
    CheckedOut = 4,

    /// <summary>The hours moved.</summary>
    [JsonStringEnumMemberName("Confirmed")]
    Confirmed = 5,

    /// <summary>Somebody disagrees; waits for staff.</summary>
    [JsonStringEnumMemberName("Disputed")]
    Disputed = 6,

    /// <summary>Called off, expired, or a dispute that ended without hours.</summary>
    [JsonStringEnumMemberName("Cancelled")]
    Cancelled = 7,
}
