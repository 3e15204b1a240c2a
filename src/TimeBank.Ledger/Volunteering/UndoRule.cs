namespace TimeBank.Ledger;

/// <summary>
/// A person may take back a gift or donation of hours that they confirmed a few minutes ago. Source: the rules for elder-friendly sites of
/// the Ministry of Industry and Information Technology.
/// </summary>
public static class UndoRule
{
    /// <param name="own">An entry that moved the person's earned hours; null where the named entry did not.</param>
    /// <param name="ofItsDay">The policy in force on the day on which the entry was recorded.</param>
    public static Refusal? Judge(LinkedEntry? own, Policy ofItsDay, DateTimeOffset now) =>
        own is null ? new Refusal(Reason.EntryNotFound)
        : own.ReversedBy is not null ? new Refusal(Reason.EntryAlreadyReversed)
        : !CanBeUndone(own.Entry) ? new Refusal(Reason.EntryNotReversible)
        : now > Until(own.Entry, ofItsDay)
            ? Refusal.Of(Reason.UndoTimePassed, ("minutes", FormattableString.Invariant($"{ofItsDay.UndoMinutes}")))
        : null;

    /// <summary>True for what a giver does. The receiver's and the pool's side is another account.</summary>
    public static bool CanBeUndone(JournalEntry entry) => entry.Code is EntryCode.GiftHours or EntryCode.DonateHours;

    /// <summary>The last moment at which the entry may be taken back, whatever it is: by the policy of its day.</summary>
    public static DateTimeOffset Until(JournalEntry entry, Policy ofItsDay) =>
        entry.Time.ToDateTimeOffset().AddMinutes(ofItsDay.UndoMinutes);
}
