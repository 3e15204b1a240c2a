using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class MoneyEntriesTests
{
    [Fact]
    public void Receipt_comes_from_the_bank_to_the_fund()
    {
        var book = new Book();

        JournalEntry entry = book.Accept(MoneyEntries.Receive(Given.Header("a"), Given.Bank, Given.Lottery, new Fen(500)));

        Assert.Equal(EntryCode.ReceiveMoney, entry.Code);
        Assert.Equal("bank/icbc>fund/lottery/available CNY 500/0/0", Given.Moved(book, entry));
    }

    [Fact]
    public void Allotment_takes_from_each_fund_its_share_and_return_gives_it_back()
    {
        var book = new Book();
        book.Accept(MoneyEntries.Receive(Given.Header("a"), Given.Bank, Given.Lottery, new Fen(500)));
        book.Accept(MoneyEntries.Receive(Given.Header("b"), Given.Bank, Given.Fiscal, new Fen(500)));

        JournalEntry allot = book.Accept(
            MoneyEntries.Allot(Given.Header("c"), Given.Programme, [(Given.Lottery, new Fen(275)), (Given.Fiscal, new Fen(225))]));
        JournalEntry back = book.Accept(
            MoneyEntries.Return(Given.Header("d"), Given.Programme, [(Given.Lottery, new Fen(55)), (Given.Fiscal, new Fen(45))]));

        Assert.Equal((EntryCode.AllotFunds, EntryCode.ReturnFunds), (allot.Code, back.Code));
        Assert.Equal(
            "fund/lottery/available>programme/meals/allotted CNY 275/0/0\nfund/fiscal/available>programme/meals/allotted CNY 225/0/0",
            Given.Moved(book, allot));
        Assert.Equal(
            "programme/meals/allotted>fund/lottery/available CNY 55/0/0\nprogramme/meals/allotted>fund/fiscal/available CNY 45/0/0",
            Given.Moved(book, back));
    }

    public static TheoryData<string, Func<EntryHeader, Proposal>, Reason> Refused { get; } = new()
    {
        { "nothing received", header => MoneyEntries.Receive(header, Given.Bank, Given.Lottery, Fen.Zero), Reason.AmountNotPositive },
        { "too much received", header => MoneyEntries.Receive(header, Given.Bank, Given.Lottery, new Fen(long.MaxValue)),
            Reason.AmountTooLarge },
        { "nothing allotted", header => MoneyEntries.Allot(header, Given.Programme, []), Reason.AmountNotPositive },
        { "a share of nothing", header =>
            MoneyEntries.Allot(header, Given.Programme, [(Given.Lottery, new Fen(1)), (Given.Fiscal, Fen.Zero)]),
            Reason.AmountNotPositive },
        { "more than the fund has", header => MoneyEntries.Allot(header, Given.Programme, [(Given.Lottery, new Fen(50_001))]),
            Reason.InsufficientBalance },
        { "a fund that has had nothing", header => MoneyEntries.Allot(header, Given.Programme, [(Given.Fiscal, new Fen(1))]),
            Reason.InsufficientBalance },
        { "more than the programme has", header => MoneyEntries.Return(header, Given.Programme, [(Given.Lottery, new Fen(100_001))]),
            Reason.InsufficientBalance },
    };

    [Theory, MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void Money_that_is_not_there_is_refused(string row, Func<EntryHeader, Proposal> proposal, Reason expected)
    {
        Outcome outcome = Given.FundedProgramme().Submit(proposal(Given.Header("a")));

        Assert.True(expected == outcome.Refusal?.Reason, $"{row}: {outcome.Refusal}");
    }
}
