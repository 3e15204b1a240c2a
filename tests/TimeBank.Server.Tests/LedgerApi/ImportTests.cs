using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Imports of another system's balances.</summary>
[Collection(ServerCollection.Name)]
public sealed class ImportTests(TestServer server)
{
    private const string Region = "430121", Parent = $"regions/{Region}";

    private static int s_requests;

    private readonly Desk _desk = new(server, Region);

    private static LedgerService.LedgerServiceClient Client(TestServer server, string subject = "") =>
        new(server.As(Role.Administrator, "", subject, Region));

    [Fact]
    public async Task Lines_are_recorded_once_whoever_sends_them_and_a_unit_still_sums_to_zero()
    {
        string fund = (await _desk.FundAsync("once", 0)).Split('/')[^1], elder = (await _desk.RegisterElderAsync()).Split('/')[^1];
        ImportBalancesRequest request =
            Request("once", Line("1", "bank/once", V1.Side.Debit, 5_000), Line("2", $"fund/{fund}/available", V1.Side.Credit, 5_000),
            Line("3", $"person/{elder}/hours/earned", V1.Side.Credit, 90, "MIN"));

        ImportBalancesResponse first = await Client(server).ImportBalancesAsync(request);
        string after = await server.TrialBalanceAsync(Region);
        ImportBalancesResponse again = await Client(server, "somebody-else")
            .ImportBalancesAsync(new ImportBalancesRequest(request) { RequestId = NewId() });
        request.Lines.Add(Line("4", "pool/donated", V1.Side.Credit, 30, "MIN"));
        ImportBalancesResponse more = await Client(server).ImportBalancesAsync(new ImportBalancesRequest(request) { RequestId = NewId() });

        Assert.Equal((3, 0, 0), Counts(first));
        Assert.Equal((0, 3, 0), Counts(again));
        Assert.Equal((1, 3, 0), Counts(more));
        Assert.NotEqual(after, await server.TrialBalanceAsync(Region));
        V1.Posting posting = Assert.Single(
            (await Client(server).ListPostingsAsync(new ListPostingsRequest { Account = $"{Parent}/accounts/fund/{fund}/available" }))
            .Postings);
        Assert.Equal(("IMPORT_BALANCE", new Date { Year = 2026, Month = 9, Day = 30 }, $"{Parent}/accounts/opening/cny", "期初"),
            (posting.Code, posting.EffectiveDate, posting.CounterAccount, posting.Memo));
        Entry entry = await Client(server).GetEntryAsync(new GetEntryRequest { Name = posting.Entry });
        Assert.Equal(("once", "2"), (entry.Details["source"], entry.Details["key"]));
    }

    [Fact]
    public async Task Another_content_under_a_key_is_refused_and_another_source_is_another_line()
    {
        ImportLine line = Line("1", "bank/keys", V1.Side.Debit, 100);
        await Client(server).ImportBalancesAsync(Request("keys", line));

        ImportBalancesResponse other = await Client(server)
            .ImportBalancesAsync(Request("keys", new ImportLine(line) { Amount = new Amount { Value = 101, Unit = "CNY" }, Number = 7 }));
        ImportBalancesResponse elsewhere = await Client(server).ImportBalancesAsync(Request("keys-2", line));

        ImportRefusal refusal = Assert.Single(other.Refused);
        Assert.Equal((7, "1", "REQUEST_ID_REUSED", 2), (refusal.Number, refusal.Key, refusal.Reason, refusal.Texts.Count));
        Assert.Equal((1, 0, 0), Counts(elsewhere));
    }

