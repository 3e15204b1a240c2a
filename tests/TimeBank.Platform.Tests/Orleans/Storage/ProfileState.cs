using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Storage;

[GenerateSerializer, Alias("TimeBank.Platform.Tests.ProfileState")]
public sealed class ProfileState
{
    [Id(0)]
    public string Name { get; set; } = "nobody";

    [Id(1)]
    public int Changes { get; set; }
}
