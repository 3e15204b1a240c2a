using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Nothing moves on a frozen or closed account.</summary>
public sealed class AccountChangeTests
{
    public static TheoryData<string, string> Rows { get; } = new()
    {
        { "an account that isn't there",
            "freeze p -> AccountNotFound \n thaw p -> AccountNotFound \n close p -> AccountNotFound \n reopen p -> AccountNotFound" },
        { "frozen gives and takes nothing", "post m>p 10 \n freeze p \n post p>q 1 -> AccountFrozen \n post m>p 1 -> AccountFrozen" },
        { "thawed moves again", "post m>p 10 \n freeze p \n thaw p \n post p>q 10" },
        { "closed gives and takes nothing",
            "post a>b 1, b>a 1 \n close b \n post a>b 1 -> AccountClosed \n post b>a 1 -> AccountClosed \n hold a>b 1 -> AccountClosed" },
        { "reopened moves again", "post a>b 1, b>a 1 \n close b \n reopen b \n post a>b 1" },
        { "close what holds money", "post m>p 10 \n close p -> AccountNotEmpty \n close m -> AccountNotEmpty" },
        { "close what has emptied", "post m>p 10 \n post p>q 10 \n close p" },
        { "close with a pending debit", "post m>p 10 \n hold p>q 10 \n close p -> AccountNotEmpty" },
        { "close with a pending credit", "hold m>p 10 \n close p -> AccountNotEmpty" },
        { "close after a void", "h: hold m>p 10 \n void h \n close p" },
        { "closed and frozen says closed",
            "post a>b 1, b>a 1 \n freeze b \n close b \n post a>b 1 -> AccountClosed \n reopen b \n post a>b 1 -> AccountFrozen" },
        { "twice is harmless", "post m>p 10 \n freeze p \n freeze p \n thaw p \n post p>q 1" },
        { "a frozen account stands in the way of an at-most, too", "post m>p 10 \n freeze p \n post p>q 1~ -> AccountFrozen" },
        { "the second account is looked at", "post m>p 10 \n post m>q 1 \n freeze q \n post m>p 1, p>q 1 -> AccountFrozen" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Account_change_is_decided(string row, string script) => Script.Play(row, script);

    [Fact]
    public void Change_keeps_the_limit_of_the_account()
    {
        Book book = Script.Play("", "post m>p 10 \n freeze p \n thaw p \n post p>q 11 -> InsufficientBalance");

        Assert.Equal(AccountFlags.DebitsMustNotExceedCredits, book.Find("p")!.Flags);
    }
}
