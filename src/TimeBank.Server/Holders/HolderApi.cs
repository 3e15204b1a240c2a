using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>For elders and counter staff: what an elder shows before a voucher is spent.</summary>
public sealed partial class HolderApi(
    IGrainFactory grains, IRegistry registry, HolderReader holders, PageTokens tokens, BusinessClock clock)
    : HolderService.HolderServiceBase
{
    private const int MaxReasonLength = 200;

    public override async Task<Holder> GetHolder(GetHolderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        read.Check();
        await ElderAsync(elder);
        return await HolderAsync(elder);
    }

    public override async Task<Holder> SetPin(SetPinRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders);
        string old = request.OldPin.Length == 0 ? "" : HolderReader.Pin(read, request.OldPin, "old_pin");
        string pin = HolderReader.Pin(read, request.Pin, "pin");
        read.Check();
        if (behalf is { } person && person != elder) throw Problem.Of(Reason.PartyNotAllowed);
        return await SetAsync(read, elder, context.Command(request, id, behalf), new PinOrder(pin, old, ""));
    }

    public override async Task<Holder> ResetPin(ResetPinRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders);
        string pin = HolderReader.Pin(read, request.Pin, "pin");
        string reason = read.Text(request.Reason, "reason", MaxReasonLength, required: true);
        read.Check();
        if (behalf != elder) throw Problem.Of(Reason.PartyNotAllowed);
        return await SetAsync(read, elder, context.Command(request, id, behalf), new PinOrder(pin, "", reason));
    }

    private async Task<Holder> SetAsync(RequestReader read, ResourceName elder, Command command, PinOrder order)
    {
        if (HolderPin.IsWeak(order.Pin, (await ElderAsync(elder)).BirthDate)) read.Refuse("pin", "PIN_WEAK");
        read.Check();
        (await grains.GetGrain<IPinGrain>(elder.GrainKey).SetAsync(command, order)).OrThrow();
        return await HolderAsync(elder);
    }

    public override async Task<Holder> BindCard(BindCardRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders);
        (ImmutableArray<string> keys, string last) = holders.Card(read, elder.Region, request.Number, "number");
        string reason = read.Text(request.Reason, "reason", MaxReasonLength);
        read.Check();
        if (behalf != elder) throw Problem.Of(Reason.PartyNotAllowed);
        await ElderAsync(elder);
        (await grains.GetGrain<ICardsGrain>(elder.GrainKey)
            .BindAsync(context.Command(request, id, behalf), new CardOrder(keys, last, reason))).OrThrow();
        return await HolderAsync(elder);
    }

    public override async Task<Holder> BlockCard(BlockCardRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders);
        string reason = read.Text(request.Reason, "reason", MaxReasonLength, required: true);
        read.Check();
        if (behalf is { } person && person != elder) throw Problem.Of(Reason.PartyNotAllowed);
        await ElderAsync(elder);
        (await grains.GetGrain<ICardsGrain>(elder.GrainKey).BlockAsync(context.Command(request, id, behalf), reason)).OrThrow();
        return await HolderAsync(elder);
    }

    public override async Task<Holder> GetCardHolder(GetCardHolderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        (ImmutableArray<string> keys, _) = holders.Card(read, region, request.Number, "number");
        read.Check();
        foreach (string key in keys)
        {
            if (await grains.GetGrain<ICardNumberGrain>(region, key).OwnerAsync() is not { Length: > 0 } owner) continue;
            var elder = new ResourceName(region, PersonContract.Elders, owner);
            CardList cards = await grains.GetGrain<ICardsGrain>(elder.GrainKey).GetAsync();
            if (cards.Good is { } good && keys.Contains(good.Key)) return await HolderAsync(elder);
        }
        throw Problem.Of(Reason.CardNotFound);
    }

    private async Task<Holder> HolderAsync(ResourceName elder) => HolderContract.ToContract(
        elder, await grains.GetGrain<IPinGrain>(elder.GrainKey).GetAsync(), await grains.GetGrain<ICardsGrain>(elder.GrainKey).GetAsync(),
        clock.Now);

    private async Task<ElderRecord> ElderAsync(ResourceName elder) =>
        await grains.Elder(elder).GetAsync() ?? throw Problem.Of(Reason.ElderNotFound);
}
