using Xunit;
using static TimeBank.Ledger.Tests.Given;

namespace TimeBank.Ledger.Tests;

public sealed class PeriodEntriesTests
{
    private static readonly DateOnly September = new(2026, 9, 30), October = new(2026, 10, 31), November = new(2026, 11, 30);

    [Fact]
    public void What_comes_too_late_for_its_day_counts_on_the_first_open_one_and_says_so()
    {
        Book book = Closed(October);

        EntryHeader late = book.Accept(Receive("late", new DateOnly(2026, 10, 31))).Header;
        EntryHeader inTime = book.Accept(Receive("in time", new DateOnly(2026, 11, 1))).Header;

        Assert.Equal((new DateOnly(2026, 11, 1), "2026-10-31"), (late.EffectiveDate, late.Details[ClosedPeriods.LateFor]));
        Assert.Equal(new DateOnly(2026, 10, 31), late.EventDate());
        Assert.Equal((new DateOnly(2026, 11, 1), 0), (inTime.EffectiveDate, inTime.Details.Count));
        Assert.Equal(new DateOnly(2026, 11, 1), inTime.EventDate());
    }

    [Fact]
    public void A_retry_that_comes_after_the_close_gets_the_first_answer()
    {
        Book book = new();
        JournalEntry first = book.Accept(Receive("gift", new DateOnly(2026, 10, 31)));
        book.Accept(PeriodEntries.Move(Day("close", November), null, October));

        Outcome again = book.Submit(Receive("gift", new DateOnly(2026, 10, 31)));

        Assert.True(again.Replayed);
        Assert.Equal(first, again.Entry);
    }

    [Fact]
    public void Reopened_days_take_entries_again()
    {
        Book book = Closed(October);
        book.Accept(PeriodEntries.Move(Day("reopen", November), October, September));

        Assert.Equal(new DateOnly(2026, 10, 1), book.Accept(Receive("october", new DateOnly(2026, 10, 1))).Header.EffectiveDate);
        Assert.Equal(new DateOnly(2026, 10, 1), book.Accept(Receive("september", September)).Header.EffectiveDate);
    }

    [Fact]
    public void All_days_can_be_opened_again()
    {
        Book book = Closed(October);
        book.Accept(PeriodEntries.Move(Day("reopen", November), October, null));

        Assert.Equal(September, book.Accept(Receive("september", September)).Header.EffectiveDate);
        Assert.Null(ClosedPeriods.LastDay(book.Find("period/closed")));
    }

    [Fact]
    public void Two_closes_of_one_month_close_it_once()
    {
        Book book = Closed(October);

        Assert.Equal(Reason.PeriodChanged, book.Submit(PeriodEntries.Move(Day("other", November), null, October)).Refusal?.Reason);
        Assert.Equal(Reason.PeriodChanged, book.Submit(PeriodEntries.Move(Day("third", November), September, October)).Refusal?.Reason);
        Assert.Equal(October, ClosedPeriods.LastDay(book.Find("period/closed")));
        book.Accept(PeriodEntries.Move(Day("next", new DateOnly(2026, 12, 1)), October, November));
        Assert.Equal(November, ClosedPeriods.LastDay(book.Find("period/closed")));
    }

    [Fact]
    public void A_hold_ended_after_the_close_counts_on_an_open_day()
    {
        Book book = ElderWithHours();
        book.Accept(HourEntries.HoldService(Header("hold"), Elder, Volunteer, new HoursSpent(new(60), Minutes.Zero, Minutes.Zero),
            LedgerTime.Parse("2026-12-31T00:00:00.000000Z")));
        book.Accept(PeriodEntries.Move(Day("close", November), null, October));

        Assert.Equal(new DateOnly(2026, 11, 1),
            book.Accept(HourEntries.ReleaseService(Day("release", October), Header("hold").Id)).Header.EffectiveDate);
    }

    private static Book Closed(DateOnly through)
    {
        var book = new Book();
        book.Accept(PeriodEntries.Move(Day("close", November), null, through));
        return book;
    }

    private static Proposal Receive(string id, DateOnly day) => MoneyEntries.Receive(Day(id, day), Bank, Lottery, new Fen(100));

    private static EntryHeader Day(string id, DateOnly day) => Header(id) with { EffectiveDate = day };
}
