using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>Donations by card: start, read, list, and the run that books what has come. Amounts are in fen.</summary>
public sealed class DonationApi(
    IGrainFactory grains, IRegistry registry, PageTokens tokens, BusinessClock clock, StripeGateway? gateway = null,
    StripeSync? sync = null)
    : DonationService.DonationServiceBase
{
    private const int MaxNoteLength = 200;

    /// <summary>More than eight digits Stripe doesn't take.</summary>
    private const long MaxFen = 99_999_999;

    public override async Task<Donation> StartDonation(StartDonationRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName fund = read.Named(request.Fund, "fund", FundContract.Funds);
        long fen = read.Amount(request.Amount, "amount", Unit.Fen);
        string note = read.Text(request.Note, "note", MaxNoteLength);
        read.Check();
        Require(fund.Region);
        if (fen > MaxFen) throw Problem.Of(Reason.AmountTooLarge, ("field", "amount.value"));
        Command command = context.Command(request, id);
        IDonationGrain grain = grains.GetGrain<IDonationGrain>(fund.Region, command.NewId);
        Reply<DonationRecord> reply = await grain.StartAsync(command, fund.Id, fen, note);
        DonationRecord donation = reply.OrThrow();
        return donation.ToContract(fund.Region, dryRun: command.IsDryRun && donation.Session.Length == 0);
    }

    public override async Task<Donation> GetDonation(GetDonationRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", DonationContract.Donations);
        read.Check();
        Require(name.Region);
        DonationRecord donation = await grains.GetGrain<IDonationGrain>(name.GrainKey).GetAsync()
            ?? throw Problem.Of(Reason.DonationNotFound);
        return donation.ToContract(name.Region);
    }

    public override async Task<ListDonationsResponse> ListDonations(ListDonationsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? fund = read.NamedOrNull(request.Fund, "fund", FundContract.Funds);
        if (fund is { } named) read.SameRegion(region, named, "fund");
        V1.DonationState? state = read.ChoiceOrNull(request.State, "state");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        Require(region);
        var query = new RegistryQuery(region, DonationState.Kind);
        if (fund is { } one) query = query.WhereOrMissing(new RegistryCondition("donation.fund", one.Id));
        if (state is { } only) query = query.WhereOrMissing(
            [.. only.ToDomain().Select(stage => new RegistryCondition("donation.stage", stage.ToString()))]);
        (IReadOnlyList<RegistryRow<DonationState>> page, string next) = await registry.PageAsync<DonationState>(
            query, pageSize, tokens, context, request, request.PageToken);
        var response = new ListDonationsResponse
        {
            NextPageToken = next, Unreadable = { page.Unreadable(region, DonationContract.Donations) },
        };
        response.Donations.Add(page.Readable().Select(row => row.State.Donation).OfType<DonationRecord>()
            .Select(donation => donation.ToContract(region)));
        return response;
    }

    public override async Task SyncStripe(
        SyncStripeRequest request, IServerStreamWriter<SyncStripeProgress> responseStream, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        Require(region);
        Command command = context.Command(request, id);
        Outcome begun = await grains.Writer(region).DecideAsync(
            command, clock.Today, null, () => Entries.Note(command.Header(clock.Today, "")));
        begun.OrThrow();
        try
        {
            await foreach (SyncStep step in sync!.RunAsync(command.IsDryRun, context.CancellationToken))
            {
                await responseStream.WriteAsync(step.ToContract(), context.CancellationToken);
            }
        }
        catch (PaymentServiceException error)
        {
            throw Problem.Of(error.Refusal);
        }
    }

    private void Require(RegionCode region)
    {
        if (gateway?.Region != region) throw Problem.Of(Reason.DonationsNotConfigured);
    }
}
