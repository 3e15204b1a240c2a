using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Storage;
using TimeBank.Ledger;

namespace TimeBank.Server.GrainTests;

/// <summary>Grain states as JSON in memory, listed as the registry lists them, and failing when a test says so.</summary>
internal sealed class StubStorage : IGrainStorage, IRegistry
{
    private readonly ConcurrentDictionary<(string Kind, string Key), string> _states = new();

    /// <summary>The next write of a state is lost, as if the machine had stopped before it.</summary>
    public bool LoseNextWrite { get; set; }

    /// <summary>All that is stored, to see that nothing was written.</summary>
    public string Text() => string.Join('\n', _states.Select(state => $"{state.Key} {state.Value}").Order(StringComparer.Ordinal));

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.RecordExists = _states.TryGetValue((stateName, grainId.Key.ToString()!), out string? json);
        grainState.State = json is null ? Activator.CreateInstance<T>() : JsonSerializer.Deserialize<T>(json)!;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (LoseNextWrite)
        {
            LoseNextWrite = false;
            throw new IOException("The machine stopped.");
        }
        _states[(stateName, grainId.Key.ToString()!)] = JsonSerializer.Serialize(grainState.State);
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<RegistryRow<T>>> ListAsync<T>(RegistryQuery query, CancellationToken cancellation)
        where T : class
    {
        IReadOnlyList<RegistryRow<T>> rows =
        [
            .. Keys(query).Where(key => query.After is null || string.CompareOrdinal(key, query.After.Key) > 0).Take(query.Limit)
                .Select(key => new RegistryRow<T>(key, new RegistryCursor("", key),
                JsonSerializer.Deserialize<T>(_states[(query.Kind, $"{query.Region}/{key}")])!)),
        ];
        return ValueTask.FromResult(rows);
    }

    public ValueTask<long> CountAsync(RegistryQuery query, CancellationToken cancellation) => ValueTask.FromResult(Keys(query).LongCount());

    private IEnumerable<string> Keys(RegistryQuery query) => _states.Keys
        .Where(key => key.Kind == query.Kind && key.Key.StartsWith($"{query.Region}/", StringComparison.Ordinal))
        .Select(key => key.Key.Split('/')[1])
        .Order(StringComparer.Ordinal);
}
