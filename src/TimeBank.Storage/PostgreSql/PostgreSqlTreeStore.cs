using System.Data.Common;
using Npgsql;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>Stores tree nodes and signed checkpoints beside the journals: few and small statements, a moment after the journal.</summary>
public sealed class PostgreSqlTreeStore(PostgreSqlDatabase database) : ITreeStore
{
    public ValueTask<IReadOnlyList<Digest>> LeavesAsync(RegionCode region, long from, int count, CancellationToken cancellation) =>
        new PostgreSqlQuery().Add($"SELECT leaf FROM entries WHERE region = {region.Value} AND idx >= {from} ORDER BY idx LIMIT {count}")
            .ListAsync(database.Reading, Hash, cancellation);

    public ValueTask<IReadOnlyList<Digest>> NodesAsync(RegionCode region, int level, long from, int count,
        CancellationToken cancellation) =>
        new PostgreSqlQuery()
            .Add($"SELECT hash FROM tree_nodes WHERE region = {region.Value} AND level = {level} AND idx >= {from} ORDER BY idx LIMIT "
                + $"{count}")
            .ListAsync(database.Reading, Hash, cancellation);

    public ValueTask<long> CountNodesAsync(RegionCode region, int level, CancellationToken cancellation) =>
        new PostgreSqlQuery().Add($"SELECT coalesce(max(idx) + 1, 0) FROM tree_nodes WHERE region = {region.Value} AND level = {level}")
            .FirstAsync(database.Reading, row => row.GetInt64(0), cancellation);

    public async ValueTask AddNodesAsync(RegionCode region, int level, long from, IReadOnlyList<Digest> nodes,
        CancellationToken cancellation) => await RunAsync(
        """
        INSERT INTO tree_nodes (region, level, idx, hash)
        SELECT $1, $2, $3 + n.place - 1, n.hash FROM unnest($4) WITH ORDINALITY AS n (hash, place) ON CONFLICT DO NOTHING
        """,
        cancellation, region.Value, level, from, nodes.Select(node => node.ToArray()).ToArray());

    public ValueTask<string?> SignedAsync(RegionCode region, CancellationToken cancellation) =>
        new PostgreSqlQuery().Add($"SELECT note FROM signed_heads WHERE region = {region.Value}")
            .FirstAsync(database.Reading, row => row.GetString(0), cancellation)!;

    public async ValueTask<bool> SignAsync(RegionCode region, string? before, string note, CancellationToken cancellation) =>
        1 == (before is null
        ? await RunAsync("INSERT INTO signed_heads (region, note) VALUES ($1, $2) ON CONFLICT DO NOTHING", cancellation, region.Value, note)
        : await RunAsync("UPDATE signed_heads SET note = $2 WHERE region = $1 AND note = $3", cancellation, region.Value, note, before));

    private ValueTask<int> RunAsync(string sql, CancellationToken cancellation, params object[] values) => database.Writing.CallAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (object value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
            return await command.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);

    private static Digest Hash(DbDataReader row) => new(LedgerRows.Bytes(row, 0));
}
