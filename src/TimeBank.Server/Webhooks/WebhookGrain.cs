using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// What administrators say of a webhook; key: region/webhook. <see cref="IWebhookDeliveryGrain"/> delivers, and keeps how far it is: so no
/// command waits for a receiver, and no two writers share a state.
/// </summary>
[Alias("timebank.webhook")]
public interface IWebhookGrain : IGrainWithStringKey
{
    /// <param name="url">A checked address.</param>
    /// <param name="from">The index of the entry to begin with.</param>
    /// <param name="isFull">True: the region has as many webhooks at work as it may have.</param>
    [Alias("create")]
    Task<Reply<IssuedSecret>> CreateAsync(Command command, string url, ImmutableArray<WebhookEvent> events, long from, bool isFull);

    [Alias("rotate")]
    Task<Reply<IssuedSecret>> RotateAsync(Command command);

    /// <param name="from">The index of the entry to go on from.</param>
    [Alias("replay")]
    Task<Reply<WebhookRecord>> ReplayAsync(Command command, long from);

    [Alias("disable")]
    Task<Reply<WebhookRecord>> DisableAsync(Command command);

    [Alias("enable")]
    Task<Reply<WebhookRecord>> EnableAsync(Command command, bool isFull);

    /// <summary>Null if it does not exist.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<WebhookRecord?> GetAsync();

    /// <summary>What delivery needs; null if the webhook does not exist or is disabled.</summary>
    [Alias("target"), AlwaysInterleave]
    Task<WebhookTarget?> TargetAsync();
}

/// <summary>A webhook, as its administrators set it.</summary>
/// <param name="Start">From where it delivers.</param>
[GenerateSerializer, Immutable, Alias("timebank.webhook-record")]
public sealed record WebhookRecord(
    [property: Id(0)] OpaqueId Id,
    [property: Id(1)] string Url,
    [property: Id(2)] ImmutableArray<WebhookEvent> Events,
    [property: Id(3)] bool IsDisabled,
    [property: Id(4)] WebhookStart Start,
    [property: Id(5)] string CreatedBy,
    [property: Id(6)] DateTimeOffset CreatedAt);

/// <summary>A place in the journal that an administrator chose.</summary>
/// <param name="Number">Counts the choices: delivery takes each once.</param>
[GenerateSerializer, Immutable, Alias("timebank.webhook-start")]
public sealed record WebhookStart(
    [property: Id(0), JsonPropertyName("number")] int Number, [property: Id(1), JsonPropertyName("from")] long From);

/// <summary>A new secret, on its way to the one caller who sees it.</summary>
/// <param name="Secret">Empty for a retry and a dry run.</param>
[GenerateSerializer, Immutable, Alias("timebank.webhook-issued-secret")]
public sealed record IssuedSecret([property: Id(0)] WebhookRecord Webhook, [property: Id(1)] string Secret)
{
    /// <summary>Nothing of it: Orleans writes late answers into its log.</summary>
    public override string ToString() => nameof(IssuedSecret);
}

/// <summary>Where to deliver, and the sealed secrets to sign with.</summary>
/// <param name="Key">The wrapped key of the secrets.</param>
[GenerateSerializer, Immutable, Alias("timebank.webhook-target")]
public sealed record WebhookTarget(
    [property: Id(0)] string Url,
    [property: Id(1)] ImmutableArray<WebhookEvent> Events,
    [property: Id(2)] WebhookStart Start,
    [property: Id(3)] string Key,
    [property: Id(4)] ImmutableArray<SealedSecret> Secrets);

/// <summary>A secret as the grain stores it.</summary>
/// <param name="Number">Counts the webhook's secrets; it is sealed under this number.</param>
/// <param name="Until">When it ends; null for the current one.</param>
[GenerateSerializer, Immutable, Alias("timebank.webhook-sealed-secret")]
public sealed record SealedSecret(
    [property: Id(0), JsonPropertyName("number")] int Number,
    [property: Id(1), JsonPropertyName("sealed")] string Sealed,
    [property: Id(2), JsonPropertyName("until")] DateTimeOffset? Until)
{
    [JsonIgnore]
    public string Field => $"webhook/secret/{Number}";
}

/// <summary>Whether a webhook is at work. The names are stored: lists ask for them.</summary>
public enum WebhookMode
{
    [JsonStringEnumMemberName("enabled")]
    Enabled = 1,

    [JsonStringEnumMemberName("disabled")]
    Disabled = 2,
}

