using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class HourEntriesTests
{
    private const string Earned = "person/V00000000001/hours/earned";
    private static readonly HoursSpent Held = new(new Minutes(60), new Minutes(30), new Minutes(15));

    public static TheoryData<string, Func<EntryHeader, Proposal>, EntryCode, string> Moves { get; } = new()
    {
        { "issue", header => HourEntries.Issue(header, Given.Volunteer, new Minutes(60)), EntryCode.IssueHours,
            "hours/issued>person/V00000000001/hours/issued MIN 60/0/0" },
        { "expire", header => HourEntries.Expire(header, Given.Elder, new Minutes(60)), EntryCode.ExpireHours,
            "person/E00000000001/hours/issued>hours/issued MIN 60/0/0" },
        { "gift", header => HourEntries.Gift(header, Given.Elder, Given.Volunteer, new Minutes(15)), EntryCode.GiftHours,
            "person/E00000000001/hours/earned>person/V00000000001/hours/gifted MIN 15/0/0" },
        { "donate", header => HourEntries.Donate(header, Given.Elder, new Minutes(15)), EntryCode.DonateHours,
            "person/E00000000001/hours/earned>pool/donated MIN 15/0/0" },
        { "to another region", header => HourEntries.ClearOut(header, Given.Elder, RegionCode.Parse("430203"), new Minutes(15)),
            EntryCode.ClearOut, "person/E00000000001/hours/earned>clearing/430203/due-to MIN 15/0/0" },
        { "from another region", header => HourEntries.ClearIn(header, RegionCode.Parse("430203"), Given.Elder, new Minutes(15)),
            EntryCode.ClearIn, "clearing/430203/due-from>person/E00000000001/hours/earned MIN 15/0/0" },
        { "hold of all three", header => HourEntries.HoldService(header, Given.Elder, Given.Volunteer, Held, null), EntryCode.HoldService,
            $"person/E00000000001/hours/issued>{Earned} MIN 0/60/0\nperson/E00000000001/hours/gifted>{Earned} MIN "
                + $"0/30/0\nperson/E00000000001/hours/earned>{Earned} MIN 0/15/0" },
        { "hold of one", header =>
            HourEntries.HoldService(header, Given.Elder, Given.Volunteer, new HoursSpent(Minutes.Zero, new Minutes(30), Minutes.Zero),
            null), EntryCode.HoldService, $"person/E00000000001/hours/gifted>{Earned} MIN 0/30/0" },
    };

    [Theory, MemberData(nameof(Moves), DisableDiscoveryEnumeration = true)]
    public void Hours_move_by_the_chart(string row, Func<EntryHeader, Proposal> proposal, EntryCode code, string moved)
    {
        Book book = Given.ElderWithHours();

        JournalEntry entry = book.Accept(proposal(Given.Header("a")));

        Assert.True(code == entry.Code, row);
        Assert.Equal(moved, Given.Moved(book, entry));
    }

    [Fact]
    public void Grant_comes_from_what_was_donated()
    {
        Book book = Given.ElderWithHours();
        book.Accept(HourEntries.Donate(Given.Header("a"), Given.Elder, new Minutes(15)));

        JournalEntry grant = book.Accept(HourEntries.Grant(Given.Header("b"), Given.Volunteer, new Minutes(15)));

        Assert.Equal("pool/donated>person/V00000000001/hours/issued MIN 15/0/0", Given.Moved(book, grant));
        Assert.Equal(Reason.InsufficientBalance,
            book.Submit(HourEntries.Grant(Given.Header("c"), Given.Volunteer, new Minutes(1))).Refusal?.Reason);
    }

    public static TheoryData<long, long, string> Renderings { get; } = new()
    {
        { 105, 0, $"issued 60/0/60, gifted 30/0/30, earned 15/0/15" },
        { 90, 0, $"issued 60/0/60, gifted 30/0/30, earned 0/0/15" },
        { 75, 0, $"issued 60/0/60, gifted 15/0/30, earned 0/0/15" },
        { 45, 0, $"issued 45/0/60, gifted 0/0/30, earned 0/0/15" },
        { 0, 0, $"issued 0/0/60, gifted 0/0/30, earned 0/0/15" },
        { 105, 40, $"issued 60/0/60, gifted 30/0/30, earned 15/0/15, pool 40/0/0" },
        { 105, 105, $"issued 60/0/60, gifted 30/0/30, earned 15/0/15, pool 105/0/0" },
    };

    [Theory, MemberData(nameof(Renderings))]
    public void Service_spends_issued_then_gifted_then_earned_and_its_excess_is_donated(long given, long overCap, string expected)
    {
        Book book = Given.ElderWithHours();
        JournalEntry hold = book.Accept(HourEntries.HoldService(Given.Header("a"), Given.Elder, Given.Volunteer, Held, null));

        JournalEntry entry = book.Accept(
            HourEntries.RenderService(Given.Header("b"), hold.Id, Held, new Minutes(given), Given.Volunteer, new Minutes(overCap)));

        string moved = string.Join(", ", Given.Moved(book, entry).Split('\n').Select(line => line
            .Replace($"person/E00000000001/hours/", "", StringComparison.Ordinal)
            .Replace($">{Earned} MIN", "", StringComparison.Ordinal)
            .Replace($"{Earned}>pool/donated MIN", "pool", StringComparison.Ordinal)));
        Assert.Equal(expected, moved);
        Assert.Equal(given - overCap, book.Counters(Earned).DebitRoom);
        Assert.Equal(default, (book.Counters(Earned).CreditsPending, book.Counters("person/E00000000001/hours/issued").DebitsPending));
    }

    [Theory]
    [InlineData(105)]
    [InlineData(60)]
    public void Service_is_reversed_with_what_passed_the_cap(long overCap)
    {
        Book book = Given.ElderWithHours();
        JournalEntry hold = book.Accept(HourEntries.HoldService(Given.Header("a"), Given.Elder, Given.Volunteer, Held, null));
        JournalEntry service = book.Accept(
            HourEntries.RenderService(Given.Header("b"), hold.Id, Held, Held.Total, Given.Volunteer, new Minutes(overCap)));

        book.Accept(Entries.Reverse(Given.Header("c"), service.Id));

        Assert.Equal(0, book.Counters(Earned).DebitRoom);
        Assert.Equal(0, book.Counters(Chart.DonatedPool()).DebitRoom);
        Assert.Equal((60, 30, 120), (
            book.Counters("person/E00000000001/hours/issued").DebitRoom, book.Counters("person/E00000000001/hours/gifted").DebitRoom,
                book.Counters("person/E00000000001/hours/earned").DebitRoom));
    }

    [Theory]
    [InlineData(106, 0)]
    [InlineData(50, 51)]
    public void Service_of_more_than_is_held_is_a_bug_of_the_caller(long given, long overCap) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => HourEntries.RenderService(Given.Header("a"), Command.IdOf("h"), Held, new Minutes(given), Given.Volunteer,
            new Minutes(overCap)));

    /// <summary>Without amounts the ledger would post the whole hold.</summary>
    [Fact]
    public void Service_of_a_hold_of_nothing_is_a_bug_of_the_caller() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => HourEntries.RenderService(Given.Header("a"), Command.IdOf("h"), default, Minutes.Zero, Given.Volunteer, Minutes.Zero));

    [Fact]
    public void Service_is_released_by_hand_or_by_its_time()
    {
        Book book = Given.ElderWithHours();
        JournalEntry first = book.Accept(HourEntries.HoldService(Given.Header("a"), Given.Elder, Given.Volunteer, Held, Book.Instant(60)));
        book.Accept(HourEntries.ReleaseService(Given.Header("b"), first.Id));
        JournalEntry second = book.Accept(HourEntries.HoldService(Given.Header("c"), Given.Elder, Given.Volunteer, Held, Book.Instant(60)));
        book.Clock = Book.Instant(60);
        JournalEntry expiry = book.Accept(HourEntries.ExpireService(Given.Header("d"), second.Id));

        Assert.Equal((EntryKind.ExpireHold, EntryCode.ReleaseService, second.Index), (expiry.Kind, expiry.Code, expiry.Of));
        Assert.Equal(60, book.Counters("person/E00000000001/hours/issued").DebitRoom);
    }

    public static TheoryData<string, Func<EntryHeader, Proposal>, Reason> Refused { get; } = new()
    {
        { "a hold of nothing", header => HourEntries.HoldService(header, Given.Elder, Given.Volunteer, default, null),
            Reason.AmountNotPositive },
        { "a gift to oneself from earned to earned", header =>
            Entries.Post(header, EntryCode.GiftHours,
            new ProposedTransfer(Chart.PersonHours(Given.Elder, HoursOrigin.Earned), Chart.PersonHours(Given.Elder, HoursOrigin.Earned),
            1)), Reason.SameAccount },
        { "a gift of what was gifted", header => HourEntries.Gift(header, Given.Elder, Given.Volunteer, new Minutes(121)),
            Reason.InsufficientBalance },
        { "no gift", header => HourEntries.Gift(header, Given.Elder, Given.Volunteer, Minutes.Zero), Reason.AmountNotPositive },
        { "more expired than was issued", header => HourEntries.Expire(header, Given.Elder, new Minutes(61)), Reason.InsufficientBalance },
        { "a grant from an empty pool", header => HourEntries.Grant(header, Given.Elder, new Minutes(1)), Reason.InsufficientBalance },
        { "more issued than can be", header => HourEntries.Issue(header, Given.Elder, new Minutes(long.MaxValue)), Reason.AmountTooLarge },
    };

    [Theory, MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void Hours_that_are_not_there_are_refused(string row, Func<EntryHeader, Proposal> proposal, Reason expected)
    {
        Outcome outcome = Given.ElderWithHours().Submit(proposal(Given.Header("a")));

        Assert.True(expected == outcome.Refusal?.Reason, $"{row}: {outcome.Refusal}");
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 1, 0, 0)]
    [InlineData(60, 60, 0, 0)]
    [InlineData(61, 60, 1, 0)]
    [InlineData(91, 60, 30, 1)]
    [InlineData(105, 60, 30, 15)]
    [InlineData(1_000, 60, 30, 15)]
    public void Minutes_are_taken_in_the_order_of_spending(long wanted, long issued, long gifted, long earned) =>
        Assert.Equal(new HoursSpent(new Minutes(issued), new Minutes(gifted), new Minutes(earned)),
            HoursSpent.Take(new Minutes(wanted), Held));
}
