namespace TimeBank.Simulation;

/// <summary>The chart of accounts' facts about a path, taken from the design's table.</summary>
internal static class Chartbook
{
    private const int DebitsStayWithinCredits = 1, CreditsStayWithinDebits = 2;

    /// <summary>The number of the limit in stored entries.</summary>
    public static int LimitOf(string path) => path.Split('/') switch
    {
        ["bank", ..] or ["programme", _, "units"] or ["clearing", _, "due-from"] or ["provider", _, "owed"] => CreditsStayWithinDebits,
        ["hours", "issued"] or ["suspense", _] or ["expense", "fees"] or ["period", "open"] => 0,
        _ => DebitsStayWithinCredits,
    };

    /// <summary>The owner of an account from its opening on. A voucher's owner is its elder.</summary>
    public static string OwnerOf(string path) => path.Split('/') is ["person" or "provider", var owner, ..] ? owner : "";
}
