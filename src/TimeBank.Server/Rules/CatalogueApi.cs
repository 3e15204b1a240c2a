using System.Text;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using Catalogue = TimeBank.Ledger.Catalogue;

namespace TimeBank.Server;

/// <summary>Versions of service lists: read, list, compare, propose, approve.</summary>
public sealed class CatalogueApi(IGrainFactory grains, PageTokens tokens, BusinessClock clock) : CatalogueService.CatalogueServiceBase
{
    private const int MaxDocument = 262_144;

    public override async Task<CatalogueVersion> GetVersion(GetCatalogueVersionRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        VersionQuery query = VersionQuery.Read(read, request.Version, request.Date);
        read.Check();
        return (await query.AskAsync(Grain(region), clock.Today)).ToWholeCatalogue();
    }

    public override async Task<ListCatalogueVersionsResponse> ListVersions(ListCatalogueVersionsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        VersionState? state = read.ChoiceOrNull(request.State, "state");
        int size = read.PageSize(request.PageSize);
        read.Check();
        VersionPage page = await VersionPage.ReadAsync(Grain(region), tokens, context, request, state, size, request.PageToken);
        return new ListCatalogueVersionsResponse
        {
            Versions = { page.Versions.Select(version => version.ToCatalogueHeader()) },
            NextPageToken = page.NextPageToken
        };
    }

    public override async Task<CatalogueVersion> ProposeVersion(ProposeCatalogueVersionRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        VersionDocument.CheckSize(read, request.Document, MaxDocument);
        read.Check();
        VersionDocument.Parse(request.Document, file => Catalogue.Parse(file),
            catalogue => (catalogue.Region, catalogue.Effective), region, Reason.CatalogueInvalid);
        Command command = context.Command(request, id);
        await VersionDocument.CheckLettersAsync(request.Document, Reason.CatalogueInvalid, () => grains.IsKnownAsync(region, command));
        return (await Grain(region).ProposeAsync(command, request.Document)).OrThrow().ToWholeCatalogue();
    }

    public override async Task<CatalogueVersion> ApproveVersion(ApproveCatalogueVersionRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Named(request.Name, "name", CatalogueContract.Collection);
        read.Check();
        return (await Grain(name.Region).ApproveAsync(context.Command(request, id), name.Id)).OrThrow().ToWholeCatalogue();
    }

    public override async Task<CatalogueComparison> CompareWithParent(CompareWithParentRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Name, "name", CatalogueContract.Collection);
        read.Check();
        RuleVersion local = (await Grain(name.Region).FindAsync(name.Id)).OrThrow();
        if (name.Region.Parent() is not { } wider
            || (await Grain(wider).InForceAsync(local.Effective)).Value is not { } parent) throw Problem.Of(Reason.CatalogueNoParent);
        CatalogueDifference[] differences = [.. CatalogueDifferences.Between(Parse(local), Parse(parent))];
        return new CatalogueComparison
        {
            Version = local.ToCatalogueHeader().Name,
            ParentVersion = parent.ToCatalogueHeader().Name,
            Differences = { differences },
            Acceptable = !differences.Any(difference => difference.Kind is DifferenceKind.Missing or DifferenceKind.Below),
        };
    }

    private ICatalogueGrain Grain(RegionCode region) => grains.GetGrain<ICatalogueGrain>(region.ToString());

    private static Catalogue Parse(RuleVersion version) => Catalogue.Parse(Encoding.UTF8.GetBytes(version.Document)).Expect(version.Name);
}
