using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>A calendar month of a region's books.</summary>
public readonly record struct Month : IComparable<Month>
{
    private Month(DateOnly first) => First = first;

    public DateOnly First { get; }

    public DateOnly Last => First.AddMonths(1).AddDays(-1);

    /// <summary>The month that follows the last closed day.</summary>
    public static Month After(DateOnly closed) => new(new DateOnly(closed.Year, closed.Month, 1).AddMonths(1));

    /// <summary>Reads yyyy-MM, of the years in which days can be closed.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Month? month)
    {
        month = DateOnly.TryParseExact($"{text}-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly first)
            && first >= ClosedPeriods.FirstDay && first.Year < 3000 ? new Month(first) : null;
        return month is not null;
    }

    public static Month Parse(string text) =>
        TryParse(text, out Month? month) ? month.Value : throw new FormatException($"'{text}' is not a month such as 2026-11.");

    public int CompareTo(Month other) => First.CompareTo(other.First);

    public override string ToString() => First.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}

/// <summary>How far a month's close is. The numbers and names are stored and never change.</summary>
public enum PeriodState
{
    None = 0,

    /// <summary>Its days take entries.</summary>
    Open = 1,

    /// <summary>Its days are closed; a second person has not signed yet.</summary>
    Prepared = 2,

    /// <summary>Closed and signed.</summary>
    Closed = 3,
}

/// <summary>Which steps the close of a month may take.</summary>
public static class PeriodRule
{
    /// <param name="closed">The last closed day; null where none is.</param>
    public static Refusal? Prepare(PeriodState stage, Month month, DateOnly? closed, DateOnly today) =>
        stage != PeriodState.Open ? WrongState(stage)
        : today <= month.Last ? Refusal.Of(Reason.PeriodNotOver, ("day", $"{month.Last:yyyy-MM-dd}"))
        : closed is { } day && Month.After(day) != month ? Refusal.Of(Reason.PeriodBeforeOpen, ("period", $"{Month.After(day)}"))
        : null;

    /// <summary>Refuses who prepared the close as the second person.</summary>
    public static Refusal? Approve(PeriodState stage, string preparedBy, string actor) =>
        stage != PeriodState.Prepared ? WrongState(stage) : actor == preparedBy ? new Refusal(Reason.MakerIsChecker) : null;

    /// <summary>A month opens again only while no later one is closed.</summary>
    /// <param name="from">The stage that this step begins at: prepared where it is withdrawn, closed where an auditor reopens it.</param>
    public static Refusal? Reopen(PeriodState stage, PeriodState from, Month month, DateOnly? closed) =>
        stage != from ? WrongState(stage)
        : closed is { } day && day > month.Last ? Refusal.Of(Reason.PeriodAfterClosed, ("period", $"{day:yyyy-MM}"))
        : null;

    private static Refusal WrongState(PeriodState stage) =>
        Refusal.Of(Reason.PeriodWrongState, ("state", $"PERIOD_STATE_{stage.ToString().ToUpperInvariant()}"));
}
