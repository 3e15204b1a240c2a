using TimeBank.Storage.GrainStorage;

namespace TimeBank.Storage.Tests.GrainStorage;

public sealed class NoteGrain([PersistentState("note", GrainStorageSetup.ProviderName)] IPersistentState<NoteState> note) : Grain,
    INoteGrain
{
    public Task<string> Name() => Task.FromResult(note.State.Name);

    public Task Rename(string name)
    {
        note.State.Name = name;
        return note.WriteStateAsync();
    }
}
