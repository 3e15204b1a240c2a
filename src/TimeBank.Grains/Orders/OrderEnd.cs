namespace TimeBank.Grains;

/// <summary>How a hold of an order ended. The names are stored in the entry that ended it.</summary>
public enum OrderEnd
{
    None = 0,

    /// <summary>The recipient confirmed.</summary>
    Confirmed = 1,

    /// <summary>A dispute ended with hours.</summary>
    Settled = 2,

    /// <summary>A dispute ended without hours.</summary>
    Dropped = 3,

    /// <summary>Called off before it began.</summary>
    Cancelled = 4,

    /// <summary>Nobody confirmed in time.</summary>
    Expired = 5,
}
