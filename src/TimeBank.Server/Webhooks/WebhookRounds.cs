using System.Collections.Concurrent;
using System.Net;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Wakes the webhooks' deliveries: those of a region soon after its journal has grown here, and all of them every
/// <c>TimeBank:RoundSeconds</c>, for what failed before and for what writers of other servers have stored. Each webhook is woken by itself,
/// so a slow receiver holds up no other.
/// </summary>
public sealed class WebhookRounds(
    IGrainFactory grains, ILedgerReader ledger, IRegistry registry, JournalBell bell, TimeSpan every, IHostApplicationLifetime lifetime,
    ILogger<WebhookRounds> log)
    : BackgroundService
{
    /// <summary>A busy journal grows many times a second: look for its webhooks not more often than that.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    /// <summary>How often each webhook was woken since its delivery last looked.</summary>
    private readonly ConcurrentDictionary<GrainKey, int> _woken = new();

    /// <summary>The webhooks of a region that are not disabled.</summary>
    public static RegistryQuery AtWork(RegionCode region) => new RegistryQuery(region, WebhookState.Kind) { Limit = 10_000 }
        .Where(new RegistryCondition("mode", StoredName.Of(WebhookMode.Enabled)));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await using CancellationTokenRegistration starting = lifetime.ApplicationStarted.Register(started.SetResult),
            stopping = ended.Token.Register(() => started.TrySetCanceled());
        try
        {
            await started.Task;
            var grown = new Dictionary<RegionCode, Task>();
            while (true)
            {
                await LookAsync(grown, ended.Token);
                await Task.Delay(LeastPause, TimeProvider.System, ended.Token);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
                Task pause = Task.Delay(every, TimeProvider.System, waiting.Token);
                if (await Task.WhenAny([pause, .. grown.Values]) == pause) grown.Clear();
                await waiting.CancelAsync();
                ended.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    /// <summary>Looks at the regions whose bell has rung, and at those whose bell is not awaited yet.</summary>
    private async Task LookAsync(Dictionary<RegionCode, Task> grown, CancellationToken cancellation)
    {
        try
        {
            foreach (RegionCode region in await ledger.RegionsAsync(cancellation))
            {
                if (grown.TryGetValue(region, out Task? rings) && !rings.IsCompleted) continue;
                // Taken before the look: a batch that the look misses rings again.
                grown[region] = bell.Grown(region);
                foreach (RegistryRow<WebhookState> row in await registry.ListAsync<WebhookState>(AtWork(region), cancellation))
                    Wake(new GrainKey(region, row.Key));
            }
        }
        catch (StorageUnavailableException error)
        {
            grown.Clear();
            log.LogWarning("Webhooks can't be looked for now: {Error}", error.Message);
        }
    }

    /// <summary>From the signal on: a stopping silo takes no new calls of grains.</summary>
    private bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    private void Wake(GrainKey webhook)
    {
        if (_woken.AddOrUpdate(webhook, 1, (_, times) => times + 1) == 1) _ = DeliverAsync(webhook);
    }

    private async Task DeliverAsync(GrainKey webhook)
    {
        while (_woken.TryGetValue(webhook, out int times) && !IsStopping)
        {
            try
            {
                while (!IsStopping && await grains.GetGrain<IWebhookDeliveryGrain>(webhook).DeliverAsync())
                {
                }
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                if (IsStopping) return;
                log.LogWarning("The webhook {Webhook} can't be delivered now: {Error}", webhook, error.Message);
            }
            // Who woke it meanwhile may have seen an entry that it has not.
            if (_woken.TryRemove(KeyValuePair.Create(webhook, times))) return;
        }
    }
}

/// <summary>Sets up webhooks.</summary>
public static class WebhookSetup
{
    /// <param name="time">The machine's clock: receivers live by theirs, also where a demonstration's clock stands.</param>
    public static void AddTimeBankWebhooks(this IServiceCollection services, TimeBankOptions options, TimeProvider time)
    {
        services.AddSingleton<HostAddresses>(Dns.GetHostAddressesAsync);
        services.AddSingleton(all => new WebhookSender(options.WebhooksToLoopback, time, all.GetRequiredService<HostAddresses>()));
        if (options.RoundSeconds == 0) return;
        TimeSpan every = TimeSpan.FromSeconds(options.RoundSeconds);
        services.AddHostedService(all => ActivatorUtilities.CreateInstance<WebhookRounds>(all, every));
    }
}
