namespace TimeBank.Simulation;

/// <summary>What the chart of accounts says of a path, as the design's table has it.</summary>
internal static class Chartbook
{
    private const int DebitsStayWithinCredits = 1, CreditsStayWithinDebits = 2;

    /// <summary>The number that the limit has in stored entries.</summary>
    public static int LimitOf(string path) => path.Split('/') switch
    {
        ["bank", ..] or ["programme", _, "units"] or ["clearing", _, "due-from"] => CreditsStayWithinDebits,
        ["hours", "issued"] => 0,
        _ => DebitsStayWithinCredits,
    };

    /// <summary>Whose an account is from its opening on; vouchers are their elders'.</summary>
    public static string OwnerOf(string path) => path.Split('/') is ["person" or "provider", var owner, ..] ? owner : "";
}
