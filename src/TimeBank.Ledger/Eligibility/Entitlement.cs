namespace TimeBank.Ledger;

/// <summary>The answer of one rule for one elder and one day: what a month's issue gives, or why it gives nothing.</summary>
/// <param name="Amount">How much of <paramref name="Unit"/> a month; zero where not entitled.</param>
/// <param name="Reason">The ground or the refusal.</param>
/// <param name="Policy">The version whose numbers decided.</param>
public sealed record Entitlement(EntitlementKind Kind, Unit Unit, long Amount, EntitlementReason Reason, PolicyVersion Policy)
{
    public bool IsGranted => Amount > 0;
}
