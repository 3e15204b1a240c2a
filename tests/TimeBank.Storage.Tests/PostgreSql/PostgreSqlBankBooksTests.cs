using Npgsql;
using TimeBank.Ledger;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlBankBooksTests : StoredBankBooksContract
{
    private readonly string _connectionString;
    private readonly PostgreSqlDatabase _database;

    public PostgreSqlBankBooksTests(PostgreSqlCluster cluster)
    {
        _connectionString = cluster.NewDatabase();
        _database = new PostgreSqlDatabase(_connectionString);
        Books = new PostgreSqlBankBooks(_database);
    }

    private protected override IBankBooks Books { get; }

    private protected override ILedgerStore Ledger => PostgreSqlLedgerStore.Open(_database);

    [Fact]
    public async Task Whoever_serves_changes_no_line_and_no_statement()
    {
        await AddAsync(Tianyuan, Bank, 1);
        foreach (string table in new[] { "bank_lines", "bank_statements" })
        {
            foreach (string change in new[] { $"UPDATE {table} SET number = 0", $"DELETE FROM {table}", $"TRUNCATE {table}" })
            {
                using NpgsqlCommand command = _database.Writing.CreateCommand(change);
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege,
                    Assert.Throws<PostgresException>(() => command.ExecuteNonQuery()).SqlState);
            }
        }
    }

    [Fact]
    public async Task A_connection_that_is_lost_while_lines_go_in_is_an_outage_and_the_book_stays_as_it_was()
    {
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await Books.AddAsync(
            Tianyuan, Bank, BankBook.Empty, [Statement(1, "a", 200_000, 200_000)], Cut(), default));
        Assert.Equal(BankBook.Empty, await Books.ReadAsync(Tianyuan, Bank, default));
        await AddAsync(Tianyuan, Bank, 3);

        IEnumerable<StoredBankLine> Cut()
        {
            for (int number = 1; number <= 200_000; number++)
            {
                if (number == 2) PostgreSqlCluster.Execute(
                    _connectionString, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY bank_lines%'");
                yield return Line(number, 1, 1);
            }
        }
    }

    /// <summary>The tables were just filled, so the planner takes a thousand lines for one, and would read all lines for each.</summary>
    [Theory]
    [InlineData(1_000, int.MaxValue, "off")]
    [InlineData(1_000, 50, "on")]
    [InlineData(60, int.MaxValue, "on")]
    [InlineData(150, int.MaxValue, "on")]
    public async Task Open_lines_are_merged_where_they_are_many_of_all(int open, int limit, string nestedLoop)
    {
        const int many = 20_000;
        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [Statement(1, "a", many, many)],
            Enumerable.Range(1, many).Select(number => Line(number, 1, number)), default));
        await MatchAsync([.. Enumerable.Range(1, many - open).Select(number => Match(number, number, $"entries/{number}/0"))]);

        using NpgsqlConnection connection = _database.Reading.OpenConnection();
        using NpgsqlCommand joins = PostgreSqlBankBooks.Joins(Tianyuan, Bank, 0, limit).Command(connection);
        using NpgsqlDataReader row = joins.ExecuteReader();

        Assert.True(row.Read());
        Assert.Equal(["on", nestedLoop], [row.GetString(0), row.GetString(1)]);
    }

    [Fact]
    public async Task Many_open_lines_are_read_in_one_pass_where_the_tables_were_just_filled()
    {
        const int many = 20_000;
        Assert.True(await Books.AddAsync(Tianyuan, Bank, BankBook.Empty, [Statement(1, "a", many, many)],
            Enumerable.Range(1, many).Select(number => Line(number, 1, number)), default));
        using NpgsqlConnection connection = _database.Reading.OpenConnection();
        using NpgsqlTransaction transaction = connection.BeginTransaction();
        using (NpgsqlCommand joins = PostgreSqlBankBooks.Joins(Tianyuan, Bank, 0, int.MaxValue).Command(connection))
            joins.ExecuteNonQuery();
        using NpgsqlCommand plan = PostgreSqlBankBooks.Lines(
            Tianyuan, Bank, new BankLineFilter(IsOpen: true), 0, int.MaxValue).Command(connection);
        plan.CommandText = $"EXPLAIN {plan.CommandText}";
        using NpgsqlDataReader row = plan.ExecuteReader();
        var steps = new List<string>();
        while (row.Read()) steps.Add(row.GetString(0));

        string all = string.Join('\n', steps);
        Assert.Contains("Merge Join", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Nested Loop", all, StringComparison.Ordinal);
    }

    private protected override Verification Verify() => PostgreSqlVerifier.Verify(_database, default);

    private protected override int Execute(string sql) => PostgreSqlCluster.Execute(_connectionString, sql);

    private protected override void Close() => _database.Dispose();
}
