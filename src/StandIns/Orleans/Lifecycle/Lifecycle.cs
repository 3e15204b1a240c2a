namespace Orleans.Runtime;

/// <summary>The one lifecycle: observers of a stage start together, stages in order; stopping undoes the stages that were begun.</summary>
internal sealed class Lifecycle : IGrainLifecycle, ISiloLifecycle
{
    private readonly List<Subscription> subscriptions = [];
    private int? reached;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        Subscription subscription = new(this, stage, observer);
        lock (subscriptions) subscriptions.Add(subscription);
        return subscription;
    }

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (IGrouping<int, Subscription> stage in Snapshot().GroupBy(one => one.Stage).OrderBy(one => one.Key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            reached = stage.Key;
            await Task.WhenAll(stage.Select(one => one.Observer.OnStart(cancellationToken)));
        }
    }

    /// <summary>Stops every begun stage, whatever an earlier one throws; the first error is thrown at the end.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        List<Exception> errors = [];
        foreach (Subscription begun in Snapshot().Where(one => one.Stage <= reached).OrderByDescending(one => one.Stage))
        {
            try
            {
                await begun.Observer.OnStop(cancellationToken);
            }
            catch (Exception error)
            {
                errors.Add(error);
            }
        }

        if (errors is [var first, ..]) throw first;
    }

    private Subscription[] Snapshot()
    {
        lock (subscriptions) return [.. subscriptions];
    }

    private sealed record Subscription(Lifecycle Owner, int Stage, ILifecycleObserver Observer) : IDisposable
    {
        public void Dispose()
        {
            lock (Owner.subscriptions) Owner.subscriptions.Remove(this);
        }
    }
}
