using System.Text;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>Versions of policies, which have the numbers of the rules: read, list, propose, approve.</summary>
public sealed class PolicyApi(IGrainFactory grains, PageTokens tokens, BusinessClock clock) : PolicyService.PolicyServiceBase
{
    public const string Collection = "policyVersions";
    private const int MaxDocument = 65_536;

    public override async Task<V1.PolicyVersion> GetVersion(GetPolicyVersionRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        VersionQuery query = VersionQuery.Read(read, request.Version, request.Date);
        read.Check();
        return Whole(await query.AskAsync(Grain(region), clock.Today));
    }

    public override async Task<ListPolicyVersionsResponse> ListVersions(ListPolicyVersionsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        VersionState? state = read.ChoiceOrNull(request.State, "state");
        int size = read.PageSize(request.PageSize);
        read.Check();
        VersionPage page = await VersionPage.ReadAsync(Grain(region), tokens, context, request, state, size, request.PageToken);
        return new ListPolicyVersionsResponse { Versions = { page.Versions.Select(Header) }, NextPageToken = page.NextPageToken };
    }

    public override async Task<V1.PolicyVersion> ProposeVersion(ProposePolicyVersionRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        VersionDocument.CheckSize(read, request.Document, MaxDocument);
        read.Check();
        VersionDocument.Parse(request.Document, file => Policy.Parse(file),
            policy => (policy.Version.Region, policy.Effective), region, Reason.PolicyInvalid);
        Command command = context.Command(request, id);
        await VersionDocument.CheckLettersAsync(request.Document, Reason.PolicyInvalid, () => grains.IsKnownAsync(region, command));
        return Whole((await Grain(region).ProposeAsync(command, request.Document)).OrThrow());
    }

    public override async Task<V1.PolicyVersion> ApproveVersion(ApprovePolicyVersionRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Named(request.Name, "name", Collection);
        read.Check();
        return Whole((await Grain(name.Region).ApproveAsync(context.Command(request, id), name.Id)).OrThrow());
    }

    private IPolicyGrain Grain(RegionCode region) => grains.GetGrain<IPolicyGrain>(region.ToString());

    private static V1.PolicyVersion Header(RuleVersion version) => new()
    {
        Name = ResourceName.Of(RegionCode.Parse(version.Region), Collection, version.Name),
        Version = version.Name,
        State = VersionPage.State(version),
        EffectiveDate = version.Effective.ToContract(),
        ProposedBy = version.ProposedBy,
        ApprovedBy = version.ApprovedBy,
    };

    private static V1.PolicyVersion Whole(RuleVersion version)
    {
        V1.PolicyVersion whole = Header(version);
        whole.Document = version.Document;
        Policy policy = Policy.Parse(Encoding.UTF8.GetBytes(version.Document)).Expect(whole.Name);
        whole.Numbers.Add(policy.Items.Select(Number));
        whole.Defaults.Add(policy.Defaults.Select(Number));
        return whole;
    }

    private static PolicyNumber Number(PolicyItem item) => new() { Key = item.Key, Value = item.Value, Source = item.Source };
}
