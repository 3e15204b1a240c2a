using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Transfers: opening of accounts, limits with pending amounts, at-most amounts, entries of several transfers.</summary>
public sealed class MoveTests
{
    public static TheoryData<string, string> Rows { get; } = new()
    {
        // Opening.
        { "first use opens", "post m>p 5 \n see m debits 5+0 credits 0+0 \n see p debits 0+0 credits 5+0" },
        { "a missing account that must be there", "post m>!p 5 -> AccountNotFound \n post !m>p 5 -> AccountNotFound" },
        { "what must be there, is", "post m>p 5 \n post m>!p 5" },
        { "what must be new, is", "post m>+p 5 \n post m>p 5" },
        { "what must be new and isn't", "post m>+p 5 \n post m>+p 5 -> AccountExists \n see p debits 0+0 credits 5+0" },
        { "what must be new may be named twice where it is opened", "post m>+p 5, m>+p 6 \n see p debits 0+0 credits 11+0" },
        { "what must be new and was refused, is new still", "post m>+p 5, p>q 6 -> InsufficientBalance \n post m>+p 5" },
        { "the account of another unit", "post m>p 5 \n post m.MEAL>p.MEAL 5 -> UnitMismatch" },
        { "an account opened a moment before in another unit", "post m>p 5, x.MEAL>p.MEAL 5 -> UnitMismatch" },
        { "opened by an earlier transfer of the entry", "post m>p 5, !p>q 5 \n see p debits 5+0 credits 5+0" },
        { "opened by a later transfer of the entry is too late", "post m>!p 5, m>p 5 -> AccountNotFound" },
        { "a refused entry opens nothing", "post m>p 5, p>q 6 -> InsufficientBalance \n post m>!p 5 -> AccountNotFound" },

        // Limits.
        { "all of it", "post m>p 10 \n post p>q 10 \n see p debits 10+0 credits 10+0" },
        { "one too many", "post m>p 10 \n post p>q 11 -> InsufficientBalance" },
        { "dues up to what they are", "post d>m 10 \n post m>d 10" },
        { "dues beyond what they are", "post d>m 10 \n post m>d 11 -> LimitReached" },
        { "dues that were never owed", "post m>d 1 -> LimitReached" },
        { "no limit", "post a>b 10 \n post b>a 30" },
        { "a purse takes credits without bound", "post m>p 1000000000000000 \n post m>p 1000000000000000" },

        // Pending amounts.
        { "pending debits count", "post m>p 10 \n hold p>q 6 \n post p>q 5 -> InsufficientBalance \n post p>q 4" },
        { "holds count one another", "post m>p 10 \n hold p>q 6 \n hold p>q 5 -> InsufficientBalance" },
        { "pending credits don't count", "hold m>p 10 \n post p>q 1 -> InsufficientBalance \n see p debits 0+0 credits 0+10" },
        { "pending credits count against dues", "post d>m 10 \n hold m>d 6 \n post m>d 5 -> LimitReached \n post m>d 4" },
        { "pending debits of dues don't count", "hold d>m 10 \n post m>d 1 -> LimitReached" },
        { "within an entry, too", "post m>p 10 \n hold p>q 6, p>q 5 -> InsufficientBalance \n hold p>q 6, p>q 4" },

        // At most.
        { "at most more than there is", "post m>p 10 \n post p>q 15~ \n see p debits 10+0 credits 10+0" },
        { "at most less than there is", "post m>p 10 \n post p>q 4~ \n see p debits 4+0 credits 10+0" },
        { "at most from nothing", "post p>q 5~ -> InsufficientBalance" },
        { "at most from what is all held", "post m>p 10 \n hold p>q 10 \n post p>q 5~ -> InsufficientBalance" },
        { "at most to dues", "post d>m 10 \n post m>d 15~ \n see d debits 10+0 credits 10+0" },
        { "at most to dues that are none", "post m>p 5 \n post p>d 5~ -> LimitReached" },
        { "at most to dues where the purse is empty too", "post p>d 5~ -> InsufficientBalance" },
        { "at most, bounded by both",
            "post m>p 10 \n post d>m 7 \n post p>d 15~ \n see p debits 7+0 credits 10+0 \n see d debits 7+0 credits 7+0" },
        { "at most without a limit", "post a>b 15~ \n see a debits 15+0 credits 0+0" },
        { "a hold of at most", "post m>p 10 \n hold p>q 15~ \n see p debits 0+10 credits 10+0" },
        { "a second at most sees the first",
            "post m>p 10 \n post p>q 7~, p>x 7~ \n see q debits 0+0 credits 7+0 \n see x debits 0+0 credits 3+0" },
        { "a second at most of nothing refuses the whole",
            "post m>p 10 \n post p>q 10~, p>x 1~ -> InsufficientBalance \n see p debits 0+0 credits 10+0" },

        // Several transfers.
        { "a later transfer spends what an earlier one brought", "post m>p 10, p>q 10, q>x 10 \n see x debits 0+0 credits 10+0" },
        { "an earlier transfer can't spend what a later one brings", "post p>q 10, m>p 10 -> InsufficientBalance" },
        { "a later refusal takes the earlier with it",
            "post m>p 10 \n post p>q 5, p>q 6 -> InsufficientBalance \n see p debits 0+0 credits 10+0" },
        { "two units in one entry", "post m>p 10, x.MEAL>y.MEAL 3 \n see y debits 0+0 credits 3+0" },
        { "there and back", "post m>p 10, p>m 10 \n see p debits 10+0 credits 10+0" },
        { "a hold sees its own earlier transfer as pending", "hold m>p 10, p>q 1 -> InsufficientBalance" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Transfers_are_decided(string row, string script) => Script.Play(row, script);

    [Fact]
    public void Accounts_are_numbered_in_the_order_of_their_first_use()
    {
        Book book = Script.Play("", "post a>b 1, b>c 1 \n post d1>a 1");

        Assert.Equal([1, 2, 3, 4], new[] { "a", "b", "c", "d1" }.Select(path => book.Find(path)!.Number));
        Assert.Equal([0, 0, 0, 1], new[] { "a", "b", "c", "d1" }.Select(path => book.Find(path)!.Opened));
    }

    [Theory]
    [InlineData("m", "x")]
    [InlineData("x", "q")]
    public void Counter_that_would_pass_its_bound_is_refused(string debit, string credit)
    {
        var book = new Book();
        long most = long.MaxValue / 4;
        string full = string.Join(", ", Enumerable.Repeat($"m>q {Shape.MaxAmount}", Shape.MaxTransfers));
        for (; most > Shape.MaxAmount * Shape.MaxTransfers; most -= Shape.MaxAmount * Shape.MaxTransfers) book.Accept(
            Command.Parse($"post {full}", $"fill{most}").ToProposal());
        for (; most > 0; most -= Math.Min(most, Shape.MaxAmount)) book.Accept(
            Command.Parse($"post m>q {Math.Min(most, Shape.MaxAmount)}", $"fill{most}").ToProposal());

        Outcome post = book.Submit(Command.Parse($"post {debit}>{credit} 1", "post").ToProposal());
        Outcome hold = book.Submit(Command.Parse($"hold {debit}>{credit} 1", "hold").ToProposal());

        Assert.Equal(Reason.AmountTooLarge, post.Refusal?.Reason);
        Assert.Equal(Reason.AmountTooLarge, hold.Refusal?.Reason);
        Assert.Equal([("account", debit == "m" ? "m" : "q")], post.Refusal!.Values);
    }

    [Fact]
    public void Shortage_says_what_is_there()
    {
        Book book = Script.Play("", "post m>p 10 \n hold p>q 4");

        Outcome outcome = book.Submit(Command.Parse("post p>q 7", "a").ToProposal());

        Assert.Equal([("account", "p"), ("available", "6"), ("needed", "7"), ("unit", "MIN")], outcome.Refusal!.Values);
    }

    public static TheoryData<string, long, long> Clocks { get; } = new()
    {
        { "forward", 5, 5_000_000 },
        { "still", 0, 1 },
        { "back", -3_600, 1 },
    };

    [Theory, MemberData(nameof(Clocks))]
    public void Time_is_the_clock_and_later_than_the_last_entry(string row, long second, long microsecondsLater)
    {
        var book = new Book();
        LedgerTime first = book.Accept(Command.Parse("post m>p 1", "a").ToProposal()).Time;
        book.Clock = Book.Instant(second);

        LedgerTime next = book.Accept(Command.Parse("post m>p 1", "b").ToProposal()).Time;

        Assert.True(microsecondsLater == next.Microseconds - first.Microseconds, row);
    }
}
