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
        try
        {
            using var engine = StorageEngine.Of(options);
            verification = JournalVerification.Run(engine, options.CheckpointFolder(), cancellation);
        }
        catch (Exception error) when (error is FileNotFoundException or SchemaMismatchException or StorageUnavailableException)
        {
            errors.WriteLine($"verify: {error.Message}");
            return Unreadable;
        }
        foreach (VerifiedRegion region in verification.Regions)
        {
            output.WriteLine($"regions/{region.Region}: {region.Entries} entries, {region.Accounts} accounts, root {region.Root}: sound");
        }
        if (verification.Finding is not { } finding)
        {
            output.WriteLine(verification.Regions.Count == 0 ? "verify: the journals are empty" : "verify: every counter, balance and head follows from the journal, and the journal from what was signed");
            return Sound;
        }
        errors.WriteLine($"verify: {finding}");
        return Unsound;
    }
}
