using Npgsql;
using TimeBank.Ledger;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>
/// Every list reads an index in the list's order, from the page's begin to its end and no further. The tests give the planner statistics.
/// </summary>
[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlPlanTests(PostgreSqlCluster cluster)
{
    private const int Limit = 50;

    // Rows for the planner to count. Nothing else about them makes sense.
    private const string Rows =
        """
        INSERT INTO ledger_head VALUES (430211, 20000, decode(repeat('00', 32), 'hex'), '', 20000, 2000, 0);
        INSERT INTO accounts SELECT 430211, n, 'voucher/' || n, 'MEAL', 0, 0, 10, 0, 10, n, 'o' || n % 500, 'g' || n % 5, '2026-10-01', date '2026-10-01' + n % 90, NULL FROM generate_series(1, 2000) n;
        INSERT INTO entries SELECT 430211, n, n, '2026-10-01', CASE n % 10 WHEN 0 THEN 2 WHEN 1 THEN 3 WHEN 2 THEN 6 ELSE 1 END, 'Code' || n % 20, CASE WHEN n % 10 IN (1, 2) THEN n - n % 10 END,
            NULL, '\x00', '\x00', '\x00' FROM generate_series(0, 19999) n;
        INSERT INTO transfers SELECT 430211, n, 0, 1 + n % 2000, 1 + (n + 7) % 2000, 'MEAL', 1, 0, 0, 1, 1, 1, 1 FROM generate_series(0, 19999) n;
        INSERT INTO holds SELECT 430211, n, n FROM generate_series(0, 19990, 10) n;
        INSERT INTO bank_statements SELECT 430211, 'ccb', n, '\x00', 'ccb', 'a.csv', gen_random_uuid(), 'STAFF', 1, NULL, NULL, NULL, NULL, NULL, 20, 20, n * 20, '{}' FROM generate_series(1, 1000) n;
        INSERT INTO bank_lines SELECT 430211, 'ccb', n, 1, date '2026-01-01' + n / 60, n, decode(lpad(to_hex(n), 32, '0'), 'hex'), 1, NULL, '\x00' FROM generate_series(1, 20000) n;
        INSERT INTO bank_open SELECT 430211, 'ccb', n FROM generate_series(100, 20000, 100) n;
        INSERT INTO bank_matches SELECT 430211, 'ccb', n, n, 'entries/' || n || '/0', 1, 'equal', 0, 'STAFF', 1 FROM generate_series(1, 20000) n WHERE n % 100 <> 0;
        ANALYZE ledger_head, accounts, entries, transfers, holds, bank_statements, bank_lines, bank_open, bank_matches;
        """;

    private static readonly LedgerTime From = new(5_000), Until = new(6_000);
    private static readonly AccountFilter Owner = new(Owner: "o1");
    private static readonly DateOnly Day = new(2026, 10, 1);

    private static readonly Dictionary<string, (PostgreSqlQuery Query, string[] Steps)> Lists = new(StringComparer.Ordinal)
    {
        ["entries by index"] = (PostgreSqlReads.Entries(Tianyuan, 7, Limit), ["Scan using entries_pkey on entries e"]),
        ["entries, newest first"] = (Newest(new EntryFilter()), ["Scan Backward using entries_pkey on entries e"]),
        ["entries, oldest first"] = (Oldest(new EntryFilter()), ["Scan using entries_pkey on entries e"]),
        ["entries of a period, newest first"] =
            (Newest(new EntryFilter(From: From, Until: Until)), ["Scan Backward using entries_pkey on entries e"]),
        ["entries of a period, oldest first"] =
            (Oldest(new EntryFilter(From: From, Until: Until)), ["Scan using entries_pkey on entries e"]),
        ["entries of a kind, newest first"] =
            (Newest(new EntryFilter(Kind: EntryKind.Hold)), ["Scan Backward using entries_by_kind on entries e"]),
        ["entries of a kind, oldest first"] =
            (Oldest(new EntryFilter(Kind: EntryKind.Reverse)), ["Scan using entries_by_kind on entries e"]),
        ["entries of a kind that there are none of"] =
            (Newest(new EntryFilter(Kind: EntryKind.ChangeAccounts)), ["Scan Backward using entries_by_kind on entries e"]),
        ["entries of a kind in a period"] =
            (Newest(new EntryFilter(Kind: EntryKind.Reverse, From: From, Until: Until)),
            ["Scan Backward using entries_by_kind on entries e"]),
        ["plain postings"] = (Newest(new EntryFilter(Kind: EntryKind.Post)), ["Scan Backward using entries_pkey on entries e"]),
        ["entries of a code, newest first"] =
            (Newest(new EntryFilter(EntryCode.RedeemVoucher)), ["Scan Backward using entries_by_code on entries e"]),
        ["entries of a code, oldest first"] =
            (Oldest(new EntryFilter(EntryCode.RedeemVoucher)), ["Scan using entries_by_code on entries e"]),
        ["entries of a code that were not reversed"] = (
            Newest(new EntryFilter(EntryCode.RedeemVoucher, Reversed: false)),
                ["Scan Backward using entries_by_code on entries e", "entries_reverse_once"]),
        ["postings, oldest first"] = (
            PostgreSqlReads.Postings(Tianyuan, 3, new LedgerTime(0), new LedgerTime(long.MaxValue), PostingCursor.Start, Limit),
                ["Scan using transfers_by_debit on", "Scan using transfers_by_credit on"]),
        ["postings of a period, oldest first"] = (
            PostgreSqlReads.Postings(Tianyuan, 3, From, Until, PostingCursor.Start, Limit),
                ["Scan using transfers_by_debit on", "Scan using transfers_by_credit on"]),
        ["postings, newest first"] = (
            PostgreSqlReads.LatestPostings(Tianyuan, 3, new LedgerTime(0), new LedgerTime(long.MaxValue), PostingCursor.End, Limit),
                ["Scan Backward using transfers_by_debit on", "Scan Backward using transfers_by_credit on"]),
        ["postings of a period, newest first"] = (
            PostgreSqlReads.LatestPostings(Tianyuan, 3, From, Until, PostingCursor.End, Limit),
                ["Scan Backward using transfers_by_debit on", "Scan Backward using transfers_by_credit on"]),
        ["last entries of accounts"] =
            (PostgreSqlReads.LastEntries(Tianyuan, [3, 4]),
            ["Scan Backward using transfers_by_debit on", "Scan Backward using transfers_by_credit on",
            "Scan using entries_pkey on entries e"]),
        ["accounts by number"] = (PostgreSqlReads.Accounts(Tianyuan, new AccountFilter(), 7, Limit),
            ["Scan using accounts_pkey on accounts a"]),
        ["accounts of an owner"] = (PostgreSqlReads.Accounts(Tianyuan, Owner, 7, Limit), ["Scan using accounts_by_owner on accounts a"]),
        ["accounts of a group"] = (PostgreSqlReads.Accounts(Tianyuan, new AccountFilter(Group: "g1"), 7, Limit),
            ["Scan using accounts_by_group on accounts a"]),
        ["accounts by path"] = (PostgreSqlReads.AccountsByPath(Tianyuan, new AccountFilter(), "fund/", Limit),
            ["Scan using accounts_region_path_key on accounts a"]),
        ["accounts under a path"] = (PostgreSqlReads.AccountsByPath(Tianyuan, new AccountFilter("voucher/"), "voucher/1", Limit),
            ["Scan using accounts_region_path_key on accounts a"]),
        ["accounts by last day"] = (PostgreSqlReads.AccountsByLastDay(Tianyuan, new AccountFilter(), Day, "", Limit),
            ["Scan using accounts_by_last_day on accounts a"]),
        ["open holds"] = (PostgreSqlReads.OpenHolds(Tianyuan, 7, Limit), ["Scan using holds_pkey on holds h"]),
        ["due holds"] = (PostgreSqlReads.DueHolds(Tianyuan, From, Limit), ["Scan using holds_by_expiry on holds h"]),
        ["bank lines"] = (PostgreSqlBankBooks.Lines(Tianyuan, Bank, new BankLineFilter(), 7, Limit),
            ["Scan using bank_lines_pkey on bank_lines l"]),
        ["open bank lines"] = (PostgreSqlBankBooks.Lines(Tianyuan, Bank, new BankLineFilter(IsOpen: true), 7, Limit),
            ["Scan using bank_open_pkey on bank_open o", "Scan using bank_lines_pkey on bank_lines l"]),
        ["bank lines of a statement"] = (PostgreSqlBankBooks.Lines(Tianyuan, Bank, new BankLineFilter(Statement: 1), 7, Limit),
            ["Scan using bank_lines_pkey on bank_lines l", "Scan using bank_statements_pkey on"]),
    };

    /// <summary>Lists of one person have few rows, so the database may sort them.</summary>
    private static readonly Dictionary<string, (PostgreSqlQuery Query, string[] Steps)> Own = new(StringComparer.Ordinal)
    {
        ["an owner's accounts by path"] =
            (PostgreSqlReads.AccountsByPath(Tianyuan, Owner, "", Limit), ["Scan using accounts_by_owner on accounts a"]),
        ["an owner's accounts by last day"] =
            (PostgreSqlReads.AccountsByLastDay(Tianyuan, Owner, Day, "", Limit), ["Scan using accounts_by_owner on accounts a"]),
        ["an owner's accounts as they were"] = (
            PostgreSqlReads.AccountsAsOf(Tianyuan, Owner, 7, "", Limit),
                ["Scan using accounts_by_owner on accounts a", "Scan Backward using transfers_by_debit on",
                "Scan Backward using transfers_by_credit on"]),
        ["entries that touch an owner's accounts"] = (
            Newest(new EntryFilter { Touching = [Owner] }),
                ["Scan using accounts_by_owner on accounts a", "using transfers_by_debit on", "using transfers_by_credit on",
                "using entries_pkey on entries e"]),
    };

    [Fact]
    public void Pages_are_searched_along_indexes_and_not_sorted()
    {
        string filled = cluster.NewDatabase();
        PostgreSqlCluster.Execute(filled, Rows);
        using var database = new PostgreSqlDatabase(filled);
        using NpgsqlConnection connection = database.Reading.OpenConnection();
        Assert.All(Lists, list => Check(connection, list.Key, list.Value.Query, list.Value.Steps, sorted: false));
        Assert.All(Own, list => Check(connection, list.Key, list.Value.Query, list.Value.Steps, sorted: true));
    }

    /// <summary>Of some days, and of some lines, there are few: the database may sort them.</summary>
    [Theory]
    [InlineData("lines of a day", "bank_lines_once")]
    [InlineData("lines by number", "bank_lines_pkey")]
    [InlineData("matches of lines", "bank_matches_pkey")]
    [InlineData("matches of a group", "bank_matches_by_group")]
    [InlineData("confirmed items", "bank_matches_by_item")]
    public void What_a_bank_says_is_looked_up_in_its_index(string what, string index)
    {
        string filled = cluster.NewDatabase();
        PostgreSqlCluster.Execute(filled, Rows);
        using var database = new PostgreSqlDatabase(filled);
        using NpgsqlConnection connection = database.Reading.OpenConnection();
        PostgreSqlQuery query = what switch
        {
            "lines of a day" => PostgreSqlBankBooks.Lines(Tianyuan, Bank, new BankLineFilter(Day, Day), 0, Limit),
            "lines by number" => PostgreSqlBankBooks.Lines(Tianyuan, Bank, [3, 4]),
            "matches of lines" => PostgreSqlBankBooks.Matches(Tianyuan, Bank, [3, 4]),
            "matches of a group" => PostgreSqlBankBooks.Group(Tianyuan, Bank, 3),
            _ => PostgreSqlBankBooks.Confirmed(Tianyuan, Bank, "entries/11/"),
        };
        string plan = string.Join('\n', Plan(connection, query));
        Assert.Contains(index, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    /// <summary>Sums may be sorted by their group. They must read only the accounts' own transfers.</summary>
    [Theory]
    [InlineData("voucher/", "g1", "debit")]
    [InlineData("voucher/", "g1", "credit")]
    [InlineData("voucher/17", "", "debit")]
    [InlineData("voucher/17", "", "credit")]
    public void Sums_go_along_the_legs_of_the_accounts_alone(string prefix, string group, string side)
    {
        string filled = cluster.NewDatabase();
        PostgreSqlCluster.Execute(filled, Rows);
        using var database = new PostgreSqlDatabase(filled);
        using NpgsqlConnection connection = database.Reading.OpenConnection();
        var filter = new AccountFilter(prefix, Group: group);
        string other = side == "debit" ? "credit" : "debit", way = group.Length > 0 ? "accounts_by_group" : "accounts_region_path_key";
        string[] plan = Plan(connection, PostgreSqlFlows.Flows(Tianyuan, filter, byCounter: true, [3, 7], side, other));
        string all = string.Join('\n', plan);
        Assert.True(plan.Any(step => step.Contains($"transfers_by_{side}", StringComparison.Ordinal)), all);
        Assert.True(plan.Any(step => step.Contains(way, StringComparison.Ordinal)), all);
        Assert.True(plan.Any(step => step.Contains("entries_pkey on entries e", StringComparison.Ordinal)), all);
        Assert.All((string[])["Seq Scan", "transfers_pkey"], never => Assert.DoesNotContain(never, all, StringComparison.Ordinal));
    }

    private static void Check(NpgsqlConnection connection, string list, PostgreSqlQuery query, string[] steps, bool sorted)
    {
        string[] plan = Plan(connection, query);
        string all = $"{list}\n{string.Join('\n', plan)}";
        Assert.True(plan.Any(step => step.TrimStart(' ', '-', '>').StartsWith("Limit", StringComparison.Ordinal)), all);
        Assert.True(plan.All(step => !step.Contains("Seq Scan", StringComparison.Ordinal)
            && (sorted || !step.Contains("Bitmap", StringComparison.Ordinal))), all);
        // On a merge, "Sort Key" names an order that its inputs already have.
        Assert.True(sorted || plan.All(step => !step.Contains("Sort  (", StringComparison.Ordinal)), all);
        Assert.All(steps, step => Assert.True(plan.Any(line => line.Contains(step, StringComparison.Ordinal)), $"{step} isn't in {all}"));
    }

    private static PostgreSqlQuery Newest(EntryFilter filter) => PostgreSqlFlows.Entries(Tianyuan, filter, 1_000_000, Limit);

    private static PostgreSqlQuery Oldest(EntryFilter filter) => PostgreSqlFlows.EarliestEntries(Tianyuan, filter, 7, Limit);

    private static string[] Plan(NpgsqlConnection connection, PostgreSqlQuery query)
    {
        using NpgsqlCommand command = query.Command(connection);
        command.CommandText = $"EXPLAIN {command.CommandText}";
        using NpgsqlDataReader reader = command.ExecuteReader();
        var plan = new List<string>();
        while (reader.Read()) plan.Add(reader.GetString(0));
        return [.. plan];
    }
}
