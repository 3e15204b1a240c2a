namespace TimeBank.Ledger;

/// <summary>
/// A person may take back what they confirmed a few minutes ago: a gift or donation of hours, or the last step of an order. Source: the
/// rules for elder-friendly sites of the Ministry of Industry and Information Technology.
/// </summary>
public static class UndoRule
{
    /// <param name="own">An entry that moved the person's earned hours; null where the named entry did not.</param>
    /// <param name="ofItsDay">The policy in force on the day on which the entry was recorded.</param>
    public static Refusal? Judge(LinkedEntry? own, Policy ofItsDay, DateTimeOffset now) =>
        own is null ? new Refusal(Reason.EntryNotFound)
        : own.ReversedBy is not null ? new Refusal(Reason.EntryAlreadyReversed)
        : !CanBeUndone(own.Entry) ? new Refusal(Reason.EntryNotReversible)
        : now > ofItsDay.UndoUntil(own.Entry.Time)
            ? TimePassed(ofItsDay.UndoMinutes)
        : null;

    /// <summary>Taking back the last step of an order.</summary>
    /// <param name="last">The last step that a person took; null if there is none, or the clock or staff acted since.</param>
    /// <param name="wanted">The step that the caller means; null for whichever is the last.</param>
    /// <param name="party">Who asks.</param>
    /// <param name="holdExpires">When the order's hold may be expired; null without a hold.</param>
    public static Refusal? Judge(StepTaken? last, ServiceStep? wanted, string party, DateTimeOffset now, DateTimeOffset? holdExpires) =>
        last is null ? new Refusal(Reason.OrderNothingToUndo)
        : wanted is { } step && step != last.Step ? new Refusal(Reason.OrderStepNotLast)
        : last.Party != party ? new Refusal(Reason.OrderStepOfAnother)
        : now > last.Until ? TimePassed(last.UndoMinutes)
        // The hold would be over at once, and the volunteer would have served for nothing.
        : holdExpires <= now ? new Refusal(Reason.HoldExpired)
        : null;

    private static Refusal TimePassed(int minutes) =>
        Refusal.Of(Reason.UndoTimePassed, ("minutes", FormattableString.Invariant($"{minutes}")));

    /// <summary>True for what a giver does. The receiver's and the pool's side is another account.</summary>
    public static bool CanBeUndone(JournalEntry entry) => entry.Code is EntryCode.GiftHours or EntryCode.DonateHours;
}
