using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Answers a batch's keys in at most three statements, whatever their number. The accounts of linked entries take one more.
/// </summary>
internal static class SqlitePrefetch
{
    // CROSS JOIN makes the keys the outer loop, so each key is one look-up.
    private const string Outcomes =
        """
        SELECT o.id, o.command, o.reason, o.detail, e.bytes
        FROM json_each($ids) k
        CROSS JOIN outcomes o ON o.region = $region AND o.id = unhex(k.value)
        LEFT JOIN entries e ON e.region = o.region AND e.idx = o.idx
        """;

    internal const string Linked =
        """
        SELECT e.bytes,
            (SELECT x.idx FROM entries x WHERE x.region = e.region AND x.of_idx = e.idx AND x.kind IN (3, 4, 5)),
            (SELECT x.idx FROM entries x WHERE x.region = e.region AND x.of_idx = e.idx AND x.kind = 6)
        FROM json_each($ids) k
        CROSS JOIN outcomes o ON o.region = $region AND o.id = unhex(k.value)
        CROSS JOIN entries e ON e.region = o.region AND e.idx = o.idx
        """;

    private const string AccountsByPath =
        $"SELECT {LedgerRows.AccountColumns} FROM json_each($paths) k CROSS JOIN accounts a ON a.region = $region AND a.path = k.value";

    private const string AccountsByNumber =
        $"SELECT {LedgerRows.AccountColumns} FROM json_each($numbers) k CROSS JOIN accounts a ON a.region = $region AND a.number = k.value";

    public static Prefetched Read(SqliteSession session, RegionCode region, PrefetchKeys keys)
    {
        List<Outcome> outcomes = keys.Ids.Count == 0
            ? [] : session.Prepare(Outcomes).List(LedgerRows.Outcome, Array(keys.Ids), region.Value);
        List<LinkedEntry> linked = keys.Linked.Count == 0
            ? [] : session.Prepare(Linked).List(LedgerRows.LinkedEntry, Array(keys.Linked), region.Value);
        List<Account> accounts = keys.Paths.Count == 0
            ? [] : session.Prepare(AccountsByPath).List(LedgerRows.Account, Array(keys.Paths), region.Value);
        return new Prefetched(outcomes, accounts, linked);
    }

    public static List<Account> Accounts(SqliteSession session, RegionCode region, IReadOnlyCollection<long> numbers) =>
        session.Prepare(AccountsByNumber).List(LedgerRows.Account, $"[{string.Join(',', numbers)}]", region.Value);

    /// <summary>A JSON array. Ids and paths have only letters, digits, hyphens and slashes, so they need no escaping.</summary>
    private static string Array<T>(IReadOnlyCollection<T> keys) => keys.Count == 0 ? "[]" : $"[\"{string.Join("\",\"", keys)}\"]";
}
