using TimeBank.Ledger;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>Every list reads an index in the list's order, from the page's begin to its end and no further.</summary>
public sealed class SqlitePlanTests : IDisposable
{
    private const int Limit = 50;
    private static readonly LedgerTime From = LedgerTime.Parse("2026-10-01T00:00:00.000000Z"),
        Until = LedgerTime.Parse("2026-11-01T00:00:00.000000Z");
    private static readonly AccountFilter Owner = new(Owner: "x");
    private static readonly DateOnly Day = new(2026, 10, 1);

    private static readonly Dictionary<string, (Action<SqliteSession> Read, string[] Steps)> Lists = new(StringComparer.Ordinal)
    {
        ["entries by index"] = (read => SqliteReads.Entries(read, Tianyuan, 7, Limit),
            ["e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx>?)"]),
        ["entries, newest first"] = (Newest(new EntryFilter()),
            ["e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx>? AND idx<?)"]),
        ["entries, oldest first"] = (Oldest(new EntryFilter()),
            ["e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx>? AND idx<?)"]),
        ["entries of a period, newest first"] = (
            Newest(new EntryFilter(From: From, Until: Until)),
                ["e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx>? AND idx<?)",
                "entries USING INDEX entries_by_time (region=? AND time>?)"]),
        ["entries of a period, oldest first"] = (
            Oldest(new EntryFilter(From: From, Until: Until)),
                ["e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx>? AND idx<?)",
                "entries USING INDEX entries_by_time (region=? AND time>?)"]),
        ["entries of a kind, newest first"] =
            (Newest(new EntryFilter(Kind: EntryKind.Hold)), ["e USING INDEX entries_by_kind (region=? AND kind=? AND idx>? AND idx<?)"]),
        ["entries of a kind, oldest first"] =
            (Oldest(new EntryFilter(Kind: EntryKind.Reverse)), ["e USING INDEX entries_by_kind (region=? AND kind=? AND idx>? AND idx<?)"]),
        ["entries of a kind in a period"] = (
            Newest(new EntryFilter(Kind: EntryKind.Reverse, From: From, Until: Until)),
                ["e USING INDEX entries_by_kind (region=? AND kind=? AND idx>? AND idx<?)"]),
        ["plain postings"] = (Newest(new EntryFilter(Kind: EntryKind.Post)),
            ["e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx>? AND idx<?)"]),
        ["entries of a code, newest first"] =
            (Newest(new EntryFilter(EntryCode.RedeemVoucher)), ["e USING INDEX entries_by_code (region=? AND code=? AND idx>? AND idx<?)"]),
        ["entries of a code, oldest first"] =
            (Oldest(new EntryFilter(EntryCode.RedeemVoucher)), ["e USING INDEX entries_by_code (region=? AND code=? AND idx>? AND idx<?)"]),
        ["entries of a code and kind in a period"] = (
            Newest(new EntryFilter(EntryCode.HoldService, From, Until, Kind: EntryKind.Hold)),
                ["e USING INDEX entries_by_code (region=? AND code=? AND idx>? AND idx<?)"]),
        ["entries of a code that were not reversed"] = (
            Newest(new EntryFilter(EntryCode.RedeemVoucher, Reversed: false)),
                ["e USING INDEX entries_by_code (region=? AND code=? AND idx>? AND idx<?)",
                "r USING INDEX entries_reverse_once (region=? AND of_idx=?) LEFT-JOIN"]),
        ["postings, oldest first"] = (
            read => SqliteReads.PostingsOf(read, Tianyuan, 3, new LedgerTime(0), new LedgerTime(long.MaxValue), PostingCursor.Start, Limit),
            ["transfers USING INDEX transfers_by_debit (region=? AND debit=? AND (idx,position)>(?,?) AND idx<?)",
                "transfers USING INDEX transfers_by_credit (region=? AND credit=? AND (idx,position)>(?,?) AND idx<?)"]),
        ["postings, newest first"] = (
            read => SqliteReads.LatestPostingsOf(read, Tianyuan, 3, new LedgerTime(0), new LedgerTime(long.MaxValue), PostingCursor.End,
                Limit),
            ["transfers USING INDEX transfers_by_debit (region=? AND debit=? AND idx>? AND (idx,position)<(?,?))",
                "transfers USING INDEX transfers_by_credit (region=? AND credit=? AND idx>? AND (idx,position)<(?,?))"]),
        ["last entries of accounts"] = (
            read => SqliteReads.LastEntries(read, Tianyuan, [3]),
            ["e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx=?)",
                "transfers USING INDEX transfers_by_debit (region=? AND debit=?)",
                "transfers USING INDEX transfers_by_credit (region=? AND credit=?)"]),
        ["accounts by number"] = (read => SqliteReads.Accounts(read, Tianyuan, new AccountFilter(), 7, Limit),
            ["a USING PRIMARY KEY (region=? AND number>?)"]),
        ["accounts of an owner"] = (read => SqliteReads.Accounts(read, Tianyuan, Owner, 7, Limit),
            ["a USING INDEX accounts_by_owner (region=? AND owner=? AND number>?)"]),
        ["accounts of a group"] = (read => SqliteReads.Accounts(read, Tianyuan, new AccountFilter(Group: "x"), 7, Limit),
            ["a USING INDEX accounts_by_group (region=? AND grp=? AND number>?)"]),
        ["accounts by path"] = (read => SqliteReads.AccountsByPath(read, Tianyuan, new AccountFilter(), "fund/", Limit),
            ["a USING INDEX sqlite_autoindex_accounts_2 (region=? AND path>?)"]),
        ["accounts under a path"] = (
            read => SqliteReads.AccountsByPath(read, Tianyuan, new AccountFilter("voucher/"), "voucher/x", Limit),
                ["a USING INDEX sqlite_autoindex_accounts_2 (region=? AND path>? AND path<?)"]),
        ["accounts by last day"] = (
            read => SqliteReads.AccountsByLastDay(read, Tianyuan, new AccountFilter(), Day, "", Limit),
                ["a USING INDEX accounts_by_last_day_and_path (region=? AND (valid_until,path)>(?,?))"]),
        ["open holds"] = (read => SqliteReads.OpenHolds(read, Tianyuan, 7, Limit), ["h USING PRIMARY KEY (region=? AND idx>?)"]),
        ["due holds"] = (read => SqliteReads.DueHolds(read, Tianyuan, From, Limit),
            ["h USING COVERING INDEX holds_by_expiry (region=? AND expires<?)"]),
        ["bank lines"] = (Lines(new BankLineFilter()), ["l USING PRIMARY KEY (region=? AND account=? AND number>?)"]),
        ["open bank lines"] = (Lines(new BankLineFilter(IsOpen: true)),
            ["o USING PRIMARY KEY (region=? AND account=? AND number>?)", "l USING PRIMARY KEY (region=? AND account=? AND number=?)"]),
        ["closed bank lines"] = (Lines(new BankLineFilter(IsOpen: false)),
            ["l USING PRIMARY KEY (region=? AND account=? AND number>?)", "o USING PRIMARY KEY (region=? AND account=? AND number=?)"]),
        ["confirmed items"] = (
            read => SqliteBankBooks.Confirmed(Tianyuan, Bank, "entries/1/", ("entries/1/", 0), Limit).List(read, row => row.GetInt64(0)),
            ["m USING INDEX bank_matches_by_item (region=? AND account=? AND (item,line)>(?,?) AND item<?)"]),
    };

