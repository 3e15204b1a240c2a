using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>A proposal that was made from accounts as they were is void once one of them has moved.</summary>
public sealed class SeenTests
{
    [Fact]
    public void A_proposal_made_from_what_has_moved_is_void_and_leaves_its_id_free()
    {
        var book = new Book();
        book.Accept(Command.Parse("post m>p 10", "a").ToProposal());
        SeenAccount seen = Seen(book, "p"), nothing = Seen(book, "q");
        book.Accept(Command.Parse("post m>p 1", "b").ToProposal());
        Proposal late = Command.Parse("post p>q 10", "c").ToProposal();

        Outcome refused = book.Submit(late.MadeFrom(nothing, seen));

        Assert.Equal(Refusal.Of(Reason.AccountMoved, ("account", seen.Account.Text)), refused.Refusal);
        Assert.Equal(new Counters(0, 0, 0, 11), book.Counters("p"));
        Assert.NotNull(book.Accept(late.MadeFrom(Seen(book, "p"))));
        // The id is looked up first: a retry gets its outcome, whatever has moved.
        Assert.True(book.Submit(late.MadeFrom(seen)).Replayed);
    }

    [Fact]
    public void An_account_that_was_not_there_has_moved_when_it_is_opened()
    {
        var book = new Book();
        SeenAccount seen = Seen(book, "p");
        book.Accept(Command.Parse("post m>p 10", "a").ToProposal());

        Assert.Equal(Reason.AccountMoved, book.Submit(Command.Parse("post m>p 1", "b").ToProposal().MadeFrom(seen)).Refusal?.Reason);
    }

    private static SeenAccount Seen(Book book, string path) =>
        new(AccountPath.Parse(path), book.Find(path) is { } account ? account.Counters : default);
}