    [Fact]
    public async Task What_is_tried_is_what_happens_and_a_refused_line_is_judged_afresh()
    {
        string fund = (await _desk.FundAsync("tried", 0)).Split('/')[^1], path = $"fund/{fund}/available";
        ImportBalancesRequest request =
            Request("tried", Line("in", path, V1.Side.Credit, 100), Line("out", path, V1.Side.Debit, 60),
                Line("too much", path, V1.Side.Debit, 41));
        string before = await server.TrialBalanceAsync(Region);

        ImportBalancesResponse tried = await Client(server).ImportBalancesAsync(new ImportBalancesRequest(request) { ValidateOnly = true });
        Assert.Equal(before, await server.TrialBalanceAsync(Region));
        ImportBalancesResponse done = await Client(server).ImportBalancesAsync(request);

        Assert.Equal((2, 0, 1), Counts(tried));
        Assert.Equal(tried, done);
        Assert.Equal(("too much", "INSUFFICIENT_BALANCE"), (done.Refused[0].Key, done.Refused[0].Reason));
        Assert.Equal(
            tried.Refused,
            (await Client(server).ImportBalancesAsync(new ImportBalancesRequest(request) { ValidateOnly = true, RequestId = NewId() }))
            .Refused);
        await Client(server).ImportBalancesAsync(Request("tried", Line("more", path, V1.Side.Credit, 1)));
        Assert.Equal((1, 2, 0),
            Counts(await Client(server).ImportBalancesAsync(new ImportBalancesRequest(request) { RequestId = NewId() })));
    }

    /// <summary>
    /// A source that uses one document's number for both postings: only the first would be recorded, and the books would lack the other.
    /// </summary>
    [Fact]
    public async Task Lines_that_share_a_key_are_all_refused_in_the_trial_and_for_real()
    {
        string fund = (await _desk.FundAsync("legs", 0)).Split('/')[^1];
        ImportBalancesRequest request = Request(
            "legs",
            Numbered(2, Line("V-1", "bank/legs", V1.Side.Debit, 10_000)),
            Numbered(3, Line("V-1", $"fund/{fund}/available", V1.Side.Credit, 10_000)),
            Numbered(4, Line("V-2", "bank/legs", V1.Side.Debit, 1)));

        ImportBalancesResponse tried = await Client(server).ImportBalancesAsync(new ImportBalancesRequest(request) { ValidateOnly = true });
        ImportBalancesResponse done = await Client(server).ImportBalancesAsync(request);
        ImportBalancesResponse again = await Client(server).ImportBalancesAsync(new ImportBalancesRequest(request) { RequestId = NewId() });

        Assert.Equal((1, 0, 2), Counts(tried));
        Assert.Equal(tried, done);
        Assert.Equal((0, 1, 2), Counts(again));
        Assert.Equal([(2, "INVALID_FIELD", "key"), (3, "INVALID_FIELD", "key")],
            tried.Refused.Select(line => ((int)line.Number, line.Reason, line.Field)));
        Assert.Equal(["Line 3 has this id too; each line needs an id of its own.",
            "Line 2 has this id too; each line needs an id of its own."], tried.Refused.Select(line => line.Texts["en"]));
        Assert.Contains("第 3 行", tried.Refused[0].Texts["zh-CN"], StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single((await Client(server)
            .ListPostingsAsync(new ListPostingsRequest { Account = $"{Parent}/accounts/bank/legs" })).Postings).Amount.Value);
    }

