using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// For volunteers enrolled in two regions: transfer hours between them. For auditors and finance: clearing positions, in minutes.
/// </summary>
public sealed class ClearingApi(IGrainFactory grains, IRegistry registry, PageTokens tokens) : ClearingService.ClearingServiceBase
{
    public override async Task<TransferHoursResponse> TransferHours(TransferHoursRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName? onBehalfOf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Volunteers);
        ResourceName from = read.Resource(request.From, "from", PersonContract.Volunteers);
        ResourceName to = read.Resource(request.To, "to", PersonContract.Volunteers);
        long minutes = read.Amount(request.Amount, "amount", Unit.Minutes);
        read.Check();
        context.RequireActing(onBehalfOf, from);
        AccessInterceptor.RequireKnown(from.Region);
        AccessInterceptor.RequireKnown(to.Region);

        Reply<TransferredHours> reply = await grains.GetGrain<IClearingGrain>(from.Region.ToString())
            .TransferAsync(context.Command(request, id, onBehalfOf), OpaqueId.Parse(from.Id), to.GrainKey, minutes);
        TransferredHours transferred = reply.OrThrow();
        return new TransferHoursResponse
        {
            Entry = request.ValidateOnly ? "" : ResourceName.Of(from.Region, "entries", transferred.Entry),
            ArrivalEntry = transferred.Arrival is { } arrival ? ResourceName.Of(to.Region, "entries", arrival) : "",
        };
    }

    public override async Task<ListPositionsResponse> ListPositions(ListPositionsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int size = read.PageSize(request.PageSize);
        read.Check();
        AccessInterceptor.RequireKnown(region);

        string after = tokens.Read(context, request, request.PageToken) ?? "";
        ImmutableArray<ClearingPosition> all = await grains.GetGrain<IClearingGrain>(region.ToString()).PositionsAsync();
        ClearingPosition[] rest = [.. all.Where(position => string.CompareOrdinal(position.Counterpart.ToString(), after) > 0)];
        var response = new ListPositionsResponse();
        response.Positions.Add(rest.Take(size).Select(position => ToContract(region, position)));
        if (rest.Length > size) response.NextPageToken = tokens.Write(context, request, rest[size - 1].Counterpart.ToString());
        return response;
    }

    public override Task<Netting> RunNetting(RunNettingRequest request, ServerCallContext context) => StepAsync(
        context, request, request.RequestId, request.Name, (netting, command) => netting.ProposeAsync(command));

    public override Task<Netting> ApproveNetting(ApproveNettingRequest request, ServerCallContext context) => StepAsync(
        context, request, request.RequestId, request.Name, (netting, command) => netting.ApproveAsync(command));

    public override Task<Netting> WithdrawNetting(WithdrawNettingRequest request, ServerCallContext context) => StepAsync(
        context, request, request.RequestId, request.Name, (netting, command) => netting.WithdrawAsync(command));

    public override async Task<Netting> GetNetting(GetNettingRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = NettingContract.Named(read, request.Name);
        read.Check();
        return (await grains.GetGrain<INettingGrain>(name.GrainKey).GetAsync())?.ToContract(name.Region)
            ?? throw Problem.Of(Reason.NettingNotFound);
    }

    public override async Task<ListNettingsResponse> ListNettings(ListNettingsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int size = read.PageSize(request.PageSize);
        read.Check();
        (IReadOnlyList<RegistryRow<NettingGrainState>> page, string next) = await registry.PageAsync<NettingGrainState>(
            new RegistryQuery(region, NettingGrainState.Kind), size, tokens, context, request, request.PageToken);
        var response = new ListNettingsResponse
        {
            NextPageToken = next, Unreadable = { page.Unreadable(region, NettingContract.Nettings) },
        };
        response.Nettings.Add(
            page.Readable().Select(row => row.State.Netting).OfType<NettingRecord>().Select(netting => netting.ToContract(region)));
        return response;
    }

    private async Task<Netting> StepAsync(
        ServerCallContext context, Google.Protobuf.IMessage request, string requestId, string netting,
        Func<INettingGrain, Command, Task<Reply<NettingRecord>>> step)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(requestId);
        ResourceName name = NettingContract.Named(read, netting);
        read.Check();
        AccessInterceptor.RequireKnown(name.Region);
        Reply<NettingRecord> reply = await step(grains.GetGrain<INettingGrain>(name.GrainKey), context.Command(request, id));
        return reply.OrThrow().ToContract(name.Region);
    }

    private static Position ToContract(RegionCode region, ClearingPosition position) => new()
    {
        Region = ResourceName.OfRegion(region),
        Counterpart = ResourceName.OfRegion(position.Counterpart),
        DueTo = Unit.Minutes.Of(position.DueTo),
        DueFrom = Unit.Minutes.Of(position.DueFrom),
        Net = new Counters(0, position.DueFrom, 0, position.DueTo).ToBalance(Unit.Minutes),
        Settled = new Counters(0, Math.Max(0, -position.Settled), 0, Math.Max(0, position.Settled)).ToBalance(Unit.Minutes),
    };
}

