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

    /// <summary>Asks that a card that is or was this elder's be another's to bind: it was bound to the wrong elder.</summary>
    [Alias("ask-unbinding")]
    Task<Reply<CardList>> AskUnbindingAsync(Command command, CardOrder order);

    /// <summary>Unbinds what another person asked to unbind: the card ends and its number is nobody's.</summary>
    /// <param name="lastDigits">Of the card that is meant.</param>
    [Alias("unbind")]
    Task<Reply<CardList>> UnbindAsync(Command command, string lastDigits);

    /// <summary>Keeps the good card by the current master key, if it is the one with these hashes.</summary>
    /// <param name="card">The hashes of its number, that of the current master key first.</param>
    [Alias("rekey")]
    Task RekeyAsync(ImmutableArray<KeyedHash> card);

    [Alias("get"), AlwaysInterleave]
    Task<CardList> GetAsync();
}

/// <summary>
/// Whose a card's number is; key: region/keyed hash of the number. The first elder who has it keeps it, until two persons unbind it.
/// </summary>
[Alias("timebank.card-number")]
public interface ICardNumberGrain : IGrainWithStringKey
{
    /// <returns>Whose it is: this elder's, or the one's before.</returns>
    [Alias("claim")]
    Task<string> ClaimAsync(string elder);

    /// <returns>Empty: nobody's.</returns>
    [Alias("owner"), AlwaysInterleave]
    Task<string> OwnerAsync();

    /// <summary>Takes it from this elder; another's stays.</summary>
    [Alias("release")]
    Task ReleaseAsync(string elder);
}

