namespace TimeBank.Ledger;

/// <summary>What the authorities think of a provider. The names are stored.</summary>
public enum Standing
{
    None = 0,

    /// <summary>Nothing against it.</summary>
    Good = 1,

    /// <summary>白名单: commended; may do what <see cref="Good"/> may.</summary>
    WhiteListed = 2,

    /// <summary>Redeems nothing for a while.</summary>
    Suspended = 3,

    /// <summary>黑名单: redeems nothing, is paid nothing.</summary>
    BlackListed = 4,
}
