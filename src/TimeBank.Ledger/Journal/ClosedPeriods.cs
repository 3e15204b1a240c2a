using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// Which days are closed: signed for, so that no entry may take an effective date among them any more. Closed days are counted by the
/// ledger itself, as the balance of <see cref="Account"/>: one <c>DAY</c> for each day since <see cref="FirstDay"/>. So a close is
/// an entry like any other, and every store, proof and verification holds for it.
/// </summary>
public static class ClosedPeriods
{
    /// <summary>The account that counts closed days, in the unit DAY.</summary>
    public static readonly AccountPath Account = AccountPath.Parse("period/closed");

    /// <summary>The first day that can be closed.</summary>
    public static readonly DateOnly FirstDay = new(2000, 1, 1);

    /// <summary>
    /// The detail of an entry that came too late for its day: that day, as yyyy-MM-dd. Its effective date is the first open day. Stored:
    /// never change it.
    /// </summary>
    public const string LateFor = "lateFor";

    /// <summary>The detail of a close or reopening: the last closed day after it. Stored: never change it.</summary>
    public const string Through = "through";

    /// <summary>The last closed day, by the account that counts them; null where none is closed.</summary>
    public static DateOnly? LastDay(Account? daysClosed) =>
        daysClosed is { Counters: var days } && days.CreditsPosted > days.DebitsPosted
            ? FirstDay.AddDays((int)(days.CreditsPosted - days.DebitsPosted) - 1) : null;

    /// <summary>The last closed day before a close or reopening; null where none was closed.</summary>
    public static DateOnly? LastDayBefore(JournalEntry moved)
    {
        int after = moved.Header.Details.GetValueOrDefault(Through) is { Length: > 0 } through
            ? DateOnly.ParseExact(through, "O", CultureInfo.InvariantCulture).DayNumber - FirstDay.DayNumber + 1 : 0;
        int days = (int)moved.Transfers.Sum(transfer => transfer.Posted);
        int before = after - (moved.Code == EntryCode.ClosePeriod ? days : -days);
        return before > 0 ? FirstDay.AddDays(before - 1) : null;
    }

    /// <summary>The closed day that an entry came too late for; null where it counts on its own day.</summary>
    public static DateOnly? LateDay(this EntryHeader header) =>
        header.Details.GetValueOrDefault(LateFor) is { } day ? DateOnly.ParseExact(day, "O", CultureInfo.InvariantCulture) : null;

    /// <summary>The day that the event of an entry is of, also where the entry came too late for it.</summary>
    public static DateOnly EventDate(this EntryHeader header) => header.LateDay() ?? header.EffectiveDate;

    /// <summary>Refuses a close or reopening that would end at another day than it says: the days were moved in between.</summary>
    internal static Refusal? Check(Proposal proposal, Account? daysClosedAfter) =>
        proposal.Code is EntryCode.ClosePeriod or EntryCode.ReopenPeriod
            && Text(LastDay(daysClosedAfter)) != proposal.Header.Details.GetValueOrDefault(Through)
            ? new Refusal(Reason.PeriodChanged) : null;

    /// <summary>The header with an effective date on an open day.</summary>
    internal static EntryHeader Date(EntryHeader header, Account? daysClosed) =>
        LastDay(daysClosed) is not { } closed || header.EffectiveDate > closed ? header : header with
        {
            EffectiveDate = closed.AddDays(1),
            Details = header.Details.GetValueOrDefault(LateFor) is not null ? header.Details
                : header.Details.Add(LateFor, header.EffectiveDate.ToString("O", CultureInfo.InvariantCulture)),
        };

    internal static string Text(DateOnly? day) => day?.ToString("O", CultureInfo.InvariantCulture) ?? "";
}