/// <summary>A card that an elder has or had.</summary>
/// <param name="Key">The keyed hash of its number, which stands nowhere else.</param>
/// <param name="LastDigits">The last four, for people.</param>
/// <param name="EndedAt">Null: it is good.</param>
/// <param name="KeyId">The master key on which the hash hangs; null: it was bound before the id was kept.</param>
/// <param name="Unbound">Who asked that it be unbound, and who did it; null: it wasn't.</param>
[GenerateSerializer, Immutable, Alias("timebank.card")]
public sealed record CardRecord(
    [property: Id(0), JsonPropertyName("key")] string Key,
    [property: Id(1), JsonPropertyName("lastDigits")] string LastDigits,
    [property: Id(2), JsonPropertyName("boundAt")] DateTimeOffset BoundAt,
    [property: Id(3), JsonPropertyName("boundBy")] string BoundBy,
    [property: Id(4), JsonPropertyName("endedAt")] DateTimeOffset? EndedAt = null,
    [property: Id(5), JsonPropertyName("endedBy")] string EndedBy = "",
    [property: Id(6), JsonPropertyName("reason")] string Reason = "",
    [property: Id(7), JsonPropertyName("keyId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? KeyId = null,
    [property: Id(8), JsonPropertyName("unbound"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    CardUnbinding? Unbound = null);

/// <summary>A wish that a card be unbound, since it was bound to the wrong elder.</summary>
/// <param name="Keys">Every hash of the number under which it may be kept.</param>
/// <param name="By">Who asked: the token's subject.</param>
[GenerateSerializer, Immutable, Alias("timebank.card-unbinding")]
public sealed record CardUnbinding(
    [property: Id(0), JsonPropertyName("keys")] ImmutableArray<string> Keys,
    [property: Id(1), JsonPropertyName("lastDigits")] string LastDigits,
    [property: Id(2), JsonPropertyName("reason")] string Reason,
    [property: Id(3), JsonPropertyName("by")] string By,
    [property: Id(4), JsonPropertyName("at")] DateTimeOffset At);

/// <summary>An elder's cards, the latest last.</summary>
/// <param name="Asked">What waits to be unbound by another person; null: nothing.</param>
[GenerateSerializer, Immutable, Alias("timebank.card-list")]
public sealed record CardList([property: Id(0)] ImmutableArray<CardRecord> Cards, [property: Id(1)] CardUnbinding? Asked)
{
    public CardRecord? Good => Cards.LastOrDefault(card => card.EndedAt is null);
}

/// <summary>A card to bind.</summary>
/// <param name="Keys">The number's hashes, that of the current master key first.</param>
/// <param name="Reason">Why the one before it ends; empty: there is none. Of an unbinding: why.</param>
[GenerateSerializer, Immutable, Alias("timebank.card-order")]
public sealed record CardOrder(
    [property: Id(3)] ImmutableArray<KeyedHash> Keys, [property: Id(1)] string LastDigits, [property: Id(2)] string Reason);

/// <summary>The stored state of an elder's cards.</summary>
public sealed class CardsState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps cards. Stored: never change it.</summary>
    public const string Kind = "cards";

    [JsonPropertyName("cards")]
    public List<CardRecord> Cards { get; set; } = [];

    /// <summary>What waits to be unbound by another person; null: nothing.</summary>
    [JsonPropertyName("asked"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CardUnbinding? Asked { get; set; }

    /// <summary>The hashes of what was unbound and whose numbers are still to be released; null: none.</summary>
    [JsonPropertyName("releasing"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? Releasing { get; set; }
}

/// <summary>The stored state of a card's number.</summary>
public sealed class CardNumberState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps numbers. Stored: never change it.</summary>
    public const string Kind = "card-number";

    [JsonPropertyName("elder")]
    public string Elder { get; set; } = "";

    /// <summary>Whose it was before it was unbound, the latest last; null: nobody's.</summary>
    [JsonPropertyName("before"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<string>? Before { get; set; }
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

    public async Task ReleaseAsync(string elder)
    {
        if (State.Elder != elder) return;
        (State.Before ??= []).Add(elder);
        State.Elder = "";
        await SaveAsync();
    }
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
        await ReleaseAsync();
        bool isGood = Good is { } good && order.Keys.Any(key => key.Hash == good.Key);
        Refusal? refusal = await GrainFactory.DeathAsync(Region, LocalKey, Today)
            ?? (Good is not null && !isGood && order.Reason.Length == 0 ? new Refusal(Reason.CardAlreadyActive)
                : await OwnerAsync(order.Keys) is { Length: > 0 } owner && owner != LocalKey ? new Refusal(Reason.CardOtherElder)
                : null);
        // The number first: a crash then leaves one that only this elder can have, and a retry goes on. Of two elders at once the number's
        // own grain lets one have it.
        if (refusal is null && await Number(order.Keys[0].Hash).ClaimAsync(LocalKey) != LocalKey)
            refusal = new Refusal(Reason.CardOtherElder);
        refusal = await OnceAsync(command, () => refusal, () =>
        {
            if (isGood)
            {
                Rekey(order.Keys[0]);
                return;
            }
            End(command, order.Reason);
            State.Cards.Add(new CardRecord(
                order.Keys[0].Hash, order.LastDigits, Now, command.Actor, KeyId: order.Keys[0].KeyId));
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

    public async Task<Reply<CardList>> AskUnbindingAsync(Command command, CardOrder order)
    {
        ImmutableArray<string> hashes = [.. order.Keys.Select(key => key.Hash)];
        // A crash may have left a number that is this elder's and stands in no list: else nobody else could ever have it.
        bool isOwn = State.Cards.Any(card => card.Unbound is null && hashes.Contains(card.Key))
            || await OwnerAsync(order.Keys) == LocalKey;
        Refusal? refusal = await OnceAsync(
            command, () => isOwn ? null : new Refusal(Reason.CardNotOfElder),
            () => State.Asked = new CardUnbinding(hashes, order.LastDigits, order.Reason, command.Actor, Now));
        return refusal is null ? List() : refusal;
    }

    public async Task<Reply<CardList>> UnbindAsync(Command command, string lastDigits)
    {
        bool isKnown = State.HasDone(command, out _);
        Refusal? refusal = await OnceAsync(
            command,
            () => State.Asked is not { } asked || asked.LastDigits != lastDigits ? new Refusal(Reason.CardUnbindingNotFound)
                : asked.By == command.Actor ? new Refusal(Reason.MakerIsChecker) : null,
            () =>
            {
                CardUnbinding asked = State.Asked!;
                for (int at = 0; at < State.Cards.Count; at++)
                {
                    if (State.Cards[at] is not { Unbound: null } card || !asked.Keys.Contains(card.Key)) continue;
                    State.Cards[at] = card.EndedAt is null
                        ? card with { EndedAt = Now, EndedBy = command.Actor, Reason = asked.Reason, Unbound = asked }
                        : card with { Unbound = asked };
                }
                (State.Asked, State.Releasing) = (null, asked.Keys);
            });
        if (refusal is not null) return refusal;
        await ReleaseAsync();
        if (!isKnown) log.LogInformation("{Actor} unbound a card of elder {Elder} in {Region}.", command.Actor, LocalKey, Region);
        return List();
    }

    public async Task RekeyAsync(ImmutableArray<KeyedHash> card)
    {
        if (Good is not { } good || card[0].KeyId == good.KeyId || card.All(hash => hash.Hash != good.Key)) return;
        if (await Number(card[0].Hash).ClaimAsync(LocalKey) != LocalKey) return;
        Rekey(card[0]);
        await SaveAsync();
    }

    public Task<CardList> GetAsync() => Task.FromResult(new CardList([.. Stored.Cards], Stored.Asked));

    private CardList List() => new([.. State.Cards], State.Asked);

    private ICardNumberGrain Number(string hash) => GrainFactory.GetGrain<ICardNumberGrain>(Region, hash);

    private void End(Command command, string reason)
    {
        int at = State.Cards.FindLastIndex(card => card.EndedAt is null);
        if (at >= 0) State.Cards[at] = State.Cards[at] with { EndedAt = Now, EndedBy = command.Actor, Reason = reason };
    }

    private void Rekey(KeyedHash current)
    {
        int at = State.Cards.FindLastIndex(card => card.EndedAt is null);
        State.Cards[at] = State.Cards[at] with { Key = current.Hash, KeyId = current.KeyId };
    }

    /// <summary>
    /// Makes the numbers of what was unbound nobody's, after the cards have ended: no number is ever good for two elders. What a crash cut
    /// short is gone on with by the same request again, or by the next binding.
    /// </summary>
    private async Task ReleaseAsync()
    {
        if (State.Releasing is not { } hashes) return;
        foreach (string hash in hashes) await Number(hash).ReleaseAsync(LocalKey);
        State.Releasing = null;
        await SaveAsync();
    }

    /// <summary>Whose the number is by any master key; empty: nobody's.</summary>
    private async Task<string> OwnerAsync(ImmutableArray<KeyedHash> keys)
    {
        foreach (KeyedHash key in keys)
        {
            if (await Number(key.Hash).OwnerAsync() is { Length: > 0 } owner) return owner;
        }
        return "";
    }
}
