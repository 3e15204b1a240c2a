using System.Text.RegularExpressions;
using Npgsql;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Storage;

/// <summary>Lists grain states from the table where grain storage keeps them as JSON.</summary>
public sealed partial class PostgreSqlRegistry(PostgreSqlDatabase database) : IRegistry
{
    private static readonly GrainStateJson Json = new();

    public ValueTask<IReadOnlyList<RegistryRow<T>>> ListAsync<T>(RegistryQuery query, CancellationToken cancellation)
        where T : class
    {
        bool byKey = query.SortBy.Length == 0;
        // A missing field sorts as empty text, so that a cursor can name its place.
        SqlText sort = byKey ? new SqlText("''") : new SqlText($"coalesce({Field(query.SortBy).Text}, '')"),
            order = new(query.Descending ? "DESC" : "ASC"), beyond = new(query.Descending ? "<" : ">");
        PostgreSqlQuery statement = Matching(new PostgreSqlQuery().Add($"SELECT grain_key, {sort}, convert_to(payload::text, 'UTF8')"),
            query);
        if (query.After is { } after)
        {
            string key = $"{query.Region}/{after.Key}";
            if (byKey) statement.Add($" AND grain_key > {key}");
            else statement.Add($" AND ({sort} {beyond} {after.Sort} OR ({sort} = {after.Sort} AND grain_key > {key}))");
        }
        return statement.Add($" ORDER BY ").If(!byKey, $"{sort} {order}, ").Add($"grain_key LIMIT {query.Limit}")
            .ListAsync(database.Reading, Row<T>, cancellation);
    }

    public ValueTask<long> CountAsync(RegistryQuery query, CancellationToken cancellation) =>
        Matching(PostgreSqlQuery.Of("SELECT count(*)"), query).FirstAsync(database.Reading, row => row.GetInt64(0), cancellation);

    private static PostgreSqlQuery Matching(PostgreSqlQuery statement, RegistryQuery query)
    {
        // '0' is the character after '/', so the range has exactly the region's keys.
        statement.Add(
            $"""
             FROM grain_state WHERE service_id = {GrainStorageSetup.ServiceId} AND state_name = {query.Kind}
            AND grain_key > {$"{query.Region}/"} AND grain_key < {$"{query.Region}0"} AND payload IS NOT NULL
            """);
        foreach (var anyOf in query.Conditions)
        {
            statement.Add($" AND (false");
            foreach (RegistryCondition condition in anyOf)
            {
                Test(statement.Add($" OR "), condition);
                if (condition.OrMissing) statement.Add($" OR {Field(condition.Field)} IS NULL");
            }
            statement.Add($")");
        }
        return statement;
    }

    private static PostgreSqlQuery Test(PostgreSqlQuery statement, RegistryCondition condition) => condition.Test switch
    {
        RegistryTest.Is => statement.Add($"{Field(condition.Field)} = {condition.Value}"),
        RegistryTest.AtLeast => statement.Add($"{Field(condition.Field)} >= {condition.Value}"),
        RegistryTest.Below => statement.Add($"{Field(condition.Field)} < {condition.Value}"),
        RegistryTest.Holds => statement.Add($"payload #> {Path(condition.Field)} @> to_jsonb({condition.Value})"),
        RegistryTest.None => throw new ArgumentException($"No test is named for {condition.Field}.", nameof(condition)),
    };

    // Compare text by its bytes, like the keys and like the other engine.
    private static SqlText Field(string name) => new($"(payload #>> {Path(name).Text}) COLLATE \"C\"");

    // Field names come from code, never from callers; this check guarantees it.
    private static SqlText Path(string name) =>
        FieldName().IsMatch(name) ? new SqlText($"'{{{name.Replace('.', ',')}}}'")
            : throw new ArgumentException($"'{name}' is not the name of a field.", nameof(name));

    private static RegistryRow<T> Row<T>(NpgsqlDataReader row)
        where T : class
    {
        string key = row.GetString(0).Split('/', 2)[1];
        return new RegistryRow<T>(key, new RegistryCursor(row.GetString(1), key), Json.Read<T>(LedgerRows.Bytes(row, 2)));
    }

    [GeneratedRegex(@"^[a-z]\w*(\.[a-z]\w*)*$")]
    private static partial Regex FieldName();
}
