using System.Collections.Immutable;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>The versions of a region's service list (基本养老服务清单); key: the region's code.</summary>
[Alias("timebank.catalogue")]
public interface ICatalogueGrain : IVersionsGrain
{
    /// <summary>
    /// The service list in force on a day: the region's own, or the nearest wider region's. For a day before the first list, the first.
    /// </summary>
    [Alias("at"), ReadOnly]
    Task<Ledger.Catalogue> AtAsync(DateOnly day);
}

/// <summary>Keeps a region's service lists and refuses one below the wider region's. Source: all policy papers.</summary>
public sealed class CatalogueGrain([PersistentState("catalogue", "timebank")] IPersistentState<VersionsState> state, BusinessClock clock)
    : VersionsGrain<Ledger.Catalogue>(state, clock), ICatalogueGrain
{
    /// <summary>The most findings that a refusal names.</summary>
    private const int MaxFindings = 10;

    protected override Reason NotFound => Reason.CatalogueVersionNotFound;

    protected override IEnumerable<VersionedFile<Ledger.Catalogue>> Shipped() =>
        CatalogueDirectory.BuiltIn.All.Where(catalogue => catalogue.Region == Region).Select(catalogue => Of(catalogue, null));

    protected override VersionedFile<Ledger.Catalogue> Read(ProposedVersion stored) =>
        Of(TimeBank.Ledger.Catalogue.Parse(Utf8(stored)).Expect($"a service list of {Region}"), stored);

    protected override IVersionsGrain Wider(RegionCode region) => GrainFactory.GetGrain<ICatalogueGrain>(region.ToString());

    protected override Task<Ledger.Catalogue> WiderAtAsync(RegionCode region, DateOnly day) =>
        GrainFactory.GetGrain<ICatalogueGrain>(region.ToString()).AtAsync(day);

    protected override async Task<Refusal?> BelowFloorAsync(VersionedFile<Ledger.Catalogue> version)
    {
        if (Region.Parent() is not { } wider) return null;
        Ledger.Catalogue parent = await WiderAtAsync(wider, version.Effective);
        ImmutableArray<CatalogueFinding> findings = version.Answer.CompareWith(parent);
        return findings.IsEmpty ? null : Refusal.Of(Reason.CatalogueBelowParent, ("item", string.Join(", ", findings.Take(MaxFindings))));
    }

    private static VersionedFile<Ledger.Catalogue> Of(Ledger.Catalogue catalogue, ProposedVersion? stored) => new(
        catalogue.Region, catalogue.Version, catalogue.Effective, catalogue.File, catalogue, stored);
}
