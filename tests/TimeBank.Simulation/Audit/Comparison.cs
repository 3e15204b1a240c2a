using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>Compares the ledger's account with the auditor's.</summary>
internal static class Comparison
{
    public static string? Differs(Book expected, Account found)
    {
        Counters counters = found.Counters;
        bool same = found.Number == expected.Number && found.Path.Text == expected.Path && found.Unit.Code == expected.Unit
            && (int)found.Flags == expected.Flags
            && found.Opened == expected.OpenedBy && (found.Terms?.Owner ?? "") == expected.Owner && SameCounters(expected, counters);
        return same ? null : $"expected {expected}, found {found}";
    }

    public static bool SameCounters(Book expected, Counters found) =>
        found.DebitsPending == expected.HeldOut && found.DebitsPosted == expected.PaidOut && found.CreditsPending == expected.HeldIn
            && found.CreditsPosted == expected.PaidIn;
}
