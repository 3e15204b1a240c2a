using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// If two levels of <see cref="Decide"/> refuse, the earlier one answers: the id, the domain, shape, existence, state, limits.
/// </summary>
public sealed class PrecedenceTests
{
    public static TheoryData<string, string> Rows { get; } = new()
    {
        { "id before the domain", "a: post m>p 1 \n a: refuse VoucherExpired -> RequestIdReused" },
        { "id before shape", "a: post m>p 1 \n a: post m>m 1 -> RequestIdReused" },
        { "domain before shape", "refuse VoucherExpired & m>m 0 -> VoucherExpired" },
        { "shape before existence", "post m>!p 1, m>p 0 -> AmountNotPositive" },
        { "shape before existence of a hold", "posthold h -1 -> AmountNotPositive" },
        { "existence before state", "post m>p 1 \n freeze p \n post p>q 1, m>!none 1 -> AccountNotFound" },
        { "that an account exists before its state", "post m>p 1 \n freeze p \n post m>+p 1 -> AccountExists" },
        { "that an account exists before its unit",
            "post m>p 1 \n post m.MEAL>+p.MEAL 1 -> UnitMismatch \n post x.MEAL>+p.MEAL 1 -> AccountExists" },
        { "unit of an account before its state", "post m>p 1 \n freeze p \n post m.MEAL>p.MEAL 1 -> UnitMismatch" },
        { "existence of a hold before that of accounts", "posthold h & m>!none 1 -> HoldNotFound" },
        { "existence of accounts before state of the hold", "h: hold m>p 1 \n void h \n posthold h & m>!none 1 -> AccountNotFound" },
        { "debit before credit", "post !none>!nil 1 -> AccountNotFound" },
        { "state of a hold before state of accounts", "h: hold m>p 1 \n freeze p \n posthold h 2 -> HoldAmountExceeded" },
        { "ended before expired", "h: hold m>p 1 until 1 \n void h \n at 1 \n posthold h -> HoldEnded" },
        { "ended before not expired", "h: hold m>p 1 until 9 \n void h \n expire h -> HoldEnded" },
        { "expired before exceeded", "h: hold m>p 1 until 1 \n at 1 \n posthold h 2 -> HoldExpired" },
        { "state of an entry before state of accounts", "a: post m>p 1 \n reverse a \n freeze p \n reverse a -> EntryAlreadyReversed" },
        { "closed before frozen on one account", "post a>b 1, b>a 1 \n freeze b \n close b \n post a>b 1 -> AccountClosed" },
        { "state before limits", "post m>q 1 \n freeze q \n post p>q 1 -> AccountFrozen" },
        { "state of a later transfer before limits of an earlier one", "post m>q 1 \n freeze q \n post p>x 1, m>q 1 -> AccountFrozen" },
        { "state before limits in a reversal", "a: post m>p 1, m>q 1 \n post p>x 1 \n freeze q \n reverse a -> AccountFrozen" },
        { "state of a hold before limits of further transfers", "h: hold m>p 1 \n posthold h 2 & p>x 9 -> HoldAmountExceeded" },
        { "limit of the debit account before the credit account", "post p>d 1 -> InsufficientBalance" },
        { "limits in the order of transfers", "post m>d 1, p>q 1 -> LimitReached \n post p>q 1, m>d 1 -> InsufficientBalance" },
        { "not empty before nothing else to say", "post m>p 1 \n freeze p \n close p -> AccountNotEmpty" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Earlier_level_answers(string row, string script) => Script.Play(row, script);

    [Fact]
    public void Debit_account_is_the_one_that_is_missed_first()
    {
        Outcome outcome = new Book().Submit(Command.Parse("post !none>!nil 1", "a").ToProposal());

        Assert.Equal([("account", "none")], outcome.Refusal!.Values);
    }

    /// <summary>Every reason of the ledger's own rules has a row in one of the tables. A new reason fails here until it has one.</summary>
    [Fact]
    public void Every_reason_of_the_ledger_stands_in_a_table()
    {
        string scripts = string.Join('\n',
            new[] { IdTests.Rows, ShapeTests.Rows, MoveTests.Rows, HoldTests.Rows, ReversalTests.Rows, AccountChangeTests.Rows, Rows }
            .SelectMany(rows => rows.Select(row => row.Data.Item2)));
        // Sizes and sums have their own tests in C#.
        Reason[] elsewhere = [Reason.None, Reason.TooManyTransfers, Reason.TextTooLong];

        Assert.DoesNotContain(
            Enum.GetValues<Reason>().Where(reason => reason < Reason.QueueFull).Except(elsewhere),
            reason => !scripts.Contains($"{reason}", StringComparison.Ordinal));
    }
}
