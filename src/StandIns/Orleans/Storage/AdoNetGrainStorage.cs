using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>
/// States in a database, through the queries that the table OrleansQuery holds: same parameters, types and result
/// columns as the package's, so that one script and one database serve both.
/// </summary>
internal sealed class AdoNetGrainStorage(string name, AdoNetGrainStorageOptions options, string serviceId)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private const string InitQuery =
        "SELECT QueryKey, QueryText FROM OrleansQuery WHERE QueryKey IN ('WriteToStorageKey', 'ReadFromStorageKey', 'ClearStorageKey', 'DeleteStorageKey')";

    private readonly Dictionary<string, string> queries = [];

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe($"{nameof(AdoNetGrainStorage)}-{name}", options.InitStage, InitAsync);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        List<(string? Version, byte[]? Payload)> rows = await QueryAsync(
            "ReadFromStorageKey",
            command => AddKey(command, stateName, grainId),
            row => (NumberOrNull(row, "Version"), row["PayloadBinary"] as byte[]));
        (string? version, byte[]? payload) = rows.SingleOrDefault();
        T? state = payload is null ? default : options.GrainStorageSerializer.Deserialize<T>(new BinaryData(payload));
        grainState.State = state ?? StateMaker.New<T>();
        grainState.ETag = version;
        grainState.RecordExists = payload is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        byte[] payload = options.GrainStorageSerializer.Serialize(grainState.State).ToArray();
        List<string?> versions = await QueryAsync(
            "WriteToStorageKey",
            command =>
            {
                AddKey(command, stateName, grainId);
                AddVersion(command, grainState.ETag);
                Add(command, "PayloadBinary", DbType.Binary, payload);
            },
            row => NumberOrNull(row, "NewGrainStateVersion"));
        grainState.ETag = Changed(versions.SingleOrDefault(), grainState.ETag, "WriteState", stateName, grainId);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (!grainState.RecordExists && string.IsNullOrWhiteSpace(grainState.ETag))
        {
            await ReadStateAsync(stateName, grainId, grainState);
            if (!grainState.RecordExists) return;
        }

        List<string?> versions = await QueryAsync(
            options.DeleteStateOnClear ? "DeleteStorageKey" : "ClearStorageKey",
            command =>
            {
                AddKey(command, stateName, grainId);
                AddVersion(command, grainState.ETag);
            },
            row => row.GetValue(0).ToString());
        string version = Changed(versions.SingleOrDefault(), grainState.ETag, "ClearState", stateName, grainId);
        grainState.ETag = options.DeleteStateOnClear ? null : version;
        grainState.RecordExists = false;
        grainState.State = StateMaker.New<T>();
    }

    /// <summary>The new version; the queries give back the old one, or none, where somebody else has written.</summary>
    private string Changed(string? stored, string? expected, string operation, string stateName, GrainId grainId) =>
        string.IsNullOrEmpty(stored) || stored == expected
            ? throw new InconsistentStateException(
                $"Version conflict ({operation}): ServiceId={serviceId} ProviderName={name} GrainType={stateName} GrainId={grainId} ETag={expected}.")
            : stored;

    private async Task InitAsync(CancellationToken cancellationToken)
    {
        queries.Clear();
        queries["init"] = InitQuery;
        foreach ((string key, string text) in await QueryAsync("init", _ => { }, row => (row.GetString(0), row.GetString(1))))
            queries[key] = text;
        string? missing = new[] { "WriteToStorageKey", "ReadFromStorageKey", "ClearStorageKey" }.FirstOrDefault(key => !queries.ContainsKey(key));
        if (missing is not null) throw new OrleansConfigurationException($"Storage {name}: the table OrleansQuery has no {missing}.");
        if (options.DeleteStateOnClear && !queries.ContainsKey("DeleteStorageKey"))
            throw new ArgumentException($"{nameof(options.DeleteStateOnClear)}=true is not supported by the scripts of storage {name}.");
    }

    private async Task<List<TRow>> QueryAsync<TRow>(string query, Action<DbCommand> parameters, Func<DbDataReader, TRow> read)
    {
        await using DbConnection connection = await OpenAsync();
        await using DbCommand command = connection.CreateCommand();
        parameters(command);
        command.CommandText = queries[query];
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        List<TRow> rows = [];
        do
        {
            while (await reader.ReadAsync()) rows.Add(read(reader));
        }
        while (await reader.NextResultAsync());
        return rows;
    }

    private async Task<DbConnection> OpenAsync()
    {
        if (options.DataSource is { } source) return await source.OpenConnectionAsync();
        DbConnection connection = AdoNetProviders.Find(options.Invariant).CreateConnection()!;
        connection.ConnectionString = options.ConnectionString;
        await connection.OpenAsync();
        return connection;
    }

    private void AddKey(DbCommand command, string stateName, GrainId grainId)
    {
        AdoNetGrainKey key = AdoNetGrainKey.Of(grainId);
        Add(command, "GrainIdHash", DbType.Int32, key.Hash);
        Add(command, "GrainIdN0", DbType.Int64, key.N0);
        Add(command, "GrainIdN1", DbType.Int64, key.N1);
        Add(command, "GrainTypeHash", DbType.Int32, AdoNetGrainKey.HashOf(Encoding.UTF8.GetBytes(stateName)));
        Add(command, "GrainTypeString", DbType.String, stateName);
        Add(command, "GrainIdExtensionString", DbType.String, key.Extension);
        Add(command, "ServiceId", DbType.String, serviceId);
    }

    private static void AddVersion(DbCommand command, string? etag) => Add(
        command, "GrainStateVersion", DbType.Int32, string.IsNullOrWhiteSpace(etag) ? null : int.Parse(etag, CultureInfo.InvariantCulture));

    private static void Add(DbCommand command, string name, DbType type, object? value)
    {
        DbParameter parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        parameter.DbType = type;
        command.Parameters.Add(parameter);
    }

    private static string? NumberOrNull(DbDataReader row, string column) =>
        row[column] is var value and not DBNull ? Convert.ToInt32(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) : null;
}
