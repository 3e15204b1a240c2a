namespace TimeBank.Ledger;

/// <summary>Which issued hours have ended with their month. Source: Nanjing; own.</summary>
public static class EndedHours
{
    /// <summary>
    /// What is left of the hours that a person was issued before a month began. Hours are spent in the order in which they end, so every debit, held ones
    /// too, counts against the oldest; hours that a cancelled service gives back later are ended by the next look.
    /// </summary>
    /// <param name="beforeMonth">The issued account just before the month began.</param>
    /// <param name="late">
    /// Hours of earlier months that came to the account after it had begun: a reversal gave them back, or a run issued them that had begun
    /// before.
    /// </param>
    /// <param name="now">The account as it stands.</param>
    public static Minutes Of(Counters beforeMonth, Minutes late, Counters now) =>
        new(Math.Max(0, beforeMonth.CreditsPosted + late.Value - now.DebitsPosted - now.DebitsPending));
}
