using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>Keeps states as bytes for as long as the silo lives.</summary>
internal sealed class MemoryGrainStorage(IGrainStorageSerializer serializer) : IGrainStorage
{
    private readonly Dictionary<(string StateName, GrainId GrainId), (BinaryData? Data, string ETag)> records = [];
    private long versions;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        bool found;
        (BinaryData? Data, string ETag) record;
        lock (records) found = records.TryGetValue((stateName, grainId), out record);
        grainState.RecordExists = found && record.Data is not null;
        grainState.ETag = grainState.RecordExists ? record.ETag : null;
        grainState.State = grainState.RecordExists ? serializer.Deserialize<T>(record.Data!)! : StateMaker.New<T>();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BinaryData data = serializer.Serialize(grainState.State);
        lock (records)
        {
            CheckVersion(stateName, grainId, grainState.ETag);
            grainState.ETag = $"{++versions}";
            records[(stateName, grainId)] = (data, grainState.ETag);
        }

        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (records)
        {
            CheckVersion(stateName, grainId, grainState.ETag);
            records[(stateName, grainId)] = (null, "");
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
        grainState.State = StateMaker.New<T>();
        return Task.CompletedTask;
    }

    private void CheckVersion(string stateName, GrainId grainId, string? etag)
    {
        if (!records.TryGetValue((stateName, grainId), out var record) || record.ETag == (etag ?? "")) return;
        throw new InconsistentStateException($"Version conflict: state {stateName} of {grainId}.", record.ETag, etag);
    }
}
