using TimeBank.Ledger;
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
        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [Statement(1, "a", 2, 2), Statement(2, "b", 2, 4)],
            [Line(1, 1, 1), Line(2, 1, 1), Line(3, 2, 0), Line(4, 2, 1)], default));
        await MatchAsync(Match(1, 1, "entries/1/0"), Match(2, 2, "entries/2/0", MatchStatus.Suggested));
        if (change.Length > 0) Assert.True(Execute(change) > 0, change);

        string found = $"{Verify().Finding}";
        Assert.Equal(where.Length == 0 ? "" : $"regions/430211/bank/ccb{where}", found.Split(": expected")[0]);
    }

    private protected abstract Verification Verify();

    /// <summary>Runs a statement as whoever owns the tables.</summary>
    private protected abstract int Execute(string sql);
}
