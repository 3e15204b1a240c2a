using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Storage;

/// <summary>Lists grain states from the table where grain storage keeps them as JSON.</summary>
public sealed partial class SqliteRegistry(SqliteDatabase database) : IRegistry, IDisposable
{
    private static readonly GrainStateJson Json = new();

    private readonly SqliteReaders _readers = new(database);

    public async ValueTask<IReadOnlyList<RegistryRow<T>>> ListAsync<T>(RegistryQuery query, CancellationToken cancellation)
        where T : class
    {
        // A missing field sorts as empty text, so that a cursor can name its place.
        string sort = query.SortBy.Length == 0 ? "''" : $"coalesce({Field(query.SortBy)}, '')";
        var statement = Matching($"SELECT grain_key, {sort}, CAST(payload AS BLOB)", query);
        if (query.After is { } after)
        {
            if (query.SortBy.Length == 0) statement.Add(" AND grain_key > $after_key", Key(query.Region, after.Key));
            else statement.Add(
                $" AND ({sort} {(query.Descending ? "<" : ">")} $after_sort OR ({sort} = $after_sort AND grain_key > $after_key))",
                after.Sort, Key(query.Region, after.Key));
        }
        statement.Add(query.SortBy.Length == 0 ? " ORDER BY grain_key" : $" ORDER BY {sort}{(query.Descending ? " DESC" : "")}, grain_key")
            .Add(" LIMIT $limit", query.Limit);
        return await _readers.ReadAsync(session => statement.List(session, Row<T>), cancellation);
    }

    public ValueTask<long> CountAsync(RegistryQuery query, CancellationToken cancellation) =>
        _readers.ReadAsync(session => Matching("SELECT count(*)", query).List(session, row => row.GetInt64(0))[0], cancellation);

    public void Dispose() => _readers.Dispose();

    private static SqliteConditions Matching(string select, RegistryQuery query)
    {
        // '0' is the character after '/', so the range has exactly the region's keys.
        var statement = new SqliteConditions(
            $"{select} FROM grain_state WHERE service_id = $service AND state_name = $kind AND grain_key > $region_from AND grain_key < "
                + "$region_to AND payload IS NOT NULL",
            GrainStorageSetup.ServiceId, query.Kind, $"{query.Region}/", $"{query.Region}0");
        int value = 0;
        foreach (var anyOf in query.Conditions)
        {
            statement.Add(" AND (0");
            foreach (RegistryCondition condition in anyOf) statement.Add($" OR {Test(condition, $"$value_{Letters(value++)}")}",
                condition.Value);
            statement.Add(")");
        }
        return statement;
    }

    private static string Test(RegistryCondition condition, string value) => condition.OrMissing
        ? $"({Tested(condition, value)} OR {Field(condition.Field)} IS NULL)" : Tested(condition, value);

    private static string Tested(RegistryCondition condition, string value) => condition.Test switch
    {
        RegistryTest.Is => $"{Field(condition.Field)} = {value}",
        RegistryTest.AtLeast => $"{Field(condition.Field)} >= {value}",
        RegistryTest.Below => $"{Field(condition.Field)} < {value}",
        RegistryTest.Holds => $"EXISTS (SELECT 1 FROM json_each(payload, '{Path(condition.Field)}') AS item WHERE item.value = {value})",
        RegistryTest.None => throw new ArgumentException($"No test is named for {condition.Field}.", nameof(condition)),
    };

    private static string Field(string name) => $"payload ->> '{Path(name)}'";

    // Field names come from code, never from callers; this check guarantees it.
    private static string Path(string name) => FieldName().IsMatch(name)
        ? $"$.{name}" : throw new ArgumentException($"'{name}' is not the name of a field.", nameof(name));

    private static string Key(RegionCode region, string key) => $"{region}/{key}";

    private static string Letters(int at) => $"{(char)('a' + (at / 26))}{(char)('a' + (at % 26))}";

    private static RegistryRow<T> Row<T>(SqliteDataReader row)
        where T : class
    {
        string key = row.GetString(0).Split('/', 2)[1];
        return new RegistryRow<T>(key, new RegistryCursor(row.GetString(1), key), Json.Read<T>(LedgerRows.Bytes(row, 2)));
    }

    [GeneratedRegex(@"^[a-z]\w*(\.[a-z]\w*)*$")]
    private static partial Regex FieldName();
}
