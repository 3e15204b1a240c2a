using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>
/// One instance of a grain in memory with the requests that wait for it. A request begins only when nothing runs, or where
/// the attributes let it interleave. Life: activating, valid, deactivating, gone; a grain has at most one that is not gone.
/// </summary>
internal sealed class Activation : IGrainContext
{
    /// <summary>How many turns begin before other activations get the thread.</summary>
    private const int MostTurnsAtOnce = 64;

    [ThreadStatic]
    private static Activation? current;

    private readonly Lock gate = new();
    private readonly ActivationScheduler scheduler;
    private readonly AsyncServiceScope scope;
    private readonly GrainClass grainClass;
    private readonly Lifecycle lifecycle = new();
    private readonly LinkedList<Turn> waiting = new();
    private readonly List<GrainTimer> timers = [];
    private readonly Dictionary<Guid, int> sections = [];
    private readonly TaskCompletionSource deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource activating = new();
    private State state = State.New;
    private bool wasValid;
    private readonly List<Turn> exclusive = [];
    private int running;
    private int waitingThatMayInterleave;
    private DeactivationReason reason;
    private long idleSince;
    private DateTimeOffset keepUntil;

    internal Activation(Silo silo, GrainId grainId, GrainClass grainClass)
    {
        Silo = silo;
        GrainId = grainId;
        this.grainClass = grainClass;
        scheduler = new ActivationScheduler(this);
        scope = silo.Services.CreateAsyncScope();
        idleSince = silo.Housekeeping.GetTimestamp();
    }

    private enum State
    {
        New,
        Activating,
        Valid,
        Deactivating,
        Gone,
    }

    /// <summary>The activation whose turn runs on this thread.</summary>
    internal static Activation? Current
    {
        get => current;
        set => current = value;
    }

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => scope.ServiceProvider;

    public IGrainLifecycle ObservableLifecycle => lifecycle;

    public Task Deactivated => deactivated.Task;

    internal Silo Silo { get; }

    internal ActivationScheduler Scheduler => scheduler;

    internal IGrainFactory GrainFactory => Silo.GrainFactory;

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override string ToString() => $"[Activation: {GrainId}]";

    /// <summary>Takes the turn, or says that this activation has gone and a new one must.</summary>
    /// <param name="sent">The same turn, where it is a call that this thread sends and that may begin here.</param>
    internal bool TryEnqueue(Turn turn, PendingCall? sent = null)
    {
        bool isValid;
        lock (gate)
        {
            if (state == State.Gone || (turn.IsLocal && state == State.Deactivating)) return false;
            waiting.AddLast(turn);
            if (MayInterleave(turn)) waitingThatMayInterleave++;
            isValid = state == State.Valid;
        }

        // A caller's thread isn't borrowed for what precedes and follows the calls.
        if (isValid && sent is not null) scheduler.WantPump(sent);
        else scheduler.WantPump();
        return true;
    }

    /// <summary>Runs an action as part of this activation.</summary>
    internal void Post(Action action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.None, scheduler);

    /// <summary>Begins whatever may begin now. Runs on this activation's scheduler only.</summary>
    internal void Pump()
    {
        for (int begun = 0; begun < MostTurnsAtOnce; begun++)
        {
            Turn? next = null;
            lock (gate)
            {
                if (state == State.New)
                {
                    state = State.Activating;
                    running++;
                    _ = ActivateAsync(waiting.First?.Value.Context);
                    return;
                }

                if (state == State.Deactivating && running == 0)
                {
                    running++;
                    _ = DeactivateAsync();
                    return;
                }

                if (state == State.Valid) next = TakeNext();
                if (next is null) return;
            }

            Begin(next);
        }

        scheduler.WantPump();
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            if (state is State.Deactivating or State.Gone) return;
            reason = deactivationReason;
            wasValid = state == State.Valid;
            state = State.Deactivating;
        }

