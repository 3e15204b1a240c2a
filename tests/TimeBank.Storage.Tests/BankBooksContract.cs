using System.Text;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>What every engine promises of bank statements, lines and matches.</summary>
public abstract class BankBooksContract : IDisposable
{
    private protected static readonly Slug Second = Slug.Parse("ccb-2");
    private static readonly DateOnly Day = new(2026, 10, 1);
    private static readonly LedgerTime Time = LedgerTime.Parse("2026-10-02T00:00:00.000000Z");

    private protected BankBooksContract()
    {
    }

    private protected abstract IBankBooks Books { get; }

    [Fact]
    public async Task An_account_without_statements_has_an_empty_book()
    {
        Assert.Equal(BankBook.Empty, await Books.ReadAsync(Tianyuan, Bank, default));
        Assert.Empty(await LinesAsync(new BankLineFilter()));
        Assert.Empty(await Books.StatementsAsync(Tianyuan, Bank, long.MaxValue, 10, default));
        Assert.Equal(new BankLineTotals(0, 0, 0), await Books.TotalsAsync(Tianyuan, Bank, new BankLineFilter(), default));
    }

    [Fact]
    public async Task What_is_added_is_read_back_as_it_was()
    {
        StoredStatement bare = Statement(1, "a", newLines: 2, through: 2) with
        {
            BankNumber = null,
            From = null,
            To = null,
            OpeningFen = null,
            ClosingFen = null,
        };
        StoredStatement full = Statement(2, "a", newLines: 1, through: 3) with { LineCount = 7, FileName = "十月 '流水'.csv" };
        StoredBankLine[] lines = [Line(1, 1, 500), Line(2, 1, -300) with { BankReference = null }, Line(3, 2, 0) with { Content = [] }];

        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [bare, full], lines, default));

        Assert.Equal(new BankBook(1, 3, 2, 0), await Books.ReadAsync(Tianyuan, Bank, default));
        Assert.Equal([full, bare], await Books.StatementsAsync(Tianyuan, Bank, long.MaxValue, 10, default));
        Assert.Equal([bare], await Books.StatementsAsync(Tianyuan, Bank, 2, 10, default));
        Assert.Equal([full], await Books.StatementsAsync(Tianyuan, Bank, 3, 1, default));
        Assert.Equal([bare, full], await Books.StatementsOfFileAsync(Tianyuan, Bank, File("a"), default));
        Assert.Empty(await Books.StatementsOfFileAsync(Tianyuan, Bank, File("b"), default));
        List<StoredBankLine> read = await LinesAsync(new BankLineFilter());
        Assert.Equal(lines.Select(Text), read.Select(Text));
        Assert.Equal([2L], (await LinesAsync(new BankLineFilter(), after: 1, limit: 1)).Select(line => line.Number));
        Assert.Equal(new BankLineTotals(3, 500, 300), await Books.TotalsAsync(Tianyuan, Bank, new BankLineFilter(), default));
    }

    [Fact]
    public async Task Lines_are_read_by_their_numbers()
    {
        await AddAsync(Tianyuan, Bank, 5);
        await AddAsync(Lusong, Bank, 1);
        List<StoredBankLine> all = await LinesAsync(new BankLineFilter());

        IReadOnlyList<StoredBankLine> read = await Books.LinesAsync(Tianyuan, Bank, [4, 9, 2, 0], default);

        Assert.Equal([Text(all[1]), Text(all[3])], read.Select(Text));
        Assert.Empty(await Books.LinesAsync(Tianyuan, Bank, [], default));
        Assert.Empty(await Books.LinesAsync(Tianyuan, Second, [1], default));
        Assert.Empty(await Books.LinesAsync(Lusong, Bank, [2], default));
    }

    [Fact]
    public async Task Of_two_writers_at_once_one_wins_and_the_other_stores_nothing()
    {
        for (int round = 0; round < 5; round++)
        {
            BankBook before = await Books.ReadAsync(Tianyuan, Bank, default);
            bool[] won = await Task.WhenAll(Enumerable.Range(0, 2).Select(writer => Task.Run(async () => await Books.AddAsync(
                Tianyuan, Bank, before, [Statement(before.Statements + 1, $"{round} {writer}", 2, before.Lines + 2)],
                [Line(before.Lines + 1, before.Statements + 1, 1), Line(before.Lines + 2, before.Statements + 1, 1)], default))));

            Assert.Single(won, true);
            Assert.Equal(new BankBook(round + 1, (2 * round) + 2, round + 1, 0), await Books.ReadAsync(Tianyuan, Bank, default));
            Assert.Equal((2 * round) + 2, (await LinesAsync(new BankLineFilter())).Count);
        }
        Assert.False(await Books.MatchAsync(Tianyuan, Bank, BankBook.Empty, true, [], [Match(1, 1, "entries/1/0")], default));
        Assert.Empty(await Books.MatchesAsync(Tianyuan, Bank, [1], default));
    }

    [Fact]
    public async Task A_line_twice_is_refused_and_nothing_of_its_file_is_stored()
    {
        BankBook before = await AddAsync(Tianyuan, Bank, 1);
        StoredBankLine again = Line(1, 1, 1) with { Number = 3, Statement = 2 };

        await Assert.ThrowsAsync<AppendRefusedException>(async () => await Books.AddAsync(
            Tianyuan, Bank, before, [Statement(2, "b", 2, 3)], [Line(2, 2, 1), again], default));

        Assert.Equal(before, await Books.ReadAsync(Tianyuan, Bank, default));
        Assert.Single(await LinesAsync(new BankLineFilter()));
        Assert.Single(await Books.StatementsAsync(Tianyuan, Bank, long.MaxValue, 10, default));
        // The next equal line of the day is another one.
        Assert.True(await Books.AddAsync(Tianyuan, Bank, before, [Statement(2, "b", 1, 2)],
            [again with { Number = 2, Occurrence = 2 }], default));
    }

    [Theory]
    [InlineData("a gap in the lines")]
    [InlineData("a line too few")]
    [InlineData("a line too many")]
    [InlineData("a line of another statement")]
    [InlineData("a gap in the statements")]
    [InlineData("a statement that ends elsewhere")]
    [InlineData("no statement")]
    [InlineData("a short fingerprint")]
    public async Task What_does_not_go_on_from_the_book_is_refused(string what)
    {
        StoredStatement statement = Statement(1, "a", 2, 2);
        StoredBankLine first = Line(1, 1, 1), second = Line(2, 1, 1);
        (StoredStatement[] Statements, StoredBankLine[] Lines) wrong = what switch
        {
            "a gap in the lines" => ([statement], [first, second with { Number = 3 }]),
            "a line too few" => ([statement], [first]),
            "a line too many" => ([statement], [first, second, Line(3, 1, 1)]),
            "a line of another statement" => ([statement], [first, second with { Statement = 2 }]),
            "a gap in the statements" => ([statement with { Number = 2 }], [Line(1, 2, 1), Line(2, 2, 1)]),
            "a statement that ends elsewhere" => ([statement with { ThroughLine = 3 }], [first, second]),
            "no statement" => ([], []),
            _ => ([statement], [first, second with { Fingerprint = [1] }]),
        };

        await Assert.ThrowsAsync<AppendRefusedException>(
            async () => await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, wrong.Statements, wrong.Lines, default));

        Assert.Equal(BankBook.Empty, await Books.ReadAsync(Tianyuan, Bank, default));
        Assert.Empty(await LinesAsync(new BankLineFilter()));
    }

    [Fact]
    public async Task Lines_are_narrowed_by_day_statement_and_whether_they_are_open()
    {
        StoredBankLine[] lines =
        [
            Line(1, 1, 100), Line(2, 1, -200) with { Day = Day.AddDays(1) }, Line(3, 2, 0) with { Day = Day.AddDays(1) },
            Line(4, 2, 400) with { Day = Day.AddDays(2) },
        ];
        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [Statement(1, "a", 2, 2), Statement(2, "b", 2, 4)], lines,
            default));
        await MatchAsync(Match(1, 1, "entries/1/0"), Match(2, 2, "entries/2/0", MatchStatus.Suggested));

        await CheckAsync(new BankLineFilter(IsOpen: true), 400, 200, 2, 4);
        await CheckAsync(new BankLineFilter(IsOpen: false), 100, 0, 1, 3);
        await CheckAsync(new BankLineFilter(From: Day.AddDays(1)), 400, 200, 2, 3, 4);
        await CheckAsync(new BankLineFilter(To: Day.AddDays(1)), 100, 200, 1, 2, 3);
        await CheckAsync(new BankLineFilter(From: Day.AddDays(1), To: Day.AddDays(1), IsOpen: true), 0, 200, 2);
        await CheckAsync(new BankLineFilter(Statement: 1), 100, 200, 1, 2);
        await CheckAsync(new BankLineFilter(Statement: 2, IsOpen: true), 400, 0, 4);
        await CheckAsync(new BankLineFilter(Statement: 2, IsOpen: false), 0, 0, 3);
        await CheckAsync(new BankLineFilter(Statement: 3), 0, 0);

        async Task CheckAsync(BankLineFilter filter, long inFen, long outFen, params long[] numbers)
        {
            Assert.Equal(numbers, (await LinesAsync(filter)).Select(line => line.Number));
            Assert.Equal(new BankLineTotals(numbers.Length, inFen, outFen), await Books.TotalsAsync(Tianyuan, Bank, filter, default));
            if (numbers.Length > 0) Assert.Equal(numbers[1..], (await LinesAsync(filter, numbers[0])).Select(line => line.Number));
        }
    }

    [Fact]
    public async Task Sums_may_be_wider_than_an_amount()
    {
        long[] amounts = [long.MaxValue, long.MaxValue, long.MinValue, long.MinValue, 1];
        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [Statement(1, "a", 5, 5)],
            amounts.Select((fen, at) => Line(at + 1, 1, fen)), default));
        Assert.Equal(new BankLineTotals(5, ((Int128)long.MaxValue * 2) + 1, (Int128)long.MinValue * -2),
            await Books.TotalsAsync(Tianyuan, Bank, new BankLineFilter(), default));
    }

    [Fact]
    public async Task Regions_and_accounts_do_not_see_each_other()
    {
        await AddAsync(Tianyuan, Bank, 2);
        await AddAsync(Tianyuan, Second, 2);
        await AddAsync(Lusong, Bank, 2);
        BankBook book = await Books.ReadAsync(Tianyuan, Bank, default);
        Assert.True(await Books.MatchAsync(Tianyuan, Bank, book, true, [],
            [Match(1, 1, "entries/1/0"), Match(2, 2, "entries/2/0", MatchStatus.Suggested)], default));

        foreach ((RegionCode region, Slug account) in new[] { (Tianyuan, Second), (Lusong, Bank) })
        {
            BankBook other = await Books.ReadAsync(region, account, default);
            Assert.Equal(new BankBook(1, 2, 1, 0), other);
            Assert.Equal(2, (await Books.TotalsAsync(region, account, new BankLineFilter(IsOpen: true), default)).Lines);
            Assert.Empty(await Books.MatchesAsync(region, account, [1, 2], default));
            Assert.Empty(await Books.GroupAsync(region, account, 1, default));
            Assert.Empty(await Books.ConfirmedAsync(region, account, "", default).ToListAsync());
            // Neither a new run nor taking back reaches another account.
            Assert.True(await Books.MatchAsync(region, account, other, false, [1, 2], [], default));
        }
        Assert.Equal(2, (await Books.MatchesAsync(Tianyuan, Bank, [1, 2], default)).Count);
        Assert.Equal([2L], (await LinesAsync(new BankLineFilter(IsOpen: true))).Select(line => line.Number));
    }

    [Fact]
    public async Task Confirmed_items_are_found_by_their_beginning_in_order()
    {
        await AddAsync(Tianyuan, Bank, 8);
        string[] items = ["entries/11/0", "entries/1/0", "entries/1/10", "entries/1", "entries/1/2", "entries/100/0"];
        await MatchAsync([.. items.Select((item, at) => Match(at + 1, at + 1, item)), Match(7, 7, "entries/1/3", MatchStatus.Suggested),
            Match(8, 8, "entries/1/0")]);

        Assert.Equal(["entries/1/0 2", "entries/1/0 8", "entries/1/10 3", "entries/1/2 5"], await FindAsync("entries/1/"));
        Assert.Equal(["entries/11/0 1"], await FindAsync("entries/11/"));
        Assert.Equal(7, (await FindAsync("entries/1")).Count);
        Assert.Equal(7, (await FindAsync("")).Count);
        Assert.Empty(await FindAsync("settlements/"));

        async Task<List<string>> FindAsync(string prefix) =>
            await Books.ConfirmedAsync(Tianyuan, Bank, prefix, default).Select(match => $"{match.Item} {match.Line}").ToListAsync();
    }

    [Fact]
    public async Task A_match_that_is_taken_back_leaves_its_lines_as_they_were()
    {
        await AddAsync(Tianyuan, Bank, 3);
        List<StoredBankLine> open = await LinesAsync(new BankLineFilter(IsOpen: true));
        // Two lines and two things of ours are the same money.
        StoredMatch[] pairs = [Match(1, 4, "entries/1/0"), Match(1, 4, "entries/2/0"), Match(2, 4, "entries/1/0")];
        await MatchAsync([.. pairs, Match(3, 5, "entries/3/0")]);
        Assert.Equal(pairs, await Books.GroupAsync(Tianyuan, Bank, 4, default));
        Assert.Equal([.. pairs, Match(3, 5, "entries/3/0")], await Books.MatchesAsync(Tianyuan, Bank, [3, 2, 1], default));
        Assert.Equal(pairs[..2], await Books.MatchesAsync(Tianyuan, Bank, [1], default));
        Assert.Empty(await LinesAsync(new BankLineFilter(IsOpen: true)));

        BankBook book = await Books.ReadAsync(Tianyuan, Bank, default);
        Assert.Equal(new BankBook(2, 3, 1, 5), book);
        Assert.True(await Books.MatchAsync(Tianyuan, Bank, book, true, [4], [], default));

        Assert.Equal(open.Take(2).Select(Text), (await LinesAsync(new BankLineFilter(IsOpen: true))).Select(Text));
        Assert.Empty(await Books.GroupAsync(Tianyuan, Bank, 4, default));
        Assert.Equal(["entries/3/0"], await Books.ConfirmedAsync(Tianyuan, Bank, "", default).Select(match => match.Item).ToListAsync());
        Assert.Equal(new BankBook(3, 3, 1, 5), await Books.ReadAsync(Tianyuan, Bank, default));
        // Taken back and matched anew in one write.
        Assert.True(await Books.MatchAsync(Tianyuan, Bank, book with { Version = 3 }, true, [5], [Match(3, 6, "entries/9/0")], default));
        Assert.Equal([1L, 2L], (await LinesAsync(new BankLineFilter(IsOpen: true))).Select(line => line.Number));
    }

    [Fact]
    public async Task A_new_run_replaces_what_was_suggested_and_keeps_what_is_confirmed()
    {
        await AddAsync(Tianyuan, Bank, 3);
        StoredMatch confirmed = Match(1, 1, "entries/1/0"), suggested = Match(2, 2, "entries/2/0", MatchStatus.Suggested),
            tied = Match(3, 3, "", MatchStatus.Tied), later = Match(2, 4, "entries/8/0", MatchStatus.Suggested);
        await MatchAsync(confirmed, suggested, tied);
        BankBook book = await Books.ReadAsync(Tianyuan, Bank, default);

        Assert.True(await Books.MatchAsync(Tianyuan, Bank, book, keepSuggested: true, [], [later], default));
        Assert.Equal([confirmed, suggested, later, tied], await Books.MatchesAsync(Tianyuan, Bank, [1, 2, 3], default));

        StoredMatch anew = Match(3, 5, "entries/5/0", MatchStatus.Suggested);
        book = book with { Version = 3, LastGroup = 4 };
        Assert.True(await Books.MatchAsync(Tianyuan, Bank, book, keepSuggested: false, [], [anew], default));
        Assert.Equal([confirmed, anew], await Books.MatchesAsync(Tianyuan, Bank, [1, 2, 3], default));
        // A person confirms the suggestion: its group goes, and a confirmed one comes.
        Assert.True(await Books.MatchAsync(Tianyuan, Bank, book with { Version = 4, LastGroup = 5 }, keepSuggested: true, [5],
            [Match(3, 6, "entries/5/0")], default));
        Assert.Equal([2L], (await LinesAsync(new BankLineFilter(IsOpen: true))).Select(line => line.Number));
    }

    [Theory]
    [InlineData("a line that is confirmed already")]
    [InlineData("a line in two groups")]
    [InlineData("a line that is not there")]
    [InlineData("a line of zero")]
    [InlineData("a group of before")]
    [InlineData("no status")]
    public async Task A_match_that_cannot_be_is_refused_and_nothing_is_stored(string what)
    {
        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [Statement(1, "a", 3, 3)],
            [Line(1, 1, 1), Line(2, 1, 1), Line(3, 1, 0)], default));
        await MatchAsync(Match(1, 7, "entries/1/0"));
        BankBook book = await Books.ReadAsync(Tianyuan, Bank, default);
        StoredMatch[] wrong = what switch
        {
            "a line that is confirmed already" => [Match(1, 8, "entries/2/0")],
            "a line in two groups" => [Match(2, 8, "entries/2/0"), Match(2, 9, "entries/3/0")],
            "a line that is not there" => [Match(4, 8, "entries/2/0")],
            "a line of zero" => [Match(3, 8, "entries/2/0")],
            "a group of before" => [Match(2, 7, "entries/2/0")],
            _ => [Match(2, 8, "entries/2/0", MatchStatus.None)],
        };

        await Assert.ThrowsAsync<AppendRefusedException>(
            async () => await Books.MatchAsync(Tianyuan, Bank, book, true, [], wrong, default));

        Assert.Equal(book, await Books.ReadAsync(Tianyuan, Bank, default));
        Assert.Equal([Match(1, 7, "entries/1/0")], await Books.MatchesAsync(Tianyuan, Bank, [1, 2, 3, 4], default));
    }

    [Fact]
    public async Task Lines_and_matches_are_read_once_and_a_reader_may_leave_early()
    {
        const int many = 10_000;
        int read = 0;
        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [Statement(1, "a", many, many)],
            Enumerable.Range(1, many).Select(number => { read++; return Line(number, 1, number); }), default));
        Assert.Equal(many, read);
        await MatchAsync([.. Enumerable.Range(1, many - 1).Select(number => Match(number, number, $"entries/{number}/0"))]);

        int seen = 0;
        await foreach (StoredBankLine line in Books.LinesAsync(Tianyuan, Bank, new BankLineFilter(), 0, int.MaxValue, default))
        {
            Assert.Equal(++seen, line.Number);
            if (seen == 5_000) break;
        }
        Assert.Equal(many, (await LinesAsync(new BankLineFilter())).Count);
        Assert.Equal(many - 1, (await LinesAsync(new BankLineFilter(IsOpen: false))).Count);
        Assert.Equal(many - 1, (await Books.ConfirmedAsync(Tianyuan, Bank, "entries/", default).ToListAsync()).Count);
        Assert.Equal([(long)many], (await LinesAsync(new BankLineFilter(IsOpen: true))).Select(line => line.Number));
    }

    [Fact]
    public async Task A_reader_of_lines_that_fails_leaves_the_book_as_it_was()
    {
        await Assert.ThrowsAsync<FormatException>(async () => await Books.AddAsync(
            Tianyuan, Bank, BankBook.Empty, [Statement(1, "a", 3, 3)], Failing(), default));
        Assert.Equal(BankBook.Empty, await Books.ReadAsync(Tianyuan, Bank, default));
        await AddAsync(Tianyuan, Bank, 3);

        static IEnumerable<StoredBankLine> Failing()
        {
            yield return Line(1, 1, 1);
            throw new FormatException("A line that can't be read.");
        }
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    private protected static StoredStatement Statement(long number, string file, int newLines, long through) => new(
        number, File(file), "ccb", $"{file}.csv", Entry($"import {file}"), "STAFF", Time, $"N{number}", Day, Day.AddDays(30), 100, -200,
        newLines, newLines, through, """{"b":1, "a":"注"}""");

    private protected static StoredBankLine Line(long number, long statement, long fen) => new(
        number, statement, Day, fen, [.. Digest.Of(BitConverter.GetBytes(number)).ToArray()[..16]], 1, $"R{number}",
        [1, 2, (byte)(number % 256)]);

    private protected static StoredMatch Match(long line, long group, string item, MatchStatus status = MatchStatus.Confirmed) =>
        new(line, group, item, status, "equal", -3, "STAFF", Time);

    /// <summary>Adds the first statement of an account.</summary>
    private protected async Task<BankBook> AddAsync(RegionCode region, Slug account, int lines)
    {
        Assert.True(await Books.AddAsync(region, account, BankBook.Empty, [Statement(1, "a", lines, lines)],
            Enumerable.Range(1, lines).Select(number => Line(number, 1, 100 * number)), default));
        return await Books.ReadAsync(region, account, default);
    }

    private protected async Task MatchAsync(params StoredMatch[] matches) =>
        Assert.True(await Books.MatchAsync(Tianyuan, Bank, await Books.ReadAsync(Tianyuan, Bank, default), true, [], matches, default));

    private protected abstract void Close();

    private static Digest File(string name) => Digest.Of(Encoding.UTF8.GetBytes(name));

    private async Task<List<StoredBankLine>> LinesAsync(BankLineFilter filter, long after = 0, int limit = int.MaxValue) =>
        await Books.LinesAsync(Tianyuan, Bank, filter, after, limit, default).ToListAsync();

    // Records compare arrays by reference.
    private static string Text(StoredBankLine line) =>
        $"{line with { Fingerprint = default, Content = default }} {Convert.ToHexString(line.Fingerprint.AsSpan())} "
            + Convert.ToHexString(line.Content.AsSpan());
}
