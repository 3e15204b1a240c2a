using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>
/// Stores tree nodes and signed checkpoints in the journals' file. It writes by its own connection, a moment after the journal.
/// </summary>
public sealed class SqliteTreeStore(SqliteDatabase database) : ITreeStore, IDisposable
{
    private readonly SqliteReaders _readers = new(database);
    private readonly SqliteSideWriter _writer = new(database);

    public async ValueTask<IReadOnlyList<Digest>> LeavesAsync(RegionCode region, long from, int count, CancellationToken cancellation) =>
        await _readers.ReadAsync(
        session => session.Prepare("SELECT leaf FROM entries WHERE region = $region AND idx >= $from ORDER BY idx LIMIT $count")
            .List(Hash, region.Value, from, count), cancellation);

    public async ValueTask<IReadOnlyList<Digest>> NodesAsync(RegionCode region, int level, long from, int count,
        CancellationToken cancellation) => await _readers.ReadAsync(
        session => session.Prepare(
            "SELECT hash FROM tree_nodes WHERE region = $region AND level = $level AND idx >= $from ORDER BY idx LIMIT $count")
            .List(Hash, region.Value, level, from, count),
        cancellation);

    public ValueTask<long> CountNodesAsync(RegionCode region, int level, CancellationToken cancellation) => _readers.ReadAsync(
        session => session.Prepare("SELECT coalesce(max(idx) + 1, 0) FROM tree_nodes WHERE region = $region AND level = $level")
            .First(row => row.GetInt64(0), region.Value, level), cancellation);

    public async ValueTask AddNodesAsync(RegionCode region, int level, long from, IReadOnlyList<Digest> nodes,
        CancellationToken cancellation) => await _writer.WriteAsync(
        session =>
        {
            SqliteStatement insert = session.Prepare(
                "INSERT INTO tree_nodes (region, level, idx, hash) VALUES ($region, $level, $idx, $hash) ON CONFLICT DO NOTHING");
            for (int at = 0; at < nodes.Count; at++) insert.Run(region.Value, level, from + at, nodes[at].ToArray());
            return true;
        },
        cancellation);

    public ValueTask<string?> SignedAsync(RegionCode region, CancellationToken cancellation) => _readers.ReadAsync(
        session => session.Prepare("SELECT note FROM signed_heads WHERE region = $region").First(row => row.GetString(0), region.Value),
            cancellation);

    public ValueTask<bool> SignAsync(RegionCode region, string? before, string note, CancellationToken cancellation) => _writer.WriteAsync(
        session => 1 == (before is null
            ? session.Prepare("INSERT INTO signed_heads (region, note) VALUES ($region, $note) ON CONFLICT DO NOTHING")
            .Run(region.Value, note)
            : session.Prepare("UPDATE signed_heads SET note = $note WHERE region = $region AND note = $before")
            .Run(note, region.Value, before)),
        cancellation);

    public void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
    }

    private static Digest Hash(SqliteDataReader row) => new(LedgerRows.Bytes(row, 0));
}
