using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Estate = TimeBank.V1.Estate;
using EstateShare = TimeBank.V1.EstateShare;

namespace TimeBank.Server;

/// <content>What elders who died left on persistent vouchers, and its payment to the heirs.</content>
public sealed partial class FundApi
{
    private const int MaxEvidenceLength = 200, EstatesAtOnce = 32;

    public override async Task<ListEstatesResponse> ListEstates(ListEstatesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int size = read.PageSize(request.PageSize);
        read.Check();
        RegistryQuery died = new RegistryQuery(region, ElderState.Kind)
            .Where(new RegistryCondition(ElderState.StatusPath, StoredName.Of(Ledger.ElderStatus.Deceased)));
        (IReadOnlyList<RegistryRow<ElderState>> rows, string next) =
            await registry.PageAsync<ElderState>(died, size, tokens, context, request, request.PageToken);
        var response = new ListEstatesResponse { NextPageToken = next, Unreadable = { rows.Unreadable(region, PersonContract.Elders) } };
        foreach (RegistryRow<ElderState>[] some in rows.Readable().Chunk(EstatesAtOnce))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            Estate?[] estates = await Task.WhenAll(some.Select(row => WaitingAsync(region, row.Key, context.CancellationToken)));
            response.Estates.Add(estates.OfType<Estate>());
        }
        return response;
    }

    public override async Task<Estate> GetEstate(GetEstateRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        read.Check();
        return (await EstateOf(elder).GetAsync()).OrThrow().ToContract(elder);
    }

    public override async Task<EstatePayout> ProposeEstatePayout(ProposeEstatePayoutRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        Slug bank = read.Slug(request.BankAccount, "bank_account");
        string reference = read.Text(request.BankReference, "bank_reference", MaxReferenceLength, required: true);
        string evidence = read.Text(request.Evidence, "evidence", MaxEvidenceLength, required: true);
        read.Check();
        return (await EstateOf(elder).ProposeAsync(context.Command(request, id), bank.Text, reference, evidence))
            .OrThrow().ToContract(elder);
    }

    public override async Task<EstatePayout> ApproveEstatePayout(ApproveEstatePayoutRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (ResourceName elder, OpaqueId payout) = EstateContract.PayoutNamed(read, request.Payout);
        read.Check();
        return (await EstateOf(elder).ApproveAsync(context.Command(request, id), payout)).OrThrow().ToContract(elder);
    }

    public override async Task<EstatePayout> WithdrawEstatePayout(WithdrawEstatePayoutRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (ResourceName elder, OpaqueId payout) = EstateContract.PayoutNamed(read, request.Payout);
        read.Check();
        return (await EstateOf(elder).WithdrawAsync(context.Command(request, id), payout)).OrThrow().ToContract(elder);
    }

    /// <summary>An estate with something left, without its shares; null where nothing is, or the death was a mistake.</summary>
    private async Task<Estate?> WaitingAsync(RegionCode region, string elder, CancellationToken cancellation)
    {
        // Most elders who died left nothing: their grains aren't asked.
        if ((await ledger.PersistentVouchersAsync(region, elder, EstateRule.MaxShares, cancellation)).IsEmpty) return null;
        Reply<EstateView> estate = await grains.GetGrain<IEstateGrain>(region, elder).GetAsync();
        if (estate.Value is not { Shares.IsEmpty: false } left) return null;
        Estate contract = left.ToContract(new ResourceName(region, PersonContract.Elders, elder));
        contract.Shares.Clear();
        return contract;
    }

    private IEstateGrain EstateOf(ResourceName elder) => grains.GetGrain<IEstateGrain>(elder.GrainKey);
}

/// <summary>Estates in the contract's types.</summary>
internal static class EstateContract
{
    private const string Payouts = "estatePayouts";

    /// <summary>Reads a payout's name: its elder's name, then its id.</summary>
    public static (ResourceName Elder, OpaqueId Payout) PayoutNamed(RequestReader read, string text)
    {
        int at = text.LastIndexOf($"/{Payouts}/", StringComparison.Ordinal);
        string last = at < 0 ? "" : text[(at + Payouts.Length + 2)..];
        if (OpaqueId.TryParse(last, out OpaqueId payout) && ResourceName.TryParse(text[..at], out ResourceName? elder)
            && elder.Value.Collection == PersonContract.Elders && OpaqueId.TryParse(elder.Value.Id, out _))
        {
            return (elder.Value, payout);
        }
        read.Refuse("payout", text.Length == 0 ? "REQUIRED" : "NOT_A_NAME",
            ("pattern", "regions/430211/elders/0123456789AB/estatePayouts/BA9876543210"));
        return default;
    }

    public static Estate ToContract(this EstateView estate, ResourceName elder) => new()
    {
        Elder = $"{elder}",
        DeathDate = estate.Died.ToContract(),
        PayableFrom = estate.PayableFrom.ToContract(),
        Amount = Unit.Fen.OfTotal(estate.Shares.Aggregate(Int128.Zero, (sum, share) => sum + share.AmountFen)),
        Shares =
        {
            estate.Shares.Select(share => new EstateShare
            {
                Voucher = ResourceName.Of(elder.Region, VoucherContract.Vouchers, share.Voucher),
                Programme = ResourceName.Of(elder.Region, FundContract.Programmes, share.Programme), Amount = Unit.Fen.Of(share.AmountFen),
            }),
        },
        Payouts = { estate.Payouts.Select(payout => payout.ToContract(elder)) },
    };

    public static EstatePayout ToContract(this EstatePayoutView payout, ResourceName elder) => new()
    {
        Name = $"{elder}/{Payouts}/{payout.Id}",
        State = payout.Stage.ToContract(),
        Amount = Unit.Fen.Of(payout.AmountFen),
        BankAccount = payout.Bank,
        BankReference = payout.Reference,
        Evidence = payout.Evidence,
        ProposedBy = payout.ProposedBy,
        ProposeTime = Timestamp.FromDateTimeOffset(payout.ProposedAt),
        DecidedBy = payout.DecidedBy,
        DecideTime = payout.DecidedAt is { } decided ? Timestamp.FromDateTimeOffset(decided) : null,
        Entry = payout.Entry is { } entry ? ResourceName.Of(elder.Region, VoucherContract.Entries, entry) : "",
    };
}
