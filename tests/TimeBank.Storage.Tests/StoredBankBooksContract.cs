using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>What every engine with a database promises beside: <c>verify</c> names what somebody changed in its tables.</summary>
public abstract class StoredBankBooksContract : BankBooksContract
{
    internal static readonly string[] Tables = ["bank_books", "bank_statements", "bank_lines", "bank_open", "bank_matches"];

    private protected StoredBankBooksContract()
    {
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("DELETE FROM bank_lines WHERE number = 2", "/statements/1: lines: how many, first, last")]
    [InlineData("DELETE FROM bank_lines WHERE statement = 2", "/statements/2: lines: how many, first, last")]
    [InlineData("UPDATE bank_lines SET statement = 1 WHERE number = 4", "/statements/1: lines: how many, first, last")]
    [InlineData("UPDATE bank_lines SET number = 9 WHERE number = 4", "/statements/2: lines: how many, first, last")]
    [InlineData("DELETE FROM bank_statements WHERE number = 1", "/statements: number")]
    [InlineData("UPDATE bank_statements SET through_line = 5 WHERE number = 2", "/statements/2: last line")]
    [InlineData("UPDATE bank_books SET lines = 5", ": lines")]
    [InlineData("UPDATE bank_books SET statements = 1", ": statements")]
    [InlineData("UPDATE bank_books SET last_group = 1", ": last group")]
    [InlineData("DELETE FROM bank_books", ": book")]
    [InlineData("UPDATE bank_matches SET line = 9 WHERE line = 2", "/lines/9: matches")]
    [InlineData(
        "INSERT INTO bank_matches SELECT region, account, line, 2, item, 1, pass, 0, made_by, made_at FROM bank_matches WHERE grp = 1",
        "/lines/1: confirmed matches")]
    [InlineData("DELETE FROM bank_open", "/lines/2: open")]
    [InlineData("DELETE FROM bank_matches WHERE grp = 1", "/lines/1: open")]
    [InlineData("INSERT INTO bank_open VALUES (430211, 'ccb', 1)", "/lines/1: open")]
    [InlineData("INSERT INTO bank_open VALUES (430211, 'ccb', 3)", "/lines/3: open")]
    [InlineData("INSERT INTO bank_open VALUES (430211, 'ccb', 9)", "/lines/9: open")]
    public async Task Verify_names_what_was_changed(string change, string where)
    {
        await new BatchWriter(Ledger, Tianyuan).WriteAsync(Receive("gift", 1));
        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [Balances(1, 2, 2, 0, 2), Balances(2, 2, 4, 2, 3)],
            [Line(1, 1, 1), Line(2, 1, 1), Line(3, 2, 0), Line(4, 2, 1)], default));
        await MatchAsync(Match(1, 1, "entries/0/0") with { DifferenceFen = 0 }, Match(2, 2, "entries/2/0", MatchStatus.Suggested));
        if (change.Length > 0) Assert.True(Execute(change) > 0, change);

        Assert.Equal(where.Length == 0 ? "" : $"regions/430211/bank/ccb{where}", $"{Verify().Finding}".Split(": expected")[0]);
    }

    /// <summary>
    /// Lines of every kind, each matched with its entry: a receipt, a fee, two lines that are one payment, one line that is two, a payment
    /// that comes back, a transfer that a wallet keeps a fee of, a payout, and what nobody has explained. Whoever has the tables changes
    /// one; "amount of" changes another line too, so that the statement's balances still hold them all.
    /// </summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("UPDATE bank_lines SET signed_fen = 99999 WHERE account = 'ccb' AND number = 1", "/statements/1: sum of its lines")]
    [InlineData("amount of 1", "/lines/1: amount of the 1 lines of its match")]
    [InlineData("amount of 2", "/lines/2: amount")]
    [InlineData("amount of 4", "/lines/3: amount of the 2 lines of its match")]
    [InlineData("amount of 5", "/lines/5: amount of the 1 lines of its match")]
    [InlineData("amount of 6", "/lines/6: amount of the 1 lines of its match")]
    [InlineData("amount of 7", "/lines/7: amount")]
    [InlineData("amount of 8", "/lines/8: amount of the 1 lines of its match")]
    [InlineData("UPDATE bank_lines SET day = '2026-10-02' WHERE number = 2", "/lines/2: day")]
    [InlineData("UPDATE bank_lines SET day = '2026-10-02' WHERE number = 8", "/lines/8: day")]
    [InlineData("UPDATE bank_lines SET day = '2026-10-02' WHERE number = 9", "/lines/10: day, amount and fingerprint")]
    [InlineData("UPDATE bank_lines SET occurrence = 3 WHERE number = 10", "/lines/10: day, amount and fingerprint")]
    [InlineData("UPDATE bank_matches SET item = 'entries/2/0' WHERE line = 1", "/lines/1: amount of the 1 lines of its match")]
    [InlineData("UPDATE bank_matches SET item = 'entries/99/0' WHERE line = 1", "/lines/1: matched with")]
    [InlineData("UPDATE bank_matches SET difference_fen = 1 WHERE line = 5", "/lines/5: amount of the 1 lines of its match")]
    [InlineData("UPDATE bank_matches SET pass = 'PERSON' WHERE line = 6", "/lines/6: amount of the 1 lines of its match")]
    public async Task Verify_names_a_line_that_is_no_longer_what_was_booked(string change, string where)
    {
        OpaqueId batch = Id("batch"), provider = Id("provider");
        var payout = new CardUse(EntryCode.StripePayout, CardSide.InTransit);
        EntryHeader Of(string name, params (string Key, string Value)[] details) => Header(name) with
        {
            Details = details.Aggregate(EntryHeader.NoDetails, (all, one) => all.Add(one.Key, one.Value)),
        };
        Proposal Pay(int payment, long fen) => SettlementEntries.Pay(
            Of($"pay {payment}", ("batch", batch.Text), ("payment", $"{payment}")), batch, Bank, new Fen(fen));
        Proposal Redeem(string voucher) => VoucherEntries.RedeemUnits(
            Header($"redeem {voucher}"), Id(voucher), MealTerms(), provider, 1, new Fen(1_000));
        Outcome[] outcomes = await new BatchWriter(Ledger, Tianyuan).WriteAsync(
            Receive("gift", 100_000), Allot("allot", 90_000),
            BankEntries.Fee(Of("fee", ("line", "lines/ccb/2")), Bank, new Fen(500), isBack: false),
            IssueMeals("v1", 1), IssueMeals("v2", 1), IssueMeals("v3", 1), Redeem("v1"), Redeem("v2"), Redeem("v3"),
            SettlementEntries.Prepare(Header("prepare"), batch, [new ProviderClaim(provider, new Fen(3_000), Fen.Zero, Fen.Zero)]),
            SettlementEntries.Approve(Header("approve"), Entry("prepare")), Pay(1, 1_200), Pay(2, 800), Pay(3, 1_000),
            SettlementEntries.Return(Of("return", ("batch", batch.Text), ("payment", "1")), Bank, provider, new Fen(1_200)),
            BankEntries.Move(Of("move", ("in", "lines/ccb-2/1"), ("out", "lines/ccb/7")), Bank, Second, new Fen(90), new Fen(10)),
            DonationEntries.Book(
                Header("payout"), new CardMovement("txn_1", "payout", "payout", "po_1", -700, 0, DateTimeOffset.UnixEpoch), payout, null,
                default),
            BankEntries.ConfirmPayout(Of("arrived", ("line", "lines/ccb/8")), Bank, new Fen(700), isIn: true));
        Assert.All(outcomes, outcome => Assert.Null(outcome.Refusal));
        StoredBankLine twice = Line(9, 1, -5);
        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [Balances(1, 11, 11, 0, 98_297)],
        [
            Line(1, 1, 100_000), Line(2, 1, -500), Line(3, 1, -1_000), Line(4, 1, -200), Line(5, 1, -1_800), Line(6, 1, 1_200),
            Line(7, 1, -100), Line(8, 1, 700), twice, twice with { Number = 10, Occurrence = 2 }, Line(11, 1, 7),
        ], default));
        Assert.True(await Books.AddAsync(Tianyuan, Second, BankBook.Empty, [Balances(1, 1, 1, 0, 90)], [Line(1, 1, 90)], default));
        string payments = $"settlements/{batch}/payments";
        await MatchAsync([.. new[]
        {
            Match(1, 1, "entries/0/0"), Match(2, 2, "entries/2/0"), Match(3, 3, $"{payments}/1"), Match(4, 3, $"{payments}/1"),
            Match(5, 4, $"{payments}/2"), Match(5, 4, $"{payments}/3"), Match(6, 5, $"{payments}/1") with { Pass = "RETURNED" },
            Match(7, 6, "lines/ccb-2/1"), Match(8, 7, "entries/16/0"),
        }.Select(match => match with { DifferenceFen = 0 })]);
        if (change.StartsWith("amount of ", StringComparison.Ordinal))
        {
            change = $"UPDATE bank_lines SET signed_fen = signed_fen + CASE number WHEN 11 THEN -1 ELSE 1 END WHERE account = 'ccb' "
                + $"AND number IN ({change[10..]}, 11)";
        }
        if (change.Length > 0) Assert.True(Execute(change) > 0, change);

        Assert.Equal(where.Length == 0 ? "" : $"regions/430211/bank/ccb{where}", $"{Verify().Finding}".Split(": expected")[0]);
    }

    private protected abstract ILedgerStore Ledger { get; }

    private protected abstract Verification Verify();

    private static StoredStatement Balances(long number, int newLines, long through, long openingFen, long closingFen) =>
        Statement(number, $"{number}", newLines, through) with { OpeningFen = openingFen, ClosingFen = closingFen };

    /// <summary>Runs a statement as whoever owns the tables.</summary>
    private protected abstract int Execute(string sql);
}
