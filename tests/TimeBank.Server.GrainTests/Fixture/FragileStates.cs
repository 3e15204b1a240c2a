using System.Text;
using Orleans.Storage;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Grain states in memory, written as the product writes them, with the registry's lists. Writes fail when a test says so. The states
/// outlive their silo.
/// </summary>
internal sealed class FragileStates : IGrainStorage, IRegistry
{
    private static readonly GrainStateJson Json = new();

    private readonly Dictionary<(string Kind, GrainId Grain), (byte[] Bytes, int Version)> _records = [];
    private readonly Dictionary<string, int> _failing = [];

    /// <summary>Makes the next write of a state of this name fail and write nothing.</summary>
    /// <param name="after">How many writes succeed before.</param>
    public void FailNext(string stateName, int after = 0)
    {
        lock (_records) _failing[stateName] = after;
    }

    /// <summary>Changes a stored state by another hand. A grain that has it in memory does not know of it.</summary>
    public void Change<T>(string stateName, GrainId grain, Action<T> change)
    {
        lock (_records)
        {
            (byte[] bytes, int version) = _records[(stateName, grain)];
            T state = Json.Deserialize<T>(new BinaryData(bytes))!;
            change(state);
            _records[(stateName, grain)] = (Json.Serialize(state).ToArray(), version + 1);
        }
    }

    /// <summary>Everything that is stored. A test compares it, to see that nothing was written.</summary>
    public string Text()
    {
        lock (_records) return string.Join(
            '\n', _records.Select(record => $"{record.Key} {record.Value.Version} {Encoding.UTF8.GetString(record.Value.Bytes)}")
            .Order(StringComparer.Ordinal));
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_records)
        {
            grainState.RecordExists = _records.TryGetValue((stateName, grainId), out var record);
            grainState.ETag = grainState.RecordExists ? $"{record.Version}" : null;
            grainState.State = grainState.RecordExists ? Json.Deserialize<T>(new BinaryData(record.Bytes))! : Activator.CreateInstance<T>();
        }
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_records)
        {
            if (_failing.TryGetValue(stateName, out int left) && (_failing[stateName] = left - 1) < 0 && _failing.Remove(stateName))
                throw new IOException($"The test lets a write of {stateName} fail.");
            int version = _records.TryGetValue((stateName, grainId), out var record) ? record.Version : 0;
            if ($"{version}" != (grainState.ETag ?? "0")) throw new InconsistentStateException("Another activation has written.");
            _records[(stateName, grainId)] = (Json.Serialize(grainState.State).ToArray(), version + 1);
            grainState.ETag = $"{version + 1}";
            grainState.RecordExists = true;
        }
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<RegistryRow<T>>> ListAsync<T>(RegistryQuery query, CancellationToken cancellation)
        where T : class
    {
        lock (_records) return ValueTask.FromResult<IReadOnlyList<RegistryRow<T>>>(
        [
            .. Of(query).Where(row => query.After is null || string.CompareOrdinal(row.Key, query.After.Key) > 0).Take(query.Limit)
                .Select(row => new RegistryRow<T>(row.Key, new RegistryCursor("", row.Key),
                    Json.Deserialize<T>(new BinaryData(row.Bytes))!)),
        ]);
    }

    public ValueTask<long> CountAsync(RegistryQuery query, CancellationToken cancellation)
    {
        lock (_records) return ValueTask.FromResult(Of(query).LongCount());
    }

    private IEnumerable<(string Key, byte[] Bytes)> Of(RegistryQuery query) => _records
        .Select(record => (record.Key.Kind, Key: record.Key.Grain.Key.ToString()!, record.Value.Bytes))
        .Where(record => record.Kind == query.Kind && record.Key.StartsWith($"{query.Region}/", StringComparison.Ordinal))
        .Select(record => (record.Key.Split('/')[1], record.Bytes))
        .OrderBy(record => record.Item1, StringComparer.Ordinal);
}
