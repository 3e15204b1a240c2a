namespace TimeBank.Ledger;

/// <summary>The counters of all accounts of a unit, summed. In a sound journal debits equal credits, posted and pending.</summary>
public sealed record UnitTotals(Unit Unit, CounterTotals Totals, long Accounts)
{
    public bool Balances => Totals.DebitsPosted == Totals.CreditsPosted && Totals.DebitsPending == Totals.CreditsPending;
}
