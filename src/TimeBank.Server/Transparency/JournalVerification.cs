using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Verifies a database, and then against what it can't vouch for itself: the checkpoints that were signed, of which one is kept outside.</summary>
public static class JournalVerification
{
    /// <exception cref="FileNotFoundException">There is no database.</exception>
    /// <exception cref="StorageUnavailableException">The database or the checkpoints can't be read now.</exception>
    public static Verification Run(StorageEngine engine, ISignedHeads outside, CancellationToken cancellation) => RunAsync(engine, outside, cancellation).GetAwaiter().GetResult();

    private static async Task<Verification> RunAsync(StorageEngine engine, ISignedHeads outside, CancellationToken cancellation)
    {
        var guard = new JournalGuard(engine.Trees, outside);
        Verification verification = engine.Verify(cancellation);
        foreach (RegionCode region in verification.Regions.Select(verified => verified.Region).Union(outside.Regions()).Order())
        {
            if (!verification.IsSound) break;
            string where = $"regions/{region}/head";
            try
            {
                IReadOnlyList<Checkpoint> signed = await guard.SignedAsync(region, cancellation);
                // A running server may have written and signed since.
                if (signed.Any(checkpoint => checkpoint.Size > Of(verification, region).Entries)) verification = engine.Verify(cancellation);
                VerifiedRegion found = Of(verification, region);
                await guard.CheckAsync(region, found.Entries, found.Root, signed, cancellation);
                verification = verification with { Finding = verification.Finding ?? await TreeNodes.VerifyAsync(engine.Trees, region, found.Entries, cancellation) };
            }
            catch (JournalRolledBackException contradicts)
            {
                verification = verification with { Finding = new Finding(where, "signed checkpoint", "a journal that goes on from it", contradicts.Message) };
            }
        }
        return verification;
    }

    private static VerifiedRegion Of(Verification verification, RegionCode region) =>
        verification.Regions.FirstOrDefault(verified => verified.Region == region) ?? new VerifiedRegion(region, 0, 0, 0, MerkleFrontier.Empty.Root);
}
