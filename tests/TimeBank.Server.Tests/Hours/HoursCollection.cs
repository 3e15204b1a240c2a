using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Tests of hours share one server of their own, because they move its clock: <c>[Collection(HoursCollection.Name)]</c>.</summary>
[CollectionDefinition(Name)]
public sealed class HoursCollection : ICollectionFixture<TestServer>
{
    public const string Name = "hours";
}
