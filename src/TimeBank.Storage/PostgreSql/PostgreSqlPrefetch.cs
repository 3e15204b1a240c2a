using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Answers a batch's keys in one round trip, whatever their number. The accounts of linked entries take one more. Statements without keys
/// are left out.
/// </summary>
internal static class PostgreSqlPrefetch
{
    // For the LIMIT see PostgreSqlAppend.EndedHolds.
    private const string Keys = "(SELECT $1 AS region, k.key FROM unnest($2) AS k (key) LIMIT cardinality($2))";

    internal const string Outcomes =
        $"""
        SELECT uuid_send(o.id), o.command, o.reason, o.detail, e.bytes
        FROM {Keys} k
        JOIN outcomes o ON o.region = k.region AND o.id = k.key
        LEFT JOIN entries e ON e.region = o.region AND e.idx = o.idx
        """;

    internal const string Linked =
        $"""
        SELECT e.bytes,
            (SELECT x.idx FROM entries x WHERE x.region = e.region AND x.of_idx = e.idx AND x.kind IN (3, 4, 5)),
            (SELECT x.idx FROM entries x WHERE x.region = e.region AND x.of_idx = e.idx AND x.kind = 6)
        FROM {Keys} k
        JOIN outcomes o ON o.region = k.region AND o.id = k.key
        JOIN entries e ON e.region = o.region AND e.idx = o.idx
        """;

    internal const string AccountsByPath =
        $"SELECT {PostgreSqlReads.AccountColumns} FROM {Keys} k JOIN accounts a ON a.region = k.region AND a.path = k.key";

    internal const string AccountsByNumber =
        $"SELECT {PostgreSqlReads.AccountColumns} FROM {Keys} k JOIN accounts a ON a.region = k.region AND a.number = k.key";

    public static async ValueTask<Prefetched> ReadAsync(NpgsqlDataSource source, RegionCode region, PrefetchKeys keys,
        CancellationToken cancellation)
    {
        var outcomes = new List<Outcome>();
        var links = new List<LinkedEntry>();
        var accounts = new List<Account>();
        var lookUps = new List<(NpgsqlBatchCommand Command, Action<NpgsqlDataReader> Found)>();
        void LookUp<T>(string sql, T[] wanted, Action<NpgsqlDataReader> found)
        {
            if (wanted.Length == 0) return;
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = region.Value });
            command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = wanted });
            lookUps.Add((command, found));
        }

        LookUp(Outcomes, Guids(keys.Ids), row => outcomes.Add(LedgerRows.Outcome(row)));
        LookUp(Linked, Guids(keys.Linked), row => links.Add(LedgerRows.LinkedEntry(row)));
        LookUp(AccountsByPath, [.. keys.Paths.Select(path => path.Text)], row => accounts.Add(LedgerRows.Account(row)));
        if (lookUps.Count > 0) await source.CallAsync(connection => RunAsync(connection, lookUps, cancellation), cancellation);
        return new Prefetched(outcomes, accounts, links);
    }

    public static async ValueTask<IReadOnlyList<Account>> AccountsByNumberAsync(NpgsqlDataSource source, RegionCode region,
        IReadOnlyCollection<long> numbers)
    {
        var accounts = new List<Account>();
        await source.CallAsync(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection);
                PostgreSqlStatement.Add(batch, AccountsByNumber).Value(region.Value).Value(numbers.ToArray());
                await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync();
                while (await reader.ReadAsync()) accounts.Add(LedgerRows.Account(reader));
                return true;
            },
            CancellationToken.None);
        return accounts;
    }

    private static async Task<bool> RunAsync(NpgsqlConnection connection,
        List<(NpgsqlBatchCommand Command, Action<NpgsqlDataReader> Found)> lookUps, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach ((NpgsqlBatchCommand command, _) in lookUps) batch.BatchCommands.Add(command);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellation);
        foreach ((_, Action<NpgsqlDataReader> found) in lookUps)
        {
            while (await reader.ReadAsync(cancellation)) found(reader);
            await reader.NextResultAsync(cancellation);
        }
        return true;
    }

    private static Guid[] Guids(IReadOnlyCollection<EntryId> ids) => [.. ids.Select(id => id.ToGuid())];
}
