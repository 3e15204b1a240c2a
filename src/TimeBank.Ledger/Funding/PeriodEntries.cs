namespace TimeBank.Ledger;

/// <summary>Entries that close days or open them again. What closed days mean for other entries: <see cref="ClosedPeriods"/>.</summary>
public static class PeriodEntries
{
    /// <summary>Closes all days up to one, or opens again all days after one.</summary>
    /// <param name="header">With the head and the statement that were signed for, in its details.</param>
    /// <param name="closed">The last closed day now. The ledger refuses where it is another one meanwhile.</param>
    /// <param name="through">The last closed day afterwards, another one; null opens all.</param>
    public static Proposal Move(EntryHeader header, DateOnly? closed, DateOnly? through)
    {
        int days = Count(through) - Count(closed);
        header = header with { Details = header.Details.Add(ClosedPeriods.Through, ClosedPeriods.Text(through)) };
        return days >= 0
            ? Entries.Post(header, EntryCode.ClosePeriod, new ProposedTransfer(Chart.DaysOpen(), Chart.DaysClosed(), days))
            : Entries.Post(header, EntryCode.ReopenPeriod, new ProposedTransfer(Chart.DaysClosed(), Chart.DaysOpen(), -days));
    }

    private static int Count(DateOnly? through) => through is { } day ? day.DayNumber - ClosedPeriods.FirstDay.DayNumber + 1 : 0;
}
