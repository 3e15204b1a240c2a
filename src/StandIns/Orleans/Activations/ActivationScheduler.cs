using System.Collections.Concurrent;

namespace Orleans.Runtime;

/// <summary>Runs what belongs to one activation on the thread pool, never two things at once: code after an await included.</summary>
internal sealed class ActivationScheduler(Activation owner) : TaskScheduler, IThreadPoolWorkItem
{
    /// <summary>How much runs before other activations get the thread.</summary>
    private const int Quantum = 64;

    private readonly ConcurrentQueue<Task> tasks = new();
    private int scheduled;
    private volatile bool pumpWanted;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Has <see cref="Activation.Pump"/> run soon.</summary>
    internal void WantPump()
    {
        pumpWanted = true;
        Wake();
    }

    void IThreadPoolWorkItem.Execute()
    {
        Activation? outer = Activation.Current;
        Activation.Current = owner;
        for (int done = 0; done < Quantum; done++)
        {
            if (tasks.TryDequeue(out Task? task))
            {
                TryExecuteTask(task);
            }
            else if (pumpWanted)
            {
                // Cleared before looking, so that whatever arrives later asks again. Run as a task of this
                // scheduler, so that an await in grain code comes back here.
                pumpWanted = false;
                new Task(static state => ((Activation)state!).Pump(), owner).RunSynchronously(this);
            }
            else
            {
                break;
            }
        }

        Activation.Current = outer;
        Interlocked.Exchange(ref scheduled, 0);
        if (pumpWanted || !tasks.IsEmpty) Wake();
    }

    protected override void QueueTask(Task task)
    {
        tasks.Enqueue(task);
        Wake();
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Activation.Current == owner && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => tasks;

    private void Wake()
    {
        if (Interlocked.Exchange(ref scheduled, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
