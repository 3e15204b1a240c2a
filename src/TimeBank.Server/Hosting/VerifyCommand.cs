using System.Data.Common;
using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary><c>verify</c>: derives the database again from its journals, with no server needed. Exit code 0: sound; 1: not; 3: can't be read.</summary>
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
        // A database that lacks a table has been changed by hand.
        catch (Exception error) when (error is FileNotFoundException or SchemaMismatchException or StorageUnavailableException or DbException or InvalidOperationException)
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
        foreach (RegionCode region in unsigned) output.WriteLine($"regions/{region}: no signed checkpoint outside the database, in {outside.Path}: nothing tells whether its last entries are missing");
        if (keys is null && verification.Regions.Count > 0) output.WriteLine("verify: there are no keys here, so no checkpoint's signature was checked");
        output.WriteLine(
            verification.Regions.Count == 0 ? "verify: the journals are empty"
            : unsigned.Count > 0 ? "verify: every counter, balance and head follows from the journal"
            : "verify: every counter, balance and head follows from the journal, and the journal from what was signed");
        return Sound;
    }
}
