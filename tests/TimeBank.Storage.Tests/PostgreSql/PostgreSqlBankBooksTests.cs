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

    private protected override Verification Verify() => PostgreSqlVerifier.Verify(_database, default);

    private protected override int Execute(string sql) => PostgreSqlCluster.Execute(_connectionString, sql);

    private protected override void Close() => _database.Dispose();
}