    /// <summary>A spreadsheet rounded thirty ids to one number: equal lines are still different amounts.</summary>
    [Fact]
    public async Task Lines_that_are_alike_are_no_copies_of_each_other()
    {
        string fund = (await _desk.FundAsync("spoilt", 0)).Split('/')[^1];
        ImportBalancesRequest request =
            Request("spoilt", Enumerable.Range(2, 30)
                .Select(number => Numbered(number, Line("4.20000E+27", $"fund/{fund}/available", V1.Side.Credit, 100))));
        string before = await server.TrialBalanceAsync(Region);

        ImportBalancesResponse done = await Client(server).ImportBalancesAsync(request);

        Assert.Equal((0, 0, 30), Counts(done));
        Assert.Equal(before, await server.TrialBalanceAsync(Region));
        Assert.All(done.Refused.Skip(1), line => Assert.StartsWith("Line 2 ", line.Texts["en"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_id_that_another_line_had_is_spoken_of_as_a_lines_id()
    {
        ImportLine line = Line("K-1", "bank/words", V1.Side.Debit, 100);
        await Client(server).ImportBalancesAsync(Request("words", line));
        V1.Posting posting = Assert.Single((await Client(server)
            .ListPostingsAsync(new ListPostingsRequest { Account = $"{Parent}/accounts/bank/words" })).Postings);

        ImportBalancesResponse other = await Client(server)
            .ImportBalancesAsync(Request("words", new ImportLine(line) { Amount = new Amount { Value = 101, Unit = "CNY" } }));

        ImportRefusal refusal = Assert.Single(other.Refused);
        Assert.Equal(("REQUEST_ID_REUSED", "key"), (refusal.Reason, refusal.Field));
        Assert.Equal($"A line with other content was imported under this id before, as entry {posting.Entry.Split('/')[^1]}.",
            refusal.Texts["en"]);
    }

    [Theory]
    [InlineData(" K-1")]
    [InlineData("K-1 ")]
    [InlineData("K-1\t")]
    [InlineData("\u3000K-1")]
    [InlineData("K-1\u00a0")]
    public async Task Blanks_around_an_id_make_no_other_line(string key)
    {
        ImportBalancesResponse answer = await Client(server)
            .ImportBalancesAsync(Request("blanks", Line(key, "bank/blanks", V1.Side.Debit, 1)));

        ImportRefusal refusal = Assert.Single(answer.Refused);
        Assert.Equal(("INVALID_FIELD", "key", "This can't begin or end with a blank or a tab."),
            (refusal.Reason, refusal.Field, refusal.Texts["en"]));
    }

    public static TheoryData<ImportLine, string, string> WrongLines => new()
    {
        { Line("", "bank/w", V1.Side.Debit, 1), "INVALID_FIELD", "key" },
        { Line("k", "", V1.Side.Debit, 1), "INVALID_FIELD", "account" },
        { Line("k", "bank//w", V1.Side.Debit, 1), "INVALID_FIELD", "account" },
        { Line("k", "bank/w", V1.Side.Unspecified, 1), "INVALID_FIELD", "side" },
        { Line("k", "bank/w", V1.Side.Debit, 0), "AMOUNT_NOT_POSITIVE", "amount" },
        { Line("k", "bank/w", V1.Side.Debit, long.MaxValue), "AMOUNT_TOO_LARGE", "amount" },
        { Line("k", "bank/w", V1.Side.Debit, 1, "MIN"), "UNIT_MISMATCH", "amount" },
        { Line("k", "bank/w", V1.Side.Debit, 1, "USDX1"), "UNIT_UNKNOWN", "amount" },
        { Line("k", "bank/w", V1.Side.Credit, 1), "LIMIT_REACHED", "" },
        { Line("k", "bank/W", V1.Side.Debit, 1), "ACCOUNT_NOT_IMPORTABLE", "account" },
        { Line("k", "opening/cny", V1.Side.Debit, 1), "ACCOUNT_NOT_IMPORTABLE", "account" },
        { Line("k", "voucher/0123456789AB", V1.Side.Credit, 1), "ACCOUNT_NOT_IMPORTABLE", "account" },
        { Line("k", "fund/nobodys/available", V1.Side.Credit, 1), "FUND_NOT_FOUND", "" },
        { Line("k", "programme/nobodys/allotted", V1.Side.Credit, 1), "PROGRAMME_NOT_FOUND", "" },
        { Line("k", "provider/0123456789AB/payable", V1.Side.Credit, 1), "PROVIDER_NOT_FOUND", "" },
        { Line("k", "person/0123456789AB/hours/earned", V1.Side.Credit, 1, "MIN"), "ELDER_NOT_FOUND", "" },
        { new ImportLine(Line("k", "bank/w", V1.Side.Debit, 1)) { Date = new Date { Year = 9999, Month = 1, Day = 1 } }, "INVALID_FIELD",
            "date" },
        { new ImportLine(Line("k", "bank/w", V1.Side.Debit, 1)) { Date = new Date { Year = 1, Month = 1, Day = 1 } }, "INVALID_FIELD",
            "date" },
        { new ImportLine(Line("k", "bank/w", V1.Side.Debit, 1)) { Date = new Date { Year = 1899, Month = 12, Day = 31 } }, "INVALID_FIELD",
            "date" },
        { new ImportLine(Line("k", "bank/w", V1.Side.Debit, 1)) { Memo = "fen \u202e000,1" }, "INVALID_FIELD", "memo" },
        { new ImportLine(Line("k", "bank/w", V1.Side.Debit, 1)) { Memo = new string('长', 201) }, "INVALID_FIELD", "memo" },
        { new ImportLine(Line("k", "bank/w", V1.Side.Debit, 1)) { Memo = "期\ue863初" }, "INVALID_FIELD", "memo" },
        { Line("k\u200b", "bank/w", V1.Side.Debit, 1), "INVALID_FIELD", "key" },
        // Keys are compared letter by letter, so a letter that only looks like 老 is refused.
        { Line("\u2f7c-1", "bank/w", V1.Side.Debit, 1), "INVALID_FIELD", "key" },
    };

    [Theory, MemberData(nameof(WrongLines))]
    public async Task A_wrong_line_is_reported_with_its_rule_and_the_rest_goes_on(ImportLine line, string reason, string field)
    {
        ImportBalancesRequest request =
            Request("wrong", new ImportLine(line) { Number = 3 }, Line("good", "hours/issued", V1.Side.Debit, 1, "MIN"));

        ImportBalancesResponse answer = await Client(server).ImportBalancesAsync(request);

        ImportRefusal refusal = Assert.Single(answer.Refused);
        Assert.Equal((3, line.Key, reason, field), (refusal.Number, refusal.Key, refusal.Reason, refusal.Field));
        // The text must name the fault of this field, not just say that a field is wrong.
        if (field.Length > 0) Assert.DoesNotContain("the fields named", refusal.Texts["en"], StringComparison.Ordinal);
        if (line.Date.Year < 1900) Assert.Contains("1900-01-01", refusal.Texts["en"], StringComparison.Ordinal);
        if (line.Memo.Length > 200) Assert.Contains("200", refusal.Texts["zh-CN"], StringComparison.Ordinal);
        Assert.Equal(["en", "zh-CN"], refusal.Texts.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(1, answer.Recorded + answer.Known);
    }

    [Fact]
    public async Task A_day_of_1900_and_today_are_days_of_a_history()
    {
        ImportBalancesResponse answer = await Client(server).ImportBalancesAsync(Request(
            "days",
            new ImportLine(Line("first", "bank/days", V1.Side.Debit, 1)) { Date = new Date { Year = 1900, Month = 1, Day = 1 } },
            new ImportLine(Line("last", "bank/days", V1.Side.Debit, 1)) { Date = new Date { Year = 2026, Month = 10, Day = 1 } }));

        Assert.Equal((2, 0, 0), Counts(answer));
    }

    [Fact]
    public async Task A_wrong_call_is_refused_as_a_whole()
    {
        ImportLine line = Line("1", "bank/ccb", V1.Side.Debit, 1);
        await Client(server).ImportBalancesAsync(new ImportBalancesRequest { Parent = Parent, Source = "A b" })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "source", "lines");
        await Client(server).ImportBalancesAsync(Request("many", [.. Enumerable.Repeat(line, 2_001)]))
            .IsRefusedAsync(Reason.InvalidField, "lines");
        await new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, "", "", Region)).ImportBalancesAsync(Request("role", line))
            .IsRefusedAsync(Reason.RoleNotAllowed);
    }

    private static ImportLine Line(string key, string account, V1.Side side, long amount, string unit = "CNY") => new()
    {
        Number = 1, Key = key, Account = account, Side = side, Amount = new Amount { Value = amount, Unit = unit },
        Date = new Date { Year = 2026, Month = 9, Day = 30 }, Memo = "期初",
    };

    private static ImportLine Numbered(int number, ImportLine line) => new(line) { Number = number };

    private static ImportBalancesRequest Request(string source, params IEnumerable<ImportLine> lines) =>
        new() { RequestId = NewId(), Parent = Parent, Source = source, Lines = { lines } };

    private static string NewId() => new Guid(Interlocked.Increment(ref s_requests), 0x72, 3, new byte[8]).ToString();

    private static (int Recorded, int Known, int Refused) Counts(ImportBalancesResponse answer) =>
        (answer.Recorded, answer.Known, answer.Refused.Count);
}