/// <summary>The stored state of a webhook's grain.</summary>
public sealed class WebhookState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps webhooks and lists find them. Stored: never change it.</summary>
    public const string Kind = "webhook";

    [JsonPropertyName("url")]
    public string Url { get; set; } = "";

    [JsonPropertyName("events")]
    public List<WebhookEvent> Events { get; set; } = [];

    [JsonPropertyName("mode")]
    public WebhookMode Mode { get; set; } = WebhookMode.Enabled;

    [JsonPropertyName("start")]
    public WebhookStart Start { get; set; } = new(0, 0);

    /// <summary>The wrapped key of the secrets.</summary>
    [JsonPropertyName("key")]
    public string Key { get; set; } = "";

    /// <summary>The current secret last, before it those that still sign.</summary>
    [JsonPropertyName("secrets")]
    public List<SealedSecret> Secrets { get; set; } = [];

    [JsonPropertyName("createdBy")]
    public string CreatedBy { get; set; } = "";

    [JsonPropertyName("createdAt")]
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>The webhook as others see it.</summary>
    public WebhookRecord ToRecord(OpaqueId id) => new(id, Url, [.. Events], Mode == WebhookMode.Disabled, Start, CreatedBy, CreatedAt);
}

/// <inheritdoc cref="IWebhookGrain"/>
public sealed class WebhookGrain(
    [PersistentState(WebhookState.Kind, GrainStorageNames.TimeBank)] IPersistentState<WebhookState> state, BusinessClock clock, Vault vault,
    WebhookSender sender)
    : WorkflowGrain<WebhookState>(state, clock), IWebhookGrain
{
    /// <summary>The most webhooks of a region that are at work.</summary>
    public const int MaxAtWork = 20;

    /// <summary>So long a former secret goes on signing. By the machine's clock, as receivers live by theirs.</summary>
    public static readonly TimeSpan FormerSigns = TimeSpan.FromHours(24);

    private static readonly Refusal TooMany = Refusal.Of(Reason.WebhooksTooMany, ("max", $"{MaxAtWork}"));

    private OpaqueId Id => OpaqueId.Parse(LocalKey);

    private VaultParty Party => new(Region, $"webhooks/{LocalKey}");

    public Task<Reply<IssuedSecret>> CreateAsync(
        Command command, string url, ImmutableArray<WebhookEvent> events, long from, bool isFull) =>
        TriedAsync(command, () => IssueAsync(command, isFull ? TooMany : null, () =>
        {
            (State.Url, State.Events, State.Start) = (url, [.. events], new WebhookStart(1, from));
            (State.CreatedBy, State.CreatedAt) = (command.Actor, Now);
        }));

    public Task<Reply<IssuedSecret>> RotateAsync(Command command) =>
        TriedAsync(command, () => IssueAsync(command, Missing, () => { }));

    public Task<Reply<WebhookRecord>> ReplayAsync(Command command, long from) =>
        ChangeAsync(command, Missing, () => State.Start = new WebhookStart(State.Start.Number + 1, from));

    public Task<Reply<WebhookRecord>> DisableAsync(Command command) =>
        ChangeAsync(command, Missing, () => State.Mode = WebhookMode.Disabled);

    public Task<Reply<WebhookRecord>> EnableAsync(Command command, bool isFull) => ChangeAsync(
        command, Missing ?? (isFull && Stored.Mode == WebhookMode.Disabled ? TooMany : null), () => State.Mode = WebhookMode.Enabled);

    public Task<WebhookRecord?> GetAsync() => Task.FromResult(Stored.Url.Length == 0 ? null : Stored.ToRecord(Id));

    public Task<WebhookTarget?> TargetAsync() => Task.FromResult(Stored.Url.Length == 0 || Stored.Mode == WebhookMode.Disabled
        ? null : new WebhookTarget(
            Stored.Url, [.. Stored.Events], Stored.Start, Stored.Key,
            [.. Stored.Secrets.Where(secret => secret.Until is not { } end || sender.Now < end)]));

    private Refusal? Missing => Stored.Url.Length == 0 ? new Refusal(Reason.WebhookNotFound) : null;

    private Task<T> TriedAsync<T>(Command command, Func<Task<T>> carryOut) => command.IsDryRun ? DryRunAsync(carryOut) : carryOut();

    private Task<Reply<WebhookRecord>> ChangeAsync(Command command, Refusal? refusal, Action change) => TriedAsync(command, async () =>
        await OnceAsync(command, () => refusal, change) is { } refused ? refused : (Reply<WebhookRecord>)State.ToRecord(Id));

    /// <summary>Carries out a command that makes a new secret.</summary>
    private async Task<Reply<IssuedSecret>> IssueAsync(Command command, Refusal? refusal, Action change)
    {
        // Sealed before anything is written, since it may fail.
        string key = State.Key.Length == 0 ? vault.NewKey(Party) : vault.Rewrap(State.Key, Party), secret = WebhookSender.NewSecret();
        var made = new SealedSecret((State.Secrets.LastOrDefault()?.Number ?? 0) + 1, "", null);
        made = made with { Sealed = vault.Seal(key, Party, made.Field, secret) };
        bool isNew = false;
        Refusal? refused = await OnceAsync(command, () => refusal, () =>
        {
            State.Key = key;
            State.Secrets = [
                .. State.Secrets.Where(former => former.Until is not { } end || sender.Now < end)
                    .Select(former => former with { Until = former.Until ?? sender.Now + FormerSigns }),
                made,
            ];
            isNew = !command.IsDryRun;
            change();
        });
        return refused is null ? new IssuedSecret(State.ToRecord(Id), isNew ? secret : "") : refused;
    }
}
