using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// For volunteers enrolled in two regions: transfer hours between them. For auditors and finance: clearing positions, in minutes.
/// </summary>
public sealed class ClearingApi(IGrainFactory grains, PageTokens tokens) : ClearingService.ClearingServiceBase
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

    private static Position ToContract(RegionCode region, ClearingPosition position) => new()
    {
        Region = ResourceName.OfRegion(region),
        Counterpart = ResourceName.OfRegion(position.Counterpart),
        DueTo = Unit.Minutes.Of(position.DueTo),
        DueFrom = Unit.Minutes.Of(position.DueFrom),
        Net = new Counters(0, position.DueFrom, 0, position.DueTo).ToBalance(Unit.Minutes),
    };
}
