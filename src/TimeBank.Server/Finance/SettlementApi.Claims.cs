using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using ClaimReason = TimeBank.V1.ClaimReason;
using ProviderClaim = TimeBank.V1.ProviderClaim;

namespace TimeBank.Server;

/// <content>What providers owe and no settlement will bring back.</content>
public sealed partial class SettlementApi
{
    private const int MaxOwner = 100, DebtsAtOnce = 200;

    public override async Task<ListClaimsResponse> ListClaims(ListClaimsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ClaimReason? reason = read.ChoiceOrNull(request.Reason, "reason");
        string owner = read.Text(request.Owner, "owner", MaxOwner);
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        string after = tokens.Read(context, request, request.PageToken) ?? "";
        var response = new ListClaimsResponse();
        // Reason and owner stand in no index: the list looks at more debts until the page is full.
        for (bool isMore = true; isMore && response.Claims.Count <= pageSize;)
        {
            IReadOnlyList<ProviderDebt> page = await debts.ListAsync(region, after, DebtsAtOnce, context.CancellationToken);
            isMore = page.Count == DebtsAtOnce;
            foreach (ProviderDebt debt in page)
            {
                after = debt.Provider.Text;
                if (debt.Reason is null && !request.IncludeAllDebts) continue;
                ProviderClaim claim = ToContract(region, debt, await ClaimGrain(region, debt.Provider).GetAsync());
                if ((reason is null || claim.Reason == reason) && (owner.Length == 0 || claim.Owner == owner)) response.Claims.Add(claim);
                if (response.Claims.Count > pageSize) break;
            }
        }
        if (response.Claims.Count <= pageSize) return response;
        response.Claims.RemoveAt(pageSize);
        response.NextPageToken = tokens.Write(context, request, response.Claims[^1].Provider.Split('/')[^1]);
        return response;
    }

    public override async Task<ProviderClaim> AssignClaim(AssignClaimRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", SettlementContract.Providers);
        string owner = read.Text(request.Owner, "owner", MaxOwner, required: true);
        string note = read.Text(request.Note, "note", MaxNote);
        read.Check();
        OpaqueId provider = OpaqueId.Parse(name.Id);
        ClaimRecord claim = (await ClaimGrain(name.Region, provider)
            .AssignAsync(context.Command(request, id, memo: note), owner)).OrThrow();
        // A repeated request may find the debt paid meanwhile.
        ProviderDebt debt = await debts.FindAsync(name.Region, provider, context.CancellationToken)
            ?? new ProviderDebt(provider, Fen.Zero, Fen.Zero, clock.Today, null);
        return ToContract(name.Region, debt, claim);
    }

    private IProviderClaimGrain ClaimGrain(RegionCode region, OpaqueId provider) =>
        grains.GetGrain<IProviderClaimGrain>(region, provider);

    private ProviderClaim ToContract(RegionCode region, ProviderDebt debt, ClaimRecord? claim) => new()
    {
        Provider = ResourceName.Of(region, SettlementContract.Providers, debt.Provider),
        Owed = debt.Owed.ToContract(),
        Payable = debt.Payable.ToContract(),
        Since = debt.Since.ToContract(),
        AgeDays = clock.Today.DayNumber - debt.Since.DayNumber,
        Reason = debt.Reason?.ToContract() ?? ClaimReason.Unspecified,
        Owner = claim?.Owner ?? "",
        History =
        {
            (claim?.History ?? []).Select(step => step.ToContract()),
        },
    };
}
