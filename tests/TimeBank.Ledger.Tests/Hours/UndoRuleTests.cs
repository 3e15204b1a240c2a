using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class UndoRuleTests
{
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1)) with { UndoMinutes = 10 };

    /// <summary>The event, seconds since it, whether it was reversed, and the rule's reason.</summary>
    [Theory]
    [InlineData(EntryCode.GiftHours, 0, false, Reason.None)]
    [InlineData(EntryCode.DonateHours, 600, false, Reason.None)]
    [InlineData(EntryCode.GiftHours, 601, false, Reason.UndoTimePassed)]
    [InlineData(EntryCode.GiftHours, 1, true, Reason.EntryAlreadyReversed)]
    [InlineData(EntryCode.GiftHours, 601, true, Reason.EntryAlreadyReversed)]
    [InlineData(EntryCode.RenderService, 1, false, Reason.EntryNotReversible)]
    [InlineData(EntryCode.ClearOut, 1, false, Reason.EntryNotReversible)]
    [InlineData(EntryCode.Reverse, 1, false, Reason.EntryNotReversible)]
    public void Gifts_and_donations_come_back_for_some_minutes(EntryCode code, int secondsLater, bool reversed, Reason expected)
    {
        var entry = new JournalEntry(
            RegionCode.Parse("430211"), 3, LedgerTime.Parse("2026-10-01T01:00:00.000000Z"), Given.Header("gift"),
            EntryKind.Post, code, [], [], [], null, null, null);
        DateTimeOffset now = entry.Time.ToDateTimeOffset().AddSeconds(secondsLater);

        Refusal? refusal = UndoRule.Judge(new LinkedEntry(entry, null, reversed ? 9 : null), Policy, now);

        Assert.Equal(expected, refusal?.Reason ?? Reason.None);
    }

    [Fact]
    public void Another_persons_entry_is_not_found() =>
        Assert.Equal(Reason.EntryNotFound, UndoRule.Judge(null, Policy, DateTimeOffset.UnixEpoch)?.Reason);

    /// <summary>The last step, the one meant, who asks, seconds since, seconds until the hold expires, and the rule's reason.</summary>
    [Theory]
    [InlineData(ServiceStep.CheckIn, null, "volunteers/V", 0, 900, Reason.None)]
    [InlineData(ServiceStep.CheckIn, ServiceStep.CheckIn, "volunteers/V", 600, 900, Reason.None)]
    [InlineData(null, ServiceStep.CheckIn, "volunteers/V", 0, 900, Reason.OrderNothingToUndo)]
    [InlineData(ServiceStep.CheckOut, ServiceStep.CheckIn, "volunteers/V", 601, 900, Reason.OrderStepNotLast)]
    [InlineData(ServiceStep.CheckIn, null, "elders/E", 601, 900, Reason.OrderStepOfAnother)]
    [InlineData(ServiceStep.CheckIn, null, "volunteers/V", 601, 600, Reason.UndoTimePassed)]
    [InlineData(ServiceStep.CheckIn, null, "volunteers/V", 600, 600, Reason.HoldExpired)]
    [InlineData(ServiceStep.Cancellation, null, "volunteers/V", 600, null, Reason.None)]
    public void The_last_step_of_an_order_comes_back_for_who_took_it(
        ServiceStep? last, ServiceStep? wanted, string party, int secondsLater, int? holdFor, Reason expected)
    {
        var at = new DateTimeOffset(2026, 10, 1, 9, 0, 0, TimeSpan.Zero);
        StepTaken? taken = last is { } step ? new StepTaken(step, "volunteers/V", at, 10) : null;

        DateTimeOffset? expires = holdFor is { } left ? at.AddSeconds(left) : null;

        Refusal? refusal = UndoRule.Judge(taken, wanted, party, at.AddSeconds(secondsLater), expires);

        Assert.Equal(expected, refusal?.Reason ?? Reason.None);
        if (refusal is not null) ReasonTexts.AssertFills(refusal);
    }
}
