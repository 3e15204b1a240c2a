using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Storage;
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
        var response = new ListEstatesResponse();
        IEnumerable<string> elders = request.Corrected ? Elders(
            // One with a death is in the other list; its grain knows.
            await registry.PageAsync<EstateState>(
                new RegistryQuery(region, EstateState.Kind), size, tokens, context, request, request.PageToken),
            state => state.Payouts.Exists(payout => payout.Stage is EstatePayoutStage.Proposed or EstatePayoutStage.Paid))
            : Elders(
                await registry.PageAsync<ElderState>(
                    new RegistryQuery(region, ElderState.Kind).WhereOrMissing(
                        new RegistryCondition(ElderState.StatusPath, StoredName.Of(Ledger.ElderStatus.Deceased))),
                    size, tokens, context, request, request.PageToken),
                _ => true);
        foreach (string[] some in elders.Chunk(EstatesAtOnce))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            foreach ((string elder, EstateView? found, bool isUnreadable) in await Task.WhenAll(
                some.Select(elder => FindAsync(region, elder, request.Corrected, context.CancellationToken))))
            {
                var name = new ResourceName(region, PersonContract.Elders, elder);
                if (isUnreadable) response.Unreadable.Add($"{name}");
                else if (found is not null) response.Estates.Add(found.ToContract(name, isListed: true));
            }
        }
        return response;

        IEnumerable<string> Elders<T>((IReadOnlyList<RegistryRow<T>> Rows, string Next) page, Func<T, bool> isWanted)
            where T : class
        {
            response.NextPageToken = page.Next;
            response.Unreadable.Add(page.Rows.Unreadable(region, PersonContract.Elders));
            return page.Rows.Readable().Where(row => isWanted(row.State)).Select(row => row.Key);
        }
    }

    public override async Task<Estate> GetEstate(GetEstateRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        read.Check();
        return (await EstateOf(elder).GetAsync()).OrThrow().ToContract(elder, isListed: false);
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

    /// <summary>
    /// An estate for a list; null where it isn't in it: with something left or to be voided after a death, or with something proposed or
    /// paid where the death was corrected. A damaged state is named by the list, and fails no other.
    /// </summary>
    private async Task<(string Elder, EstateView? Found, bool IsUnreadable)> FindAsync(
        RegionCode region, string elder, bool isCorrected, CancellationToken cancellation)
    {
        try
        {
            // Most elders who died left nothing: their grains aren't asked.
            if (!isCorrected && (await ledger.PersistentVouchersAsync(region, elder, EstateRule.MaxShares, cancellation)).IsEmpty)
                return (elder, null, false);
            EstateView? estate = (await grains.GetGrain<IEstateGrain>(region, elder).GetAsync()).Value;
            bool isIn = isCorrected
                ? estate is { Died: null } && estate.Payouts.Any(one => one.Stage is EstatePayoutStage.Proposed or EstatePayoutStage.Paid)
                : estate is { Died: not null } && (estate.AmountFen > 0 || !estate.ToVoid.IsEmpty);
            return (elder, isIn ? estate : null, false);
        }
        catch (Exception error) when (StorageFault.IsUnreadable(error))
        {
            return (elder, null, true);
        }
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

    /// <param name="isListed">True leaves out what each voucher has.</param>
    public static Estate ToContract(this EstateView estate, ResourceName elder, bool isListed) => new()
    {
        Elder = $"{elder}",
        DeathDate = estate.Died?.ToContract(),
        PayableFrom = estate.PayableFrom?.ToContract(),
        Amount = Unit.Fen.Of(estate.AmountFen),
        PayableAmount = Sum(estate.Shares),
        AmountToVoid = Sum(estate.ToVoid),
        Shares = { isListed ? [] : Shares(elder, estate.Shares) },
        ToVoid = { isListed ? [] : Shares(elder, estate.ToVoid) },
        Payouts = { estate.Payouts.Select(payout => payout.ToContract(elder)) },
    };

    private static Amount Sum(ImmutableArray<EstateShareView> shares) =>
        Unit.Fen.OfTotal(shares.Aggregate(Int128.Zero, (sum, share) => sum + share.AmountFen));

    private static IEnumerable<EstateShare> Shares(ResourceName elder, ImmutableArray<EstateShareView> shares) =>
        shares.Select(share => new EstateShare
        {
            Voucher = ResourceName.Of(elder.Region, VoucherContract.Vouchers, share.Voucher),
            Programme = ResourceName.Of(elder.Region, FundContract.Programmes, share.Programme), Amount = Unit.Fen.Of(share.AmountFen),
        });

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
