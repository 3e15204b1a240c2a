namespace TimeBank.Storage.Tests.GrainStorage;

[Alias("TimeBank.Storage.Tests.INoteGrain")]
public interface INoteGrain : IGrainWithStringKey
{
    [Alias("Name")]
    Task<string> Name();

    [Alias("Rename")]
    Task Rename(string name);
}
