namespace TimeBank.Ledger;

/// <summary>The counters of several accounts, summed. Wider than a counter is, or what many accounts hold together would not fit.</summary>
public readonly record struct CounterTotals(Int128 DebitsPending, Int128 DebitsPosted, Int128 CreditsPending, Int128 CreditsPosted)
{
    public static CounterTotals operator +(CounterTotals sum, Counters counters) => new(
        sum.DebitsPending + counters.DebitsPending, sum.DebitsPosted + counters.DebitsPosted,
        sum.CreditsPending + counters.CreditsPending, sum.CreditsPosted + counters.CreditsPosted);
}
