using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Calls;

[GenerateSerializer, Immutable, Alias("TimeBank.Platform.Tests.Word")]
public sealed record Word([property: Id(0)] string Text, [property: Id(1)] long Number);
