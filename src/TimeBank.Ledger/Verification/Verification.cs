namespace TimeBank.Ledger;

/// <summary>What verifying a store came to.</summary>
/// <param name="Regions">The regions that are sound, up to the finding.</param>
/// <param name="Finding">The first thing that is wrong; null where nothing is.</param>
public sealed record Verification(IReadOnlyList<VerifiedRegion> Regions, Finding? Finding)
{
    public bool IsSound => Finding is null;
}
