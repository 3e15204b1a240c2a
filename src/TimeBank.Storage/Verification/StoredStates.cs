using System.Data.Common;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Storage;

/// <summary>Reads every grain's state as the grain would, to find a damaged state before a caller does.</summary>
/// <param name="kinds">The type of each state by its name. States of other names belong to older builds; no grain reads them.</param>
internal sealed class StoredStates(IReadOnlyDictionary<string, Type> kinds, CancellationToken cancellation)
{
    private static readonly GrainStateJson Json = new();

    /// <summary>Selects name, key and payload, in this order, for one service.</summary>
    /// <param name="payload">The engine's expression for the payload as bytes.</param>
    /// <param name="service">The engine's parameter for the service.</param>
    public static string Sql(string payload, string service) =>
        $"SELECT state_name, grain_key, {payload} FROM grain_state WHERE service_id = {service} AND payload IS NOT NULL";

    /// <summary>The first state that can't be read; null where all can.</summary>
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
