using TimeBank.Storage;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The <c>migrate</c> command, which the database's owner runs before a new build serves.</summary>
public sealed class MigrateCommandTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Migrate_says_what_it_would_do_and_did(bool onPostgreSql)
    {
        string folder = Path.Combine(Directory.CreateTempSubdirectory("timebank-migrate-").FullName, "data");
        var options = new TimeBankOptions { Data = folder, Database = onPostgreSql ? postgres.NewDatabase() : "" };
        int scripts = onPostgreSql ? PostgreSqlSchema.Version : SqliteSchema.Version;

        Assert.Equal(Enumerable.Repeat("would apply", scripts), Run(options, dryRun: true).Select(line => line[9..20]));
        Assert.False(Directory.Exists(folder));
        string[] done = Run(options);
        Assert.Equal(scripts + 1, done.Length);
        Assert.StartsWith("migrate: applied 001_", done[0], StringComparison.Ordinal);
        Assert.EndsWith($"has schema {scripts}", done[^1], StringComparison.Ordinal);
        Assert.Contains("nothing to do", Assert.Single(Run(options)), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
    }

    private static string[] Run(TimeBankOptions options, bool dryRun = false)
    {
        using var output = new StringWriter();
        Assert.Equal(0, MigrateCommand.Run(options, dryRun, output));
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
