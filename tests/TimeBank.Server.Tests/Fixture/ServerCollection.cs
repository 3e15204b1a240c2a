using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Test classes that share one running server: <c>[Collection(ServerCollection.Name)]</c>.</summary>
[CollectionDefinition(Name)]
public sealed class ServerCollection : ICollectionFixture<TestServer>
{
    public const string Name = "server";
}
