namespace TimeBank.Ledger;

/// <summary>The four counters of an account, in its unit; none is ever negative and there is no signed balance.</summary>
public readonly record struct Counters(long DebitsPending, long DebitsPosted, long CreditsPending, long CreditsPosted)
{
    /// <summary>What can still be debited where debits must not exceed credits: pending debits count, pending credits don't.</summary>
    public long DebitRoom => CreditsPosted - DebitsPosted - DebitsPending;

    /// <summary>What can still be credited where credits must not exceed debits.</summary>
    public long CreditRoom => DebitsPosted - CreditsPosted - CreditsPending;

    public bool IsEmpty => DebitsPosted == CreditsPosted && DebitsPending == 0 && CreditsPending == 0;

    /// <summary>These counters after the debit side of a transfer.</summary>
    public Counters Debit(Transfer transfer) => this with
    {
        DebitsPending = DebitsPending + transfer.Held - transfer.Released,
        DebitsPosted = DebitsPosted + transfer.Posted,
    };

    /// <summary>These counters after the credit side of a transfer.</summary>
    public Counters Credit(Transfer transfer) => this with
    {
        CreditsPending = CreditsPending + transfer.Held - transfer.Released,
        CreditsPosted = CreditsPosted + transfer.Posted,
    };
}
