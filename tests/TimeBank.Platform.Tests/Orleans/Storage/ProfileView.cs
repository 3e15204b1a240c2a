using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Storage;

[GenerateSerializer, Immutable, Alias("TimeBank.Platform.Tests.ProfileView")]
public sealed record ProfileView(
    [property: Id(0)] string Name, [property: Id(1)] int Changes, [property: Id(2)] bool RecordExists, [property: Id(3)] bool HasETag);