/// <summary>Nettings in the contract's types.</summary>
internal static class NettingContract
{
    public const string Nettings = "nettings";

    /// <summary>Reads <c>regions/{region}/nettings/{yyyy-MM}</c> of a city or a province: a district has no regions inside.</summary>
    public static ResourceName Named(RequestReader read, string text)
    {
        ResourceName name = PeriodContract.Named(read, text, "name", Nettings);
        if (name.Region != name.Region.City) read.Refuse("name", "NOT_A_NAME", ("pattern", "regions/430200/nettings/2026-11"));
        return name;
    }

    public static Netting ToContract(this NettingRecord netting, RegionCode region)
    {
        Month month = Month.Parse(netting.Month);
        return new Netting
        {
            Name = ResourceName.Of(region, Nettings, netting.Month),
            State = netting.State.ToContract(),
            FirstDate = month.First.ToContract(),
            LastDate = month.Last.ToContract(),
            ProposedBy = netting.ProposedBy,
            ProposeTime = Timestamp.FromDateTimeOffset(netting.ProposedAt),
            ApprovedBy = netting.ApprovedBy,
            ApproveTime = netting.ApprovedAt is { } time ? Timestamp.FromDateTimeOffset(time) : null,
            WithdrawnBy = netting.WithdrawnBy,
            Regions = { netting.Books.Select(ToContract) },
            Pairs =
            {
                netting.Pairs.Select(pair => pair.ToPair()).Select(pair => new V1.NettedPair
                {
                    From = ResourceName.OfRegion(pair.From),
                    To = ResourceName.OfRegion(pair.To),
                    Left = Unit.Minutes.Of(pair.Left),
                    Arrived = Unit.Minutes.Of(pair.Arrived),
                    Netted = Unit.Minutes.Of(pair.Netted),
                    InFlight = Unit.Minutes.Of(pair.InFlight),
                }),
            },
            Settlements =
            {
                netting.Settlements.Select(paid => paid.ToSettlement()).Select(paid => new V1.NettedSettlement
                {
                    Payer = ResourceName.OfRegion(paid.Payer),
                    Payee = ResourceName.OfRegion(paid.Payee),
                    Amount = Unit.Minutes.Of(paid.Minutes),
                }),
            },
        };
    }

    private static NettedRegion ToContract(NettingBooks books)
    {
        var region = RegionCode.Parse(books.Region);
        return new NettedRegion
        {
            Region = ResourceName.OfRegion(region),
            FromEntryCount = books.FromSize,
            ToEntryCount = books.ToSize,
            Owes = Unit.Minutes.Of(books.OwesMinutes),
            Owed = Unit.Minutes.Of(books.OwedMinutes),
            Net = new Counters(0, books.OwedMinutes, 0, books.OwesMinutes).ToBalance(Unit.Minutes),
            Entry = books.Entry is { } entry ? ResourceName.Of(region, SettlementContract.Entries, entry) : "",
        };
    }
}
