namespace TimeBank.Ledger;

/// <summary>An account of a region's journal. Immutable: a posting makes the next one.</summary>
/// <param name="Number">Dense within the region, from 1, in the order of opening.</param>
/// <param name="Opened">The index of the entry that opened it.</param>
public sealed record Account(long Number, AccountPath Path, Unit Unit, AccountFlags Flags, Counters Counters, long Opened, AccountTerms? Terms)
{
    public bool Is(AccountFlags flag) => (Flags & flag) != 0;

    /// <summary>Whether no counter is negative and the flags' limits hold.</summary>
    public bool KeepsLimits =>
        Counters is { DebitsPending: >= 0, DebitsPosted: >= 0, CreditsPending: >= 0, CreditsPosted: >= 0 }
        && (!Is(AccountFlags.DebitsMustNotExceedCredits) || Counters.DebitRoom >= 0)
        && (!Is(AccountFlags.CreditsMustNotExceedDebits) || Counters.CreditRoom >= 0)
        && (!Is(AccountFlags.Closed) || Counters.IsEmpty);

    /// <summary>The balance on the side that the account's limit keeps non-negative: credits less debits, or debits less credits.</summary>
    public long Balance => Is(AccountFlags.CreditsMustNotExceedDebits)
        ? Counters.DebitsPosted - Counters.CreditsPosted
        : Counters.CreditsPosted - Counters.DebitsPosted;
}