        activating.Cancel();
        scheduler.WantPump();
    }

    internal void DelayDeactivation(TimeSpan timeSpan) => keepUntil =
        timeSpan <= TimeSpan.Zero && timeSpan != Timeout.InfiniteTimeSpan ? DateTimeOffset.MinValue
        : timeSpan == Timeout.InfiniteTimeSpan || timeSpan == TimeSpan.MaxValue ? DateTimeOffset.MaxValue
        : Silo.Housekeeping.GetUtcNow() + timeSpan;

    internal void DeactivateIfIdle()
    {
        lock (gate)
        {
            if (state != State.Valid || running > 0 || waiting.Count > 0) return;
            if (grainClass.AgeLimit == Timeout.InfiniteTimeSpan || keepUntil > Silo.Housekeeping.GetUtcNow()) return;
            if (Silo.Housekeeping.GetElapsedTime(idleSince) < grainClass.AgeLimit) return;
        }

        Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "No call for as long as its class allows."));
    }

    internal IGrainTimer AddTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        GrainTimer timer = new(this, callback, options, Silo.GrainTime);
        lock (gate) timers.Add(timer);
        timer.Change(options.DueTime, options.Period);
        return timer;
    }

    internal void Remove(GrainTimer timer)
    {
        lock (gate) timers.Remove(timer);
    }

    internal void EnterSection(Guid id)
    {
        lock (gate) sections[id] = sections.GetValueOrDefault(id) + 1;
    }

    internal void LeaveSection(Guid id)
    {
        lock (gate)
        {
            if (--sections[id] == 0) sections.Remove(id);
        }
    }

    private bool MayInterleave(Turn turn) =>
        grainClass.IsReentrant || turn.IsAlwaysInterleave || turn.IsReadOnly || turn.ReentrancyId != Guid.Empty;

    private Turn? TakeNext()
    {
        if (exclusive.Count > 0 && waitingThatMayInterleave == 0) return null;
        for (LinkedListNode<Turn>? node = waiting.First; node is not null; node = node.Next)
        {
            Turn turn = node.Value;
            if (!MayBegin(turn)) continue;
            waiting.Remove(node);
            if (MayInterleave(turn)) waitingThatMayInterleave--;
            running++;
            if (!grainClass.IsReentrant && !turn.IsAlwaysInterleave) exclusive.Add(turn);
            return turn;
        }

        return null;
    }

    private bool MayBegin(Turn turn) =>
        exclusive.Count == 0 || turn.IsAlwaysInterleave || (turn.IsReadOnly && exclusive.TrueForAll(one => one.IsReadOnly))
        || sections.ContainsKey(turn.ReentrancyId);

    private void Begin(Turn turn)
    {
        turn.RunsOn = this;
        if (turn.IsOver) Ended(turn);
        else _ = turn.RunAsync(this);
    }

    /// <summary>A turn is over; others may begin.</summary>
    internal void Ended(Turn turn)
    {
        bool isIdle;
        lock (gate)
        {
            running--;
            exclusive.Remove(turn);
            if (turn.KeepsAlive) idleSince = Silo.Housekeeping.GetTimestamp();
            isIdle = state == State.Valid && waiting.Count == 0;
        }

        if (!isIdle) scheduler.WantPump();
    }

    private async Task ActivateAsync(Dictionary<string, object>? context)
    {
        RequestContext.Current = context;
        try
        {
            activating.CancelAfter(Silo.Collection.ActivationTimeout);
            GrainInstance = grainClass.Create(this);
            (GrainInstance as ILifecycleParticipant<IGrainLifecycle>)?.Participate(lifecycle);
            await lifecycle.StartAsync(activating.Token);
            if (GrainInstance is IGrainBase grain) await grain.OnActivateAsync(activating.Token).WaitAsync(activating.Token);
            activating.CancelAfter(Timeout.InfiniteTimeSpan);
            lock (gate)
            {
                running--;
                if (state == State.Activating) state = State.Valid;
                idleSince = Silo.Housekeeping.GetTimestamp();
            }
        }
        catch (Exception error)
        {
            Silo.Log.LogError(error, "Could not activate {Grain}", GrainId);
            lock (gate)
            {
                running--;
                if (state == State.Activating)
                {
                    state = State.Deactivating;
                    reason = new DeactivationReason(DeactivationReasonCode.ActivationFailed, error, "Failed to activate grain.");
                }
            }
        }

        scheduler.WantPump();
    }

    private async Task DeactivateAsync()
    {
        foreach (GrainTimer timer in timers.ToArray()) timer.Dispose();
        using CancellationTokenSource limit = new(Silo.Collection.DeactivationTimeout);
        if (wasValid && GrainInstance is IGrainBase grain)
            await QuietlyAsync(() => grain.OnDeactivateAsync(reason, limit.Token).WaitAsync(limit.Token));
        await QuietlyAsync(() => lifecycle.StopAsync(limit.Token).WaitAsync(limit.Token));
        Silo.Forget(this);
        if (GrainInstance is IAsyncDisposable late) await QuietlyAsync(() => late.DisposeAsync().AsTask());
        else if (GrainInstance is IDisposable now) await QuietlyAsync(() => Dispose(now));
        await QuietlyAsync(() => scope.DisposeAsync().AsTask());

        Turn[] left;
        lock (gate)
        {
            state = State.Gone;
            left = [.. waiting];
            waiting.Clear();
        }

        // Those who waited for a grain that could not be made learn why; the others go to the next activation.
        foreach (Turn turn in left.Where(turn => !turn.IsLocal))
        {
            if (reason.Exception is { } failure) turn.Reject(failure);
            else Silo.Send((PendingCall)turn);
        }

        deactivated.TrySetResult();
    }

    private static Task Dispose(IDisposable instance)
    {
        instance.Dispose();
        return Task.CompletedTask;
    }

    private async Task QuietlyAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception error)
        {
            Silo.Log.LogError(error, "Error while deactivating {Grain}", GrainId);
        }
    }
}
