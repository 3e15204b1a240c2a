using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>A reversal corrects an entry by its opposite, at most once.</summary>
public sealed class ReversalTests
{
    public static TheoryData<string, string> Rows { get; } = new()
    {
        { "the opposite is posted", "a: post m>p 10 \n reverse a \n see m debits 10+0 credits 10+0 \n see p debits 10+0 credits 10+0" },
        { "once", "a: post m>p 10 \n reverse a \n post m>p 10 \n reverse a -> EntryAlreadyReversed" },
        { "no such entry", "reverse a -> EntryNotFound" },
        { "an entry that was refused", "a: post p>q 10 -> InsufficientBalance \n reverse a -> EntryNotFound" },
        { "a note", "a: note \n reverse a -> EntryNotFound" },
        { "a hold", "h: hold m>p 10 \n reverse h -> EntryNotReversible" },
        { "a hold that is ended", "h: hold m>p 10 \n posthold h \n reverse h -> EntryNotReversible" },
        { "a void", "h: hold m>p 10 \n a: void h \n reverse a -> EntryNotReversible" },
        { "an expiry", "h: hold m>p 10 until 1 \n at 1 \n a: expire h \n reverse a -> EntryNotReversible" },
        { "a reversal", "a: post m>p 10 \n b: reverse a \n reverse b -> EntryNotReversible" },
        { "a freeze", "post m>p 10 \n a: freeze p \n reverse a -> EntryNotReversible" },
        { "a posted hold",
            "post m>p 10 \n h: hold p>q 6 \n a: posthold h 4 \n reverse a \n "
            + "see p debits 4+0 credits 14+0 \n see q debits 4+0 credits 4+0" },
        { "a hold posted at nothing", "post m>p 10 \n h: hold p>q 6 \n a: posthold h 0 \n reverse a -> EntryNotReversible" },
        { "what at most moved", "post m>p 10 \n a: post p>q 15~ \n reverse a \n see p debits 10+0 credits 20+0" },
        { "the money has gone", "a: post m>p 10 \n post p>q 1 \n reverse a -> InsufficientBalance \n see p debits 1+0 credits 10+0" },
        { "the money is held", "a: post m>p 10 \n h: hold p>q 1 \n reverse a -> InsufficientBalance" },
        { "a refused reversal may be tried again under another id",
            "a: post m>p 10 \n h: hold p>q 1 \n reverse a -> InsufficientBalance \n void h \n reverse a" },
        { "dues that were paid meanwhile", "a: post d>m 10 \n post m>d 10 \n reverse a -> LimitReached" },
        { "a frozen account", "a: post m>p 10 \n freeze p \n reverse a -> AccountFrozen" },
        { "a closed account", "a: post m>p 10 \n post p>q 10 \n close p \n reverse a -> AccountClosed" },
        { "money that passed through",
            "a: post m>p 10, p>q 10 \n reverse a \n see p debits 20+0 credits 20+0 \n see q debits 10+0 credits 10+0" },
        { "a service whose minutes all passed the cap",
            "post m>p 60 \n h: hold p>pv 60 \n a: posthold h & pv>pool 60 \n reverse a \n see p debits 60+0 credits 120+0 \n see pool "
                + "debits 60+0 credits 60+0" },
        { "money that passed through and went on", "a: post m>p 10, p>pq 10 \n post pq>x 1 \n reverse a -> InsufficientBalance" },
        { "a posted hold, held again",
            "post m>p 10 \n h: hold p>q 6 until 9 \n a: posthold h 4 \n reverse a until 9 \n "
            + "see p debits 4+6 credits 14+0 \n see q debits 4+0 credits 4+6" },
        { "what was held again is a hold of its own",
            "post m>p 10 \n h: hold p>q 6 until 9 \n a: posthold h 4 \n b: reverse a until 9 \n posthold h 1 -> HoldEnded \n "
            + "c: posthold b 5 \n void b -> HoldEnded \n reverse c \n see p debits 9+0 credits 19+0" },
        { "what was held again, again",
            "post m>p 10 \n h: hold p>q 6 until 9 \n a: posthold h \n b: reverse a until 9 \n c: posthold b 2 \n "
            + "d: reverse c until 9 \n void d \n see p debits 8+0 credits 18+0" },
        { "what was held again expires at its time",
            "post m>p 10 \n h: hold p>q 6 until 9 \n a: posthold h \n b: reverse a until 9 \n expire b -> HoldNotExpired \n "
            + "at 9 \n expire b" },
        { "a hold posted at nothing, held again",
            "post m>p 10 \n h: hold p>q 6 \n a: posthold h 0 \n reverse a until 9 \n see p debits 0+6 credits 10+0" },
        { "held again without the rest, which was spent",
            "post m>p 6 \n h: hold p>q 6 \n a: posthold h 4 \n post p>x 2 \n reverse a until 9 -> InsufficientBalance \n "
            + "see p debits 6+0 credits 6+0" },
        { "held again though the payee has spent it",
            "post m>p 6 \n h: hold p>pq 6 \n a: posthold h \n post pq>x 1 \n reverse a until 9 -> InsufficientBalance" },
        { "a plain entry holds nothing again", "a: post m>p 10 \n reverse a until 9 -> EntryNotReversible" },
        { "held again on a frozen account",
            "post m>p 6 \n h: hold p>q 6 \n a: posthold h 0 \n freeze q \n reverse a until 9 -> AccountFrozen" },
        { "several units", "a: post m>p 10, x.MEAL>py.MEAL 3 \n reverse a \n see py debits 3+0 credits 3+0" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Reversal_is_decided(string row, string script) => Script.Play(row, script);

    [Fact]
    public void Reversal_names_its_original_and_undoes_its_transfers_last_first()
    {
        Book book = Script.Play("", "a: post m>p 10, p>q 4 \n b: reverse a");

        Assert.Equal(0, book.Journal[1].Of);
        Assert.Equal([(3L, 2L, 4L), (2L, 1L, 10L)],
            book.Journal[1].Transfers.Select(transfer => (transfer.Debit, transfer.Credit, transfer.Posted)));
    }
}
