namespace TimeBank.Simulation;

/// <summary>Amounts that callers think of: small ones mostly, none, one, and those at the ledger's bound.</summary>
internal static class Amounts
{
    /// <summary>The largest amount of one transfer, as the ledger's README says.</summary>
    public const long Most = 1_000_000_000_000_000;

    public static long Any(Chance chance) => chance.Below(100) switch
    {
        0 => 0,
        1 => Most,
        2 => Most + 1,
        3 => 1,
        < 20 => chance.Between(1, 10),
        < 90 => chance.Between(1, 300),
        _ => chance.Between(1, 5_000),
    };

    /// <summary>So much that others have something to take from.</summary>
    public static long Plenty(Chance chance) => chance.Permille(50) ? Any(chance) : chance.Between(1_000, 50_000);
}
