namespace TimeBank.Storage.Tests.GrainStorage;

[GenerateSerializer, Alias("TimeBank.Storage.Tests.NoteState")]
public sealed record NoteState
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public long Number { get; set; }

    [Id(2)]
    public NoteKind Kind { get; set; }
}
