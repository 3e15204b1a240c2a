using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>The cards of an elder, of which one at most is good; key: region/elder.</summary>
[Alias("timebank.cards")]
public interface ICardsGrain : IGrainWithStringKey
{
    /// <summary>Binds a card. The one before it ends, if there is a reason for that.</summary>
    [Alias("bind")]
    Task<Reply<CardList>> BindAsync(Command command, CardOrder order);

    /// <summary>Blocks the good one, such as a lost one.</summary>
    [Alias("block")]
    Task<Reply<CardList>> BlockAsync(Command command, string reason);

    [Alias("get"), AlwaysInterleave]
    Task<CardList> GetAsync();
}

/// <summary>Whose a card's number is; key: region/keyed hash of the number. The first elder who has it keeps it.</summary>
[Alias("timebank.card-number")]
public interface ICardNumberGrain : IGrainWithStringKey
{
    /// <returns>Whose it is: this elder's, or the one's before.</returns>
    [Alias("claim")]
    Task<string> ClaimAsync(string elder);

    /// <returns>Empty: nobody's.</returns>
    [Alias("owner"), AlwaysInterleave]
    Task<string> OwnerAsync();
}

/// <summary>A card that an elder has or had.</summary>
/// <param name="Key">The keyed hash of its number, which stands nowhere else.</param>
/// <param name="LastDigits">The last four, for people.</param>
/// <param name="EndedAt">Null: it is good.</param>
[GenerateSerializer, Immutable, Alias("timebank.card")]
public sealed record CardRecord(
    [property: Id(0), JsonPropertyName("key")] string Key,
    [property: Id(1), JsonPropertyName("lastDigits")] string LastDigits,
    [property: Id(2), JsonPropertyName("boundAt")] DateTimeOffset BoundAt,
    [property: Id(3), JsonPropertyName("boundBy")] string BoundBy,
    [property: Id(4), JsonPropertyName("endedAt")] DateTimeOffset? EndedAt = null,
    [property: Id(5), JsonPropertyName("endedBy")] string EndedBy = "",
    [property: Id(6), JsonPropertyName("reason")] string Reason = "");

/// <summary>An elder's cards, the latest last.</summary>
[GenerateSerializer, Immutable, Alias("timebank.card-list")]
public sealed record CardList([property: Id(0)] ImmutableArray<CardRecord> Cards)
{
    public CardRecord? Good => Cards.LastOrDefault(card => card.EndedAt is null);
}

/// <summary>A card to bind.</summary>
/// <param name="Keys">The number's hashes, that of the current master key first.</param>
/// <param name="Reason">Why the one before it ends; empty: there is none.</param>
[GenerateSerializer, Immutable, Alias("timebank.card-order")]
public sealed record CardOrder(
    [property: Id(0)] ImmutableArray<string> Keys, [property: Id(1)] string LastDigits, [property: Id(2)] string Reason);

/// <summary>The stored state of an elder's cards.</summary>
public sealed class CardsState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps cards. Stored: never change it.</summary>
    public const string Kind = "cards";

    [JsonPropertyName("cards")]
    public List<CardRecord> Cards { get; set; } = [];
}

/// <summary>The stored state of a card's number.</summary>
public sealed class CardNumberState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps numbers. Stored: never change it.</summary>
    public const string Kind = "card-number";

    [JsonPropertyName("elder")]
    public string Elder { get; set; } = "";
}

/// <inheritdoc cref="ICardNumberGrain"/>
public sealed class CardNumberGrain(
    [PersistentState(CardNumberState.Kind, GrainStorageNames.TimeBank)] IPersistentState<CardNumberState> state, BusinessClock clock)
    : WorkflowGrain<CardNumberState>(state, clock), ICardNumberGrain
{
    public async Task<string> ClaimAsync(string elder)
    {
        if (State.Elder.Length > 0) return State.Elder;
        State.Elder = elder;
        await SaveAsync();
        return elder;
    }

    public Task<string> OwnerAsync() => Task.FromResult(Stored.Elder);
}

/// <inheritdoc cref="ICardsGrain"/>
public sealed class CardsGrain(
    [PersistentState(CardsState.Kind, GrainStorageNames.TimeBank)] IPersistentState<CardsState> state, BusinessClock clock,
    ILogger<CardsGrain> log)
    : WorkflowGrain<CardsState>(state, clock), ICardsGrain
{
    private CardRecord? Good => List().Good;

    public async Task<Reply<CardList>> BindAsync(Command command, CardOrder order)
    {
        if (State.HasDone(command, out Refusal? reused)) return reused is null ? List() : reused;
        bool isGood = Good is { } good && order.Keys.Contains(good.Key);
        Refusal? refusal = Good is not null && !isGood && order.Reason.Length == 0 ? new Refusal(Reason.CardAlreadyActive)
            : await OwnerAsync(order.Keys) is { Length: > 0 } owner && owner != LocalKey ? new Refusal(Reason.CardOtherElder)
            : null;
        // The number first: a crash then leaves one that only this elder can have, and a retry goes on. Of two elders at once the number's
        // own grain lets one have it.
        if (refusal is null && await GrainFactory.GetGrain<ICardNumberGrain>(Region, order.Keys[0]).ClaimAsync(LocalKey) != LocalKey)
            refusal = new Refusal(Reason.CardOtherElder);
        refusal = await OnceAsync(command, () => refusal, () =>
        {
            if (isGood) return;
            End(command, order.Reason);
            State.Cards.Add(new CardRecord(order.Keys[0], order.LastDigits, Now, command.Actor));
        });
        if (refusal is not null) return refusal;
        log.LogInformation("{Actor} bound a card to elder {Elder} in {Region}.", command.Actor, LocalKey, Region);
        return List();
    }

    public async Task<Reply<CardList>> BlockAsync(Command command, string reason)
    {
        bool isKnown = State.HasDone(command, out _);
        Refusal? refusal = await OnceAsync(
            command, () => Good is null ? new Refusal(Reason.CardNotActive) : null, () => End(command, reason));
        if (refusal is not null) return refusal;
        if (!isKnown) log.LogInformation("{Actor} blocked the card of elder {Elder} in {Region}.", command.Actor, LocalKey, Region);
        return List();
    }

    public Task<CardList> GetAsync() => Task.FromResult(new CardList([.. Stored.Cards]));

    private CardList List() => new([.. State.Cards]);

    private void End(Command command, string reason)
    {
        int at = State.Cards.FindLastIndex(card => card.EndedAt is null);
        if (at >= 0) State.Cards[at] = State.Cards[at] with { EndedAt = Now, EndedBy = command.Actor, Reason = reason };
    }

    /// <summary>Whose the number is by any master key; empty: nobody's.</summary>
    private async Task<string> OwnerAsync(ImmutableArray<string> keys)
    {
        foreach (string key in keys)
        {
            if (await GrainFactory.GetGrain<ICardNumberGrain>(Region, key).OwnerAsync() is { Length: > 0 } owner) return owner;
        }
        return "";
    }
}
