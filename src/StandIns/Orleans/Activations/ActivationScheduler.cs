using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Orleans.Runtime;

/// <summary>
/// Runs what belongs to one activation, never two things at once: code after an await included. Where nothing of the activation runs, a call begins
/// on the thread that sends it, and whoever waits for an answer goes on where it is delivered: to change threads costs as much as a short turn does.
/// </summary>
internal sealed class ActivationScheduler(Activation owner) : TaskScheduler, IThreadPoolWorkItem
{
    /// <summary>How much runs before other activations get the thread.</summary>
    private const int Quantum = 64;

    /// <summary>The same on a thread that the sender of a call waits for.</summary>
    private const int BorrowedQuantum = 4;

    private readonly ConcurrentQueue<Task> tasks = new();
    private int scheduled;
    private PendingCall? lastAnswer;
    private volatile bool pumpWanted;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Has <see cref="Activation.Pump"/> run soon.</summary>
    internal void WantPump()
    {
        pumpWanted = true;
        Wake();
    }

    /// <summary>The same for a call that this thread sends: here and now, where the thread may be borrowed and nothing of the activation runs.</summary>
    internal void WantPump(PendingCall sent)
    {
        pumpWanted = true;
        if (!MayBorrowThread() || !TryTake())
        {
            Wake();
            return;
        }

        // What flows with the caller's code is not the grain's.
        ExecutionContext.Run(PlainContext.Instance, static state => ((ActivationScheduler)state!).RunTurns(BorrowedQuantum), this);
        PendingCall? last = Release();
        // Nobody can have begun to wait for the answer to what is still being sent, so that its delivery runs nothing.
        if (last == sent) last.Deliver();
        else last?.DeliverSoon();
    }

    void IThreadPoolWorkItem.Execute()
    {
        RunTurns(Quantum);
        Release()?.DeliverHere();
    }

    protected override void QueueTask(Task task)
    {
        tasks.Enqueue(task);
        Wake();
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
    {
        if (taskWasPreviouslyQueued) return false;
        if (Activation.Current == owner) return TryExecuteTask(task);
        // An answer that the activation waits for is being delivered.
        if (!Answers.IsFor(this) || !TryTake()) return false;
        RunTurns(BorrowedQuantum, task);
        Release()?.DeliverHere();
        return true;
    }

    protected override IEnumerable<Task> GetScheduledTasks() => tasks;

    private static bool MayBorrowThread() =>
        SynchronizationContext.Current is null && Thread.CurrentThread.IsThreadPoolThread && RuntimeHelpers.TryEnsureSufficientExecutionStack();

    private void RunTurns(int most, Task? first = null)
    {
        Activation? outer = Activation.Current;
        PendingCall? outerAnswer = Answers.Last;
        (Activation.Current, Answers.Last) = (owner, null);
        if (first is not null) TryExecuteTask(first);
        for (int done = 0; done < most; done++)
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

        lastAnswer = Answers.Last;
        (Activation.Current, Answers.Last) = (outer, outerAnswer);
    }

    /// <summary>Lets others run what belongs to the activation.</summary>
    /// <returns>The last answer that was given, which isn't on its way yet.</returns>
    private PendingCall? Release()
    {
        PendingCall? last = lastAnswer;
        lastAnswer = null;
        Interlocked.Exchange(ref scheduled, 0);
        if (pumpWanted || !tasks.IsEmpty) Wake();
        return last;
    }

    private bool TryTake() => Interlocked.CompareExchange(ref scheduled, 1, 0) == 0;

    private void Wake()
    {
        if (TryTake()) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