    /// <summary>Lists of one person have few rows, so the database may sort them.</summary>
    private static readonly Dictionary<string, (Action<SqliteSession> Read, string[] Steps)> Own = new(StringComparer.Ordinal)
    {
        ["an owner's accounts by path"] =
            (read => SqliteReads.AccountsByPath(read, Tianyuan, Owner, "", Limit),
            ["a USING INDEX accounts_by_owner (region=? AND owner=?)"]),
        ["an owner's accounts by last day"] =
            (read => SqliteReads.AccountsByLastDay(read, Tianyuan, Owner, Day, "", Limit),
            ["a USING INDEX accounts_by_owner (region=? AND owner=?)"]),
        ["an owner's accounts as they were"] =
            (read => SqliteReads.AccountsAsOf(read, Tianyuan, Owner, 7, "", Limit),
            ["a USING INDEX accounts_by_owner (region=? AND owner=?)"]),
        ["entries that touch an owner's accounts"] = (
            Newest(new EntryFilter { Touching = [Owner] }),
            ["e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx=?)",
                "a USING COVERING INDEX accounts_by_owner (region=? AND owner=?)",
                "t USING INDEX transfers_by_debit (region=? AND debit=?)", "t USING INDEX transfers_by_credit (region=? AND credit=?)"]),
        ["entries that touch a voucher"] = (
            Newest(new EntryFilter(EntryCode.RedeemVoucher) { Touching = [new AccountFilter("voucher/x")] }),
            ["e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx=?)",
                "a USING INDEX sqlite_autoindex_accounts_2 (region=? AND path>? AND path<?)",
                "t USING INDEX transfers_by_debit (region=? AND debit=?)", "t USING INDEX transfers_by_credit (region=? AND credit=?)"]),
    };

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Names => [.. Lists.Keys, .. Own.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_page_is_searched_along_an_index_and_not_sorted(string list)
    {
        var database = new SqliteDatabase(_folder.File("timebank.db"));
        SqliteSchema.Migrate(database);
        using var session = new SqliteSession(database.Open());
        bool sorted = Own.TryGetValue(list, out (Action<SqliteSession> Read, string[] Steps) expected)
            || !Lists.TryGetValue(list, out expected);
        expected.Read(session);
        string[] texts = [.. session.Texts], plan = [.. texts.SelectMany(text => Plan(session, text))];
        string all = string.Join('\n', plan);
        Assert.Contains("LIMIT", texts[^1], StringComparison.Ordinal);
        // Only the page itself (p) may be scanned.
        Assert.True(plan.All(step => !step.StartsWith("SCAN", StringComparison.Ordinal) || step == "SCAN p"), all);
        Assert.True(sorted || plan.All(step => !step.Contains("TEMP B-TREE", StringComparison.Ordinal)), all);
        Assert.All(expected.Steps, step => Assert.True(plan.Contains($"SEARCH {step}"), $"SEARCH {step} isn't in\n{all}"));
    }

    [Theory]
    [InlineData("matches of lines", "m USING PRIMARY KEY (region=? AND account=? AND line=?)")]
    [InlineData("matches of a group", "m USING INDEX bank_matches_by_group (region=? AND account=? AND grp=?)")]
    public void What_a_bank_says_is_looked_up_in_its_index(string what, string step)
    {
        var database = new SqliteDatabase(_folder.File("timebank.db"));
        SqliteSchema.Migrate(database);
        using var session = new SqliteSession(database.Open());
        SqliteConditions query = what == "matches of lines" ? SqliteBankBooks.Matches(Tianyuan, Bank, [3, 4])
            : SqliteBankBooks.Group(Tianyuan, Bank, 3);
        query.List(session, row => row.GetInt64(0));
        string[] texts = [.. session.Texts];
        Assert.Contains($"SEARCH {step}", texts.SelectMany(text => Plan(session, text)));
    }

    /// <summary>Sums may be sorted by their group. They must read only the accounts' own transfers.</summary>
    [Theory]
    [InlineData("voucher/", "x", "a USING INDEX accounts_by_group (region=? AND grp=?)")]
    [InlineData("programme/x/committed", "", "a USING INDEX sqlite_autoindex_accounts_2 (region=? AND path>? AND path<?)")]
    public void Sums_go_along_the_legs_of_the_accounts_alone(string prefix, string group, string way)
    {
        var database = new SqliteDatabase(_folder.File("timebank.db"));
        SqliteSchema.Migrate(database);
        using var session = new SqliteSession(database.Open());
        SqliteFlows.Flows(session, Tianyuan, new AccountFilter(prefix, Group: group), byCounter: true, [3, 7]);
        foreach (string text in session.Texts.ToArray())
        {
            List<string> plan = Plan(session, text);
            string side = text.Contains("transfers_by_debit", StringComparison.Ordinal) ? "debit" : "credit";
            Assert.Contains($"SEARCH {way}", plan);
            Assert.Contains($"SEARCH t USING INDEX transfers_by_{side} (region=? AND {side}=? AND idx<?)", plan);
            Assert.Contains("SEARCH e USING INDEX sqlite_autoindex_entries_1 (region=? AND idx=?)", plan);
            IEnumerable<string> scans = plan.Where(step => step.StartsWith("SCAN", StringComparison.Ordinal));
            // Only the given stretch and its groups may be scanned.
            Assert.Equal(["SCAN ends", "SCAN json_each VIRTUAL TABLE INDEX 1:"], scans.Distinct().Order(StringComparer.Ordinal));
        }
    }

    private static Action<SqliteSession> Newest(EntryFilter filter) => read =>
        SqliteFlows.Entries(read, Tianyuan, filter, 1_000_000, Limit);

    private static Action<SqliteSession> Oldest(EntryFilter filter) => read =>
        SqliteFlows.EarliestEntries(read, Tianyuan, filter, 7, Limit);

    private static Action<SqliteSession> Lines(BankLineFilter filter) => read =>
        SqliteBankBooks.Lines(Tianyuan, Bank, filter, 7, Limit).List(read, row => row.GetInt64(0));

    private static List<string> Plan(SqliteSession session, string text)
    {
        SqliteStatement statement = session.Prepare($"EXPLAIN QUERY PLAN {text}");
        return statement.List(row => row.GetString(3), new object?[statement.Count]);
    }
}
