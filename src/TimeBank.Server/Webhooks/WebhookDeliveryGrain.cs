using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Delivers a webhook's events; key: region/webhook. The journal is the outbox: the grain keeps the index of the entry to look at next, and
/// moves it on when the receiver has taken the event. An event that fails is tried again before any later one.
/// </summary>
[Alias("timebank.webhook-delivery")]
public interface IWebhookDeliveryGrain : IGrainWithStringKey
{
    /// <summary>Delivers what is due, for some seconds at most. While a call is at work, another one does nothing.</summary>
    /// <returns>True: there is more to do now.</returns>
    [Alias("deliver"), AlwaysInterleave]
    Task<bool> DeliverAsync();

    [Alias("progress"), AlwaysInterleave]
    Task<WebhookProgress> ProgressAsync();
}

/// <summary>How far a webhook is.</summary>
/// <param name="Start">The last of its starting places that delivery has taken; 0: none.</param>
/// <param name="Next">The index of the entry to look at next.</param>
/// <param name="Failures">How often the next event was tried in vain.</param>
/// <param name="Attempts">The last attempts, newest first.</param>
[GenerateSerializer, Immutable, Alias("timebank.webhook-progress")]
public sealed record WebhookProgress(
    [property: Id(0)] int Start,
    [property: Id(1)] long Next,
    [property: Id(2)] int Failures,
    [property: Id(3)] DateTimeOffset? NextAttempt,
    [property: Id(4)] ImmutableArray<WebhookAttemptRecord> Attempts);

/// <summary>One POST to a receiver.</summary>
/// <param name="Number">Counts the webhook's attempts.</param>
[GenerateSerializer, Immutable, Alias("timebank.webhook-attempt")]
public sealed record WebhookAttemptRecord(
    [property: Id(0), JsonPropertyName("number")] long Number,
    [property: Id(1), JsonPropertyName("eventId")] string EventId,
    [property: Id(2), JsonPropertyName("event")] WebhookEvent Event,
    [property: Id(3), JsonPropertyName("entry")] long Entry,
    [property: Id(4), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(5), JsonPropertyName("outcome")] WebhookOutcome Outcome,
    [property: Id(6), JsonPropertyName("status")] int Status);

/// <summary>The stored state of a webhook's delivery.</summary>
public sealed class WebhookDeliveryState
{
    /// <summary>The kind under which grain storage keeps it. Stored: never change it.</summary>
    public const string Kind = "webhook-delivery";

    /// <summary>The number of the starting place that <see cref="Next"/> goes on from.</summary>
    [JsonPropertyName("start")]
    public int Start { get; set; }

    [JsonPropertyName("next")]
    public long Next { get; set; }

    [JsonPropertyName("failures")]
    public int Failures { get; set; }

    [JsonPropertyName("nextAttempt")]
    public DateTimeOffset? NextAttempt { get; set; }

    /// <summary>The last attempts, oldest first.</summary>
    [JsonPropertyName("attempts")]
    public List<WebhookAttemptRecord> Attempts { get; set; } = [];
}

/// <summary>When a failed event is tried again.</summary>
public static class WebhookBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5), Longest = TimeSpan.FromHours(1);

    /// <summary>
    /// 5 seconds, then twice as long each time, up to an hour; less a random part of up to a quarter, so that hooks that failed together do
    /// not come back together.
    /// </summary>
    /// <param name="failures">From 1 on.</param>
    /// <param name="part">From 0 to below 1.</param>
    public static TimeSpan After(int failures, double part)
    {
        TimeSpan full = failures > 16 ? Longest : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << (failures - 1)));
        return full - (full / 4 * part);
    }
}

/// <summary>What operators see of webhooks: how attempts end.</summary>
internal static class WebhookFigures
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "TimeBank.Webhooks";

    private static readonly Counter<long> Attempts = new Meter(Name).CreateCounter<long>(
        "timebank.webhook.attempts", "{attempt}", "Notices sent to other systems, by how the attempt ended");

    public static void Attempted(RegionCode region, WebhookOutcome outcome) =>
        Attempts.Add(1, new("region", region.ToString()), new("outcome", StoredName.Of(outcome)));
}

