using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>For elders and counter staff: what an elder shows before a voucher is spent.</summary>
public sealed partial class HolderApi(
    IGrainFactory grains, IRegistry registry, HolderReader holders, Vault vault, PageTokens tokens, BusinessClock clock)
    : HolderService.HolderServiceBase
{
    private const int MaxReasonLength = 200, LastDigits = 4, StatesAtOnce = 1_000;

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
        (ImmutableArray<KeyedHash> keys, string last) = holders.Card(read, elder.Region, request.Number, "number");
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

    public override async Task<Holder> AskCardUnbinding(AskCardUnbindingRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders);
        (ImmutableArray<KeyedHash> keys, string last) = holders.Card(read, elder.Region, request.Number, "number");
        string reason = read.Text(request.Reason, "reason", MaxReasonLength, required: true);
        read.Check();
        if (behalf != elder) throw Problem.Of(Reason.PartyNotAllowed);
        await ElderAsync(elder);
        (await grains.GetGrain<ICardsGrain>(elder.GrainKey)
            .AskUnbindingAsync(context.Command(request, id, behalf), new CardOrder(keys, last, reason))).OrThrow();
        return await HolderAsync(elder);
    }

    public override async Task<Holder> UnbindCard(UnbindCardRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders);
        string last = read.Text(request.LastDigits, "last_digits", LastDigits, required: true);
        read.Check();
        if (behalf is { } person && person != elder) throw Problem.Of(Reason.PartyNotAllowed);
        await ElderAsync(elder);
        (await grains.GetGrain<ICardsGrain>(elder.GrainKey).UnbindAsync(context.Command(request, id, behalf), last)).OrThrow();
        return await HolderAsync(elder);
    }

    public override async Task<Holder> GetCardHolder(GetCardHolderRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        (ImmutableArray<KeyedHash> keys, _) = holders.Card(read, region, request.Number, "number");
        read.Check();
        foreach (KeyedHash key in keys)
        {
            if (await grains.GetGrain<ICardNumberGrain>(region, key.Hash).OwnerAsync() is not { Length: > 0 } owner) continue;
            var elder = new ResourceName(region, PersonContract.Elders, owner);
            CardList cards = await grains.GetGrain<ICardsGrain>(elder.GrainKey).GetAsync();
            if (cards.Good is { } good && keys.Any(hash => hash.Hash == good.Key)) return await HolderAsync(elder);
        }
        throw Problem.Of(Reason.CardNotFound);
    }

    public override async Task<HolderKeys> GetHolderKeys(GetHolderKeysRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        var uses = vault.KeyIds.ToDictionary(key => key, key => new HolderKeyUse { KeyId = key, IsHere = true });
        uses[vault.KeyIds[0]].IsCurrent = true;
        // What was kept before its key's id stood beside it hangs on one of the keys that were there then: nobody can tell on which.
        HolderKeyUse Of(string? key) => uses.TryGetValue(key ?? "", out HolderKeyUse? use)
            ? use : uses[key ?? ""] = new HolderKeyUse { KeyId = key ?? "" };
        var keys = new HolderKeys();
        await foreach (RegistryRow<PinState> row in AllAsync<PinState>(region, PinState.Kind, context.CancellationToken))
        {
            if (!row.IsReadable) keys.Unreadable++;
            else if (row.State.Hash.Length > 0) Of(row.State.KeyId).Pins++;
        }
        await foreach (RegistryRow<CardsState> row in AllAsync<CardsState>(region, CardsState.Kind, context.CancellationToken))
        {
            if (!row.IsReadable) keys.Unreadable++;
            else if (row.State.Cards.LastOrDefault(card => card.EndedAt is null) is { } good) Of(good.KeyId).Cards++;
        }
        keys.Keys.Add(uses.Values);
        return keys;
    }

    private async IAsyncEnumerable<RegistryRow<T>> AllAsync<T>(
        RegionCode region, string kind, [EnumeratorCancellation] CancellationToken cancellation)
        where T : class
    {
        var query = new RegistryQuery(region, kind) { Limit = StatesAtOnce };
        IReadOnlyList<RegistryRow<T>> rows;
        do
        {
            rows = await registry.ListAsync<T>(query, cancellation);
            foreach (RegistryRow<T> row in rows) yield return row;
            if (rows.Count > 0) query = query with { After = rows[^1].Cursor };
        }
        while (rows.Count == StatesAtOnce);
    }

    private async Task<Holder> HolderAsync(ResourceName elder) => HolderContract.ToContract(
        elder, await grains.GetGrain<IPinGrain>(elder.GrainKey).GetAsync(), await grains.GetGrain<ICardsGrain>(elder.GrainKey).GetAsync(),
        clock.Now, (await ElderAsync(elder)).Facts(elder.Region).DeathOn(clock.Today));

    private async Task<ElderRecord> ElderAsync(ResourceName elder) =>
        await grains.Elder(elder).GetAsync() ?? throw Problem.Of(Reason.ElderNotFound);
}
