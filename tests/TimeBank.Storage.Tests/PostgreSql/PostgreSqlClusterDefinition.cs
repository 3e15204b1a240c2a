using Xunit;

namespace TimeBank.Storage.Tests;

[CollectionDefinition(PostgreSqlCluster.Name)]
public sealed class PostgreSqlClusterDefinition : ICollectionFixture<PostgreSqlCluster>;