/// <inheritdoc cref="IWebhookDeliveryGrain"/>
public sealed class WebhookDeliveryGrain(
    [PersistentState(WebhookDeliveryState.Kind, GrainStorageNames.TimeBank)] IPersistentState<WebhookDeliveryState> state,
    ILedgerReader ledger, Vault vault, WebhookSender sender, IHostApplicationLifetime lifetime)
    : Grain, IWebhookDeliveryGrain
{
    private const int EntriesAtOnce = 200, KeptAttempts = 20;

    // With one more attempt a call ends well before Orleans gives up waiting for it.
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(10);

    private bool _isDelivering;

    private WebhookDeliveryState State => state.State;

    private GrainKey Key => GrainKey.Parse(this.GetPrimaryKeyString());

    private RegionCode Region => Key.Region;

    public Task<WebhookProgress> ProgressAsync() => Task.FromResult(new WebhookProgress(
        State.Start, State.Next, State.Failures, State.NextAttempt, [.. Enumerable.Reverse(State.Attempts)]));

    public async Task<bool> DeliverAsync()
    {
        if (_isDelivering) return false;
        _isDelivering = true;
        try
        {
            for (DateTimeOffset end = sender.Now + Stretch; sender.Now < end;)
            {
                if (!await PageAsync(end)) return false;
            }
            return true;
        }
        finally
        {
            _isDelivering = false;
        }
    }

    /// <summary>Looks at the next entries. False: nothing more can be done now.</summary>
    private async Task<bool> PageAsync(DateTimeOffset end)
    {
        if (await TargetAsync() is not { } target || State.NextAttempt > sender.Now) return false;
        IReadOnlyList<StoredEntry> page = await ledger.EntriesAsync(Region, State.Next, EntriesAtOnce, CancellationToken.None);
        bool isSaved = true;
        foreach (JournalEntry entry in page.Select(stored => stored.Entry))
        {
            if (await NoticeAsync(entry, target.Events) is not { } notice)
            {
                State.Next = entry.Index + 1;
                isSaved = false;
                continue;
            }
            if (!await AttemptAsync(target, entry, notice)) return false;
            isSaved = true;
            // The silo ends, and asks no other grain any more: the next server goes on.
            if (lifetime.ApplicationStopping.IsCancellationRequested) return false;
            if (sender.Now >= end) return true;
            // An administrator may have changed or disabled it meanwhile.
            int start = State.Start;
            if (await TargetAsync() is not { } now) return false;
            if (State.Start != start) return true;
            target = now;
        }
        if (!isSaved) await SaveAsync();
        return page.Count == EntriesAtOnce;
    }

    /// <summary>Reads what to deliver and where to, and goes to a place that an administrator has chosen since.</summary>
    private async Task<WebhookTarget?> TargetAsync()
    {
        WebhookTarget? target = await GrainFactory.GetGrain<IWebhookGrain>(Key).TargetAsync();
        if (target is not null && target.Start.Number != State.Start)
        {
            (State.Start, State.Next, State.Failures, State.NextAttempt) = (target.Start.Number, target.Start.From, 0, null);
            await SaveAsync();
        }
        return target;
    }

    /// <summary>The notice of an entry; null where it is none of the wanted events.</summary>
    private async Task<WebhookNotice?> NoticeAsync(JournalEntry entry, ImmutableArray<WebhookEvent> wanted)
    {
        if (WebhookNotice.EventOf(entry) is { } about) return wanted.Contains(about) ? WebhookNotice.Of(entry, about) : null;
        if (entry.Kind != EntryKind.Reverse || !wanted.Contains(WebhookEvent.EntryReversed)) return null;
        StoredEntry? reversed = await ledger.EntryAsync(Region, entry.Of!.Value, CancellationToken.None);
        return reversed is not null && WebhookNotice.EventOf(reversed.Entry) is { } was
            ? WebhookNotice.Of(entry, WebhookEvent.EntryReversed, was) : null;
    }

    /// <summary>Sends a notice once. True: the receiver has taken it, and the next entry is next.</summary>
    private async Task<bool> AttemptAsync(WebhookTarget target, JournalEntry entry, WebhookNotice notice)
    {
        var party = new VaultParty(Region, $"webhooks/{Key.LocalId}");
        string[] secrets = [.. target.Secrets.Select(secret => vault.Open(target.Key, party, secret.Field, secret.Sealed))];
        DateTimeOffset at = sender.Now;
        WebhookAnswer answer = await sender.SendAsync(new Uri(target.Url), notice, secrets);
        WebhookFigures.Attempted(Region, answer.Outcome);
        bool isTaken = answer.Outcome == WebhookOutcome.Delivered;
        State.Attempts.Add(new WebhookAttemptRecord(
            (State.Attempts.LastOrDefault()?.Number ?? 0) + 1, notice.Id, notice.Event, entry.Index, at, answer.Outcome, answer.Status));
        if (State.Attempts.Count > KeptAttempts) State.Attempts.RemoveAt(0);
        if (isTaken) (State.Next, State.Failures, State.NextAttempt) = (entry.Index + 1, 0, null);
        else
        {
            State.Failures++;
            double part = RandomNumberGenerator.GetInt32(1 << 16) / (double)(1 << 16);
            State.NextAttempt = sender.Now + WebhookBackoff.After(State.Failures, part);
        }
        await SaveAsync();
        return isTaken;
    }

    private Task SaveAsync() => this.WriteAsync(state);
}
