using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Answers a batch's keys in one round trip, whatever their number. Statements with nothing to look for are left out.</summary>
internal static class PostgreSqlPrefetch
{
    // What PostgreSqlAppend.ChangedAccounts says of keys holds here too.
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

    internal const string AccountsOfLinked =
        $"""
        SELECT {PostgreSqlReads.AccountColumns}
        FROM (
            SELECT DISTINCT t.region, side.number
            FROM {Keys} k
            JOIN outcomes o ON o.region = k.region AND o.id = k.key
            JOIN transfers t ON t.region = o.region AND t.idx = o.idx
            CROSS JOIN LATERAL (VALUES (t.debit), (t.credit)) AS side (number)
        ) n
        JOIN accounts a ON a.region = n.region AND a.number = n.number
        """;

    internal const string AccountsByPath = $"SELECT {PostgreSqlReads.AccountColumns} FROM {Keys} k JOIN accounts a ON a.region = k.region AND a.path = k.key";

    public static async ValueTask<Prefetched> ReadAsync(NpgsqlDataSource source, RegionCode region, PrefetchKeys keys, CancellationToken cancellation)
    {
        var outcomes = new List<Outcome>();
        var links = new List<LinkedEntry>();
        var accounts = new Dictionary<long, Account>();
        var lookUps = new List<(NpgsqlBatchCommand Command, Action<NpgsqlDataReader> Found)>();
        void LookUp<T>(string sql, T[] wanted, Action<NpgsqlDataReader> found)
        {
            if (wanted.Length == 0) return;
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = region.Value });
            command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = wanted });
            lookUps.Add((command, found));
        }
        void Account(NpgsqlDataReader row)
        {
            Account account = LedgerRows.Account(row);
            accounts[account.Number] = account;
        }

        Guid[] linked = Guids(keys.Linked);
        LookUp(Outcomes, Guids(keys.Ids), row => outcomes.Add(LedgerRows.Outcome(row)));
        LookUp(Linked, linked, row => links.Add(LedgerRows.LinkedEntry(row)));
        LookUp(AccountsOfLinked, linked, Account);
        LookUp(AccountsByPath, [.. keys.Paths.Select(path => path.Text)], Account);
        if (lookUps.Count > 0) await source.CallAsync(connection => RunAsync(connection, lookUps, cancellation), cancellation);
        return new Prefetched(outcomes, [.. accounts.Values], links);
    }

    private static async Task<bool> RunAsync(NpgsqlConnection connection, List<(NpgsqlBatchCommand Command, Action<NpgsqlDataReader> Found)> lookUps, CancellationToken cancellation)
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

    private static Guid[] Guids(IReadOnlyCollection<EntryId> ids) => [.. ids.Select(PostgreSqlReads.Key)];
}
