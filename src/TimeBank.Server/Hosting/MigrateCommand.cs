namespace TimeBank.Server;

/// <summary><c>migrate</c>: brings the database to this build's schema, or says what that would do. Beside a server on the same SQLite file it is refused.</summary>
public static class MigrateCommand
{
    public const string Name = "migrate", DryRun = "--dry-run";

    /// <exception cref="Storage.SchemaMismatchException">The schema isn't ours, or a newer build's, or a script failed.</exception>
    /// <exception cref="Ledger.StorageUnavailableException">The database can't be used.</exception>
    public static int Run(TimeBankOptions options, bool dryRun, TextWriter output)
    {
        using var engine = StorageEngine.Of(options);
        IReadOnlyList<string> missing = engine.MissingScripts();
        if (missing.Count == 0)
        {
            output.WriteLine($"migrate: {engine.Name} has schema {engine.SchemaVersion}, which is this build's; there is nothing to do");
            return 0;
        }
        if (dryRun)
        {
            foreach (string name in missing) output.WriteLine($"migrate: would apply {name}");
            return 0;
        }
        DataFolder.Prepare(options.Data);
        engine.Migrate(name => output.WriteLine($"migrate: applied {name}"));
        output.WriteLine($"migrate: {engine.Name} has schema {engine.SchemaVersion}");
        return 0;
    }
}
