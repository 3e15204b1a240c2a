using System.Collections.Immutable;
using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>Keeps the service lists of a region. None of them falls below the wider region's.</summary>
public sealed class CatalogueGrain([PersistentState("catalogue", "timebank")] IPersistentState<VersionsState> state, BusinessClock clock)
    : VersionsGrain<CatalogueMessage>(state, clock), ICatalogueGrain
{
    /// <summary>How many findings a refusal names.</summary>
    private const int MaxFindings = 10;

    protected override Reason NotFound => Reason.CatalogueVersionNotFound;

    protected override IEnumerable<VersionedFile<CatalogueMessage>> Shipped() =>
        CatalogueDirectory.BuiltIn.All.Where(catalogue => catalogue.Region == Region).Select(catalogue => Of(catalogue, null));

    protected override VersionedFile<CatalogueMessage> Read(ProposedVersion stored) => Of(TimeBank.Ledger.Catalogue.Parse(Utf8(stored)).Expect($"a service list of {Region}"), stored);

    protected override IVersionsGrain Wider(RegionCode region) => GrainFactory.GetGrain<ICatalogueGrain>(region.ToString());

    protected override Task<CatalogueMessage> WiderAtAsync(RegionCode region, DateOnly day) => GrainFactory.GetGrain<ICatalogueGrain>(region.ToString()).AtAsync(day);

    protected override async Task<Refusal?> BelowFloorAsync(VersionedFile<CatalogueMessage> version)
    {
        if (Region.Parent() is not { } wider) return null;
        CatalogueMessage parent = await WiderAtAsync(wider, version.Effective);
        ImmutableArray<CatalogueFinding> findings = version.Answer.Catalogue.CompareWith(parent.Catalogue);
        return findings.IsEmpty ? null : Refusal.Of(Reason.CatalogueBelowParent, ("item", string.Join(", ", findings.Take(MaxFindings))));
    }

    private static VersionedFile<CatalogueMessage> Of(TimeBank.Ledger.Catalogue catalogue, ProposedVersion? stored) => new(
        catalogue.Region, catalogue.Version, catalogue.Effective, catalogue.File, new CatalogueMessage(catalogue.File.ToArray(), catalogue), stored);
}
