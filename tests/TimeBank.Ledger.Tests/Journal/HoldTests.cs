using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>One entry ends a hold as a whole: it posts the hold in whole or part, voids it, or expires it.</summary>
public sealed class HoldTests
{
    public static TheoryData<string, string> Rows { get; } = new()
    {
        { "hold", "post m>p 10 \n hold p>q 6 \n see p debits 0+6 credits 10+0 \n see q debits 0+0 credits 0+6" },
        { "post the whole", "post m>p 10 \n h: hold p>q 6 \n posthold h \n see p debits 6+0 credits 10+0 \n see q debits 0+0 credits 6+0" },
        { "post the whole by amounts", "post m>p 10 \n h: hold p>q 6 \n posthold h 6 \n see p debits 6+0 credits 10+0" },
        { "post a part and release the rest",
            "post m>p 10 \n h: hold p>q 6 \n posthold h 2 \n see p debits 2+0 credits 10+0 \n post p>x 8" },
        { "post nothing of it",
            "post m>p 10 \n h: hold p>q 6 \n posthold h 0 \n see p debits 0+0 credits 10+0 \n see q debits 0+0 credits 0+0" },
        { "post more than is held", "post m>p 10 \n h: hold p>q 6 \n posthold h 7 -> HoldAmountExceeded \n see p debits 0+6 credits 10+0" },
        { "a refused post leaves the hold open", "post m>p 10 \n h: hold p>q 6 \n posthold h 7 -> HoldAmountExceeded \n posthold h 6" },
        { "legs apart",
            "post m>p 10 \n h: hold p>q 6, p>x 4 \n posthold h 6 1 \n see q debits 0+0 credits 6+0 \n see x debits 0+0 credits 1+0 \n see "
                + "p debits 7+0 credits 10+0" },
        { "a leg at nothing",
            "post m>p 10 \n h: hold p>q 6, p>x 4 \n posthold h 0 4 \n see q debits 0+0 credits 0+0 \n see p debits 4+0 credits 10+0" },
        { "too few amounts", "post m>p 10 \n h: hold p>q 6, p>x 4 \n posthold h 6 -> HoldAmountExceeded" },
        { "too many amounts", "post m>p 10 \n h: hold p>q 6 \n posthold h 6 0 -> HoldAmountExceeded" },
        { "void", "post m>p 10 \n h: hold p>q 6 \n void h \n see p debits 0+0 credits 10+0 \n see q debits 0+0 credits 0+0" },
        { "void gives the room back", "post m>p 10 \n h: hold p>q 10 \n post p>x 1 -> InsufficientBalance \n void h \n post p>x 10" },

        // With further transfers.
        { "a further transfer spends what was posted",
            "post m>p 10 \n h: hold p>pq 6 \n posthold h 5 & pq>x 5 \n see x debits 0+0 credits 5+0 \n see pq debits 5+0 credits 5+0" },
        { "a further transfer can't spend what was released",
            "post m>p 10 \n h: hold p>pq 6 \n posthold h 5 & pq>x 6 -> InsufficientBalance \n see p debits 0+6 credits 10+0" },
        { "a further transfer opens an account", "post m>p 10 \n h: hold p>q 6 \n posthold h & q>new 1 \n see new debits 0+0 credits 1+0" },
        { "a further transfer may spend what the post releases",
            "post m>p 10 \n h: hold p>q 10 \n posthold h 4 & p>x 6 \n see p debits 10+0 credits 10+0" },

        // Not there.
        { "no such hold", "posthold h -> HoldNotFound \n void h -> HoldNotFound \n expire h -> HoldNotFound" },
        { "what isn't a hold", "a: post m>p 10 \n posthold a -> HoldNotFound \n void a -> HoldNotFound \n expire a -> HoldNotFound" },
        { "a hold that was refused", "h: hold p>q 6 -> InsufficientBalance \n posthold h -> HoldNotFound" },
        { "the end of a hold is no hold", "h: hold m>p 6 \n a: posthold h \n posthold a -> HoldNotFound" },
        { "a note is no hold", "a: note \n void a -> HoldNotFound" },

        // Twice.
        { "posted, then anything",
            "h: hold m>p 6 until 10 \n posthold h \n posthold h -> HoldEnded \n void h -> HoldEnded \n at 10 \n expire h -> HoldEnded" },
        { "voided, then anything",
            "h: hold m>p 6 until 10 \n void h \n posthold h -> HoldEnded \n void h -> HoldEnded \n at 10 \n expire h -> HoldEnded" },
        { "expired, then anything",
            "h: hold m>p 6 until 10 \n at 10 \n expire h \n posthold h -> HoldEnded \n void h -> HoldEnded \n expire h -> HoldEnded" },
        { "posted at nothing is ended too", "h: hold m>p 6 \n posthold h 0 \n posthold h 6 -> HoldEnded" },
        { "a reversed post doesn't open the hold again", "h: hold m>p 6 \n a: posthold h \n reverse a \n posthold h -> HoldEnded" },

        // Expiry.
        { "post before its time", "h: hold m>p 6 until 10 \n at 9 \n posthold h" },
        { "post at its time", "h: hold m>p 6 until 10 \n at 10 \n posthold h -> HoldExpired" },
        { "post after its time", "h: hold m>p 6 until 10 \n at 11 \n posthold h -> HoldExpired \n see p debits 0+0 credits 0+6" },
        { "expire before its time", "h: hold m>p 6 until 10 \n at 9 \n expire h -> HoldNotExpired" },
        { "expire at its time",
            "h: hold m>p 6 until 10 \n at 10 \n expire h \n see p debits 0+0 credits 0+0 \n see m debits 0+0 credits 0+0" },
        { "expire after its time", "h: hold m>p 6 until 10 \n at 11 \n expire h" },
        { "void after its time", "h: hold m>p 6 until 10 \n at 11 \n void h" },
        { "without a time it never expires", "h: hold m>p 6 \n at 999999999 \n expire h -> HoldNotExpired \n posthold h" },
        { "born due", "at 20 \n h: hold m>p 6 until 10 \n posthold h -> HoldExpired \n expire h" },
        { "a look at the clock ends nothing",
            "post m>p 6 \n h: hold p>q 6 until 10 \n at 11 \n post p>x 6 -> InsufficientBalance \n expire h \n post p>x 6" },
        { "the clock goes back, the journal doesn't",
            "h: hold m>p 6 until 10 \n at 11 \n post a>b 1 \n at 5 \n posthold h -> HoldExpired \n expire h" },

        // Frozen.
        { "hold on a frozen account", "post m>p 6 \n freeze p \n hold p>q 6 -> AccountFrozen \n hold m>p 6 -> AccountFrozen" },
        { "post on a frozen debit account",
            "post m>p 6 \n h: hold p>q 6 \n freeze p \n posthold h -> AccountFrozen \n thaw p \n posthold h" },
        { "post on a frozen credit account", "post m>p 6 \n h: hold p>q 6 \n freeze q \n posthold h -> AccountFrozen" },
        { "void on a frozen account", "post m>p 6 \n h: hold p>q 6 \n freeze p \n void h \n see p debits 0+0 credits 6+0" },
        { "expire on a frozen account",
            "post m>p 6 \n h: hold p>q 6 until 10 \n freeze q \n at 10 \n expire h \n see p debits 0+0 credits 6+0" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Hold_is_decided(string row, string script) => Script.Play(row, script);

    [Fact]
    public void Time_of_a_hold_is_the_last_microsecond_before_it_is_due()
    {
        var book = new Book();
        book.Accept(Command.Parse("hold m>p 6 until 10", "h").ToProposal());
        book.Clock = new LedgerTime(Book.Instant(10).Microseconds - 1);

        Assert.Equal(Reason.HoldNotExpired, book.Submit(Command.Parse("expire h", "a").ToProposal()).Refusal?.Reason);
        book.Accept(Command.Parse("posthold h", "b").ToProposal());
    }

    [Fact]
    public void Entry_that_ends_a_hold_names_it_and_releases_all_of_it()
    {
        Book book = Script.Play("", "post m>p 10 \n h: hold p>q 6 \n a: posthold h 2");

        JournalEntry end = book.Journal[2];
        Assert.Equal(1, end.Of);
        Assert.Equal(new Transfer(2, 3, Unit.Minutes, Posted: 2, Held: 0, Released: 6), Assert.Single(end.Transfers));
    }
}
