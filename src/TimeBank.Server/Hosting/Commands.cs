using System.Data.Common;
using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>
/// <c>migrate</c>: brings the database to this build's schema, or lists the missing scripts. Refused while a server uses the same SQLite
/// file.
/// </summary>
public static class MigrateCommand
{
    public const string Name = "migrate", DryRun = "--dry-run";

    /// <exception cref="Storage.SchemaMismatchException">The schema is not TimeBank's or of a newer build, or a script failed.</exception>
    /// <exception cref="Ledger.StorageUnavailableException">The database cannot be used.</exception>
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
        DataFolder.Prepare(options);
        engine.Migrate(name => output.WriteLine($"migrate: applied {name}"));
        output.WriteLine($"migrate: {engine.Name} has schema {engine.SchemaVersion}");
        return 0;
    }
}

/// <summary>
/// <c>verify</c>: derives the database again from its journals; needs no server. Exit code 0: sound; 1: not sound; 3: not readable.
/// </summary>
public static class VerifyCommand
{
    public const string Name = "verify";
    private const int Sound = 0, Unsound = 1, Unreadable = 3;

    public static int Run(TimeBankOptions options, TextWriter output, TextWriter errors, CancellationToken cancellation = default)
    {
        Verification verification;
        IReadOnlyList<RegionCode> unsigned;
        CheckpointFolder outside = options.CheckpointFolder();
        CheckpointKeys? keys = null;
        try
        {
            keys = CheckpointKeys.Find(options);
            using var engine = StorageEngine.Of(options);
            verification = JournalVerification.Run(engine, outside, keys, out unsigned, cancellation);
        }
        // DbException: for example a missing table, after a change by hand.
        catch (Exception error) when (
            error is FileNotFoundException or SchemaMismatchException or StorageUnavailableException or DbException
            or InvalidOperationException)
        {
            errors.WriteLine($"verify: {error.Message}");
            return Unreadable;
        }
        finally
        {
            keys?.Dispose();
        }
        foreach (VerifiedRegion region in verification.Regions)
        {
            output.WriteLine($"regions/{region.Region}: {region.Entries} entries, {region.Accounts} accounts, root {region.Root}: sound");
        }
        if (verification.Finding is { } finding)
        {
            errors.WriteLine($"verify: {finding}");
            errors.WriteLine($"verify: the checkpoints outside the database are those of {outside.Path}");
            return Unsound;
        }
        foreach (RegionCode region in unsigned) output.WriteLine(
            $"regions/{region}: no signed checkpoint outside the database, in {outside.Path}: nothing tells whether its last entries are "
                + "missing");
        if (keys is null && verification.Regions.Count > 0) output.WriteLine(
            "verify: there are no keys here, so no checkpoint's signature was checked");
        output.WriteLine(
            verification.Regions.Count == 0 ? "verify: the journals are empty"
            : unsigned.Count > 0 ? "verify: every counter, balance and head follows from the journal"
            : "verify: every counter, balance and head follows from the journal, and the journal from what was signed");
        return Sound;
    }
}

/// <summary>
/// <c>move</c>: moves the database in the data folder, a SQLite file, into a migrated and empty PostgreSQL database. Exit code 0: moved; 1:
/// the file, or what became of it, is not sound.
/// </summary>
public static class MoveCommand
{
    public const string Name = "move";

    /// <exception cref="FileNotFoundException">There is no file.</exception>
    /// <exception cref="InvalidOperationException">No target is named, or it isn't empty.</exception>
    /// <exception cref="SchemaMismatchException">One of the two does not have this build's schema.</exception>
    /// <exception cref="StorageUnavailableException">A server works on the file, or one of the two can't be used.</exception>
    public static int Run(TimeBankOptions options, TextWriter output, TextWriter errors, CancellationToken cancellation = default)
    {
        if (options.Database.Length == 0) throw new InvalidOperationException(
            "move needs the PostgreSQL database to move into: --database, or the variable TIMEBANK_DATABASE.");
        PostgreSqlDatabase database = PostgreSqlEngine.Read(options.Database);
        using var target = new PostgreSqlEngine(database);
        SqliteDatabase file = SqliteEngine.File(options);
        if (!File.Exists(file.Path)) throw new FileNotFoundException($"There is no database at {file.Path}.", file.Path);
        using var source = new SqliteEngine(file);
        // Until the end: what a server wrote meanwhile would stay behind.
        source.Take();
        using CheckpointKeys? keys = CheckpointKeys.Find(options);
        CheckpointFolder outside = options.CheckpointFolder();

        output.WriteLine($"move: verifies {source.Name}");
        Verification before = JournalVerification.Run(source, outside, keys, out _, cancellation);
        if (before.Finding is { } unsound)
        {
            errors.WriteLine($"move: {unsound}");
            errors.WriteLine($"move: {source.Name} is not sound, and nothing was moved");
            return 1;
        }
        DatabaseMove.Run(file, database, line => output.WriteLine($"move: {line}"), cancellation);
        output.WriteLine($"move: all is in {target.Name}; verifies it");
        Verification after = JournalVerification.Run(target, outside, keys, out _, cancellation);
        if (!after.IsSound || !before.Regions.SequenceEqual(after.Regions))
        {
            errors.WriteLine($"move: {after.Finding?.ToString() ?? "the regions are not those of the file"}");
            errors.WriteLine($"move: {target.Name} is not what {source.Name} is: drop it, and go on with the file");
            return 1;
        }
        foreach (VerifiedRegion region in after.Regions) output.WriteLine(
            $"regions/{region.Region}: {region.Entries} entries, root {region.Root}: the same in both");
        output.WriteLine("move: done. Start servers with the same keys and checkpoints");
        output.WriteLine($"move: put {source.Name} away, for no server may go on there");
        return 0;
    }
}
