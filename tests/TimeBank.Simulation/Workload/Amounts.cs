namespace TimeBank.Simulation;

/// <summary>Amounts for commands: mostly small ones, also zero, one, and those at the ledger's bound.</summary>
internal static class Amounts
{
    /// <summary>The largest amount of one transfer, repeated here on purpose and not taken from the ledger.</summary>
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

    /// <summary>An amount large enough for others to take from.</summary>
    public static long Plenty(Chance chance) => chance.Permille(50) ? Any(chance) : chance.Between(1_000, 50_000);
}
