using System.Data.Common;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Storage;

/// <summary>Reads the state of every grain as its grain would, so that one that was damaged is found before somebody asks for it.</summary>
/// <param name="kinds">The type of each state by its name. One of another name is an older build's, and nobody reads it.</param>
internal sealed class StoredStates(IReadOnlyDictionary<string, Type> kinds, CancellationToken cancellation)
{
    private static readonly GrainStateJson Json = new();

    /// <summary>Names, keys and payloads, in this order, of the service that is the parameter.</summary>
    /// <param name="payload">The payload as bytes, in the engine's words.</param>
    /// <param name="service">The parameter.</param>
    public static string Sql(string payload, string service) =>
        $"SELECT state_name, grain_key, {payload} FROM grain_state WHERE service_id = {service} AND payload IS NOT NULL";

    /// <summary>The first that can't be read.</summary>
    public Finding? Verify(DbDataReader row)
    {
        while (row.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            string kind = row.GetString(0);
            if (!kinds.TryGetValue(kind, out Type? type)) continue;
            if (Json.Read(LedgerRows.Bytes(row, 2), type, out string wrong) is not null) continue;
            return new Finding($"grain states/{kind}/{row.GetString(1)}", "state", $"one that can be read as {type.Name}", wrong);
        }
        return null;
    }
}
