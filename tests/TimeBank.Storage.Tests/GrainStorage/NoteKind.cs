namespace TimeBank.Storage.Tests.GrainStorage;

public enum NoteKind
{
    ShortNote,
    LongNote,
}
