using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>The id is the idempotency key. The ledger looks it up before any rule.</summary>
public sealed class IdTests
{
    public static TheoryData<string, string> Rows { get; } = new()
    {
        { "same id and command gives the stored entry", "a: post m>p 10 \n a: post m>p 10 -> again \n see p debits 0+0 credits 10+0" },
        { "same id and other amount is a conflict",
            "a: post m>p 10 \n a: post m>p 11 -> RequestIdReused \n see p debits 0+0 credits 10+0" },
        { "same id and other verb is a conflict", "a: post m>p 10 \n a: hold m>p 10 -> RequestIdReused" },
        { "a refusal is remembered, though it would pass now",
            "a: post p>q 10 -> InsufficientBalance \n post m>p 10 \n a: post p>q 10 -> again InsufficientBalance" },
        { "a refused id with another command is a conflict", "a: post p>q 10 -> InsufficientBalance \n a: post m>p 10 -> RequestIdReused" },
        { "an entry is remembered, though it would fail now", "post m>p 10 \n a: post p>q 10 \n a: post p>q 10 -> again" },
        { "a conflict is not remembered in place of the entry",
            "a: post m>p 10 \n a: post m>p 11 -> RequestIdReused \n a: post m>p 10 -> again" },
        { "a wrong shape is not remembered", "a: post m>p 0 -> AmountNotPositive \n a: post m>p 0 -> AmountNotPositive \n a: post m>p 10" },
        { "a missing account is remembered", "a: post m>!p 1 -> AccountNotFound \n post m>p 1 \n a: post m>!p 1 -> again AccountNotFound" },
        { "a refusal of the domain is remembered",
            "a: refuse VoucherExpired -> VoucherExpired \n a: refuse VoucherExpired -> again VoucherExpired \n a: refuse VoucherVoided -> "
                + "RequestIdReused" },
        { "a note is remembered and writes nothing", "a: note \n a: note -> again \n a: post m>p 1 -> RequestIdReused" },
        { "ending a hold twice under one id answers from memory",
            "h: hold m>p 10 \n a: posthold h \n a: posthold h -> again \n see p debits 0+0 credits 10+0" },
        { "reversing twice under one id answers from memory",
            "a: post m>p 10 \n r: reverse a \n r: reverse a -> again \n see p debits 10+0 credits 10+0" },
        { "a reused id of a wrong shape is a conflict", "a: post m>p 10 \n a: post m>p 0 -> RequestIdReused" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Id_is_decided_once(string row, string script) => Script.Play(row, script);

    [Fact]
    public void Replay_gives_the_very_entry_that_was_stored()
    {
        var book = new Book();
        Proposal proposal = Command.Parse("post m>p 10", "a").ToProposal();
        JournalEntry first = book.Accept(proposal);
        book.Clock = Book.Instant(99);

        Assert.Same(first, book.Submit(proposal).Entry);
    }

    [Fact]
    public void Conflict_tells_nothing_of_the_entry_that_has_the_id()
    {
        var book = new Book();
        book.Accept(Command.Parse("post m>p 10", "a").ToProposal());

        Outcome conflict = book.Submit(Command.Parse("post m>p 11", "a").ToProposal());

        Assert.Equal(new Refusal(Reason.RequestIdReused), conflict.Refusal);
        Assert.Null(conflict.Entry);
    }
}
